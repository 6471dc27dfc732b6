"""What headers say: words in every encoding, senders, recipients, ids and dates; right, broken and hostile."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from mailbot.adapters.reading.headers import (
    find_date,
    find_ids,
    find_message_id,
    find_recipients,
    find_sender,
    find_subject,
    find_thread_ids,
)
from mailbot.adapters.reading.limits import Notes
from mailbot.adapters.reading.words import decode_words
from mailbot.domain.mail import Address
from mailbot.domain.trust import normal_address

HINDI = "रिटर्न फाइलिंग"
RAW = HINDI.encode()
B64 = base64.b64encode(RAW).decode()


def as_raw(data: bytes) -> str:
    """Return bytes the way the parser hands over a header."""
    return data.decode("ascii", "surrogateescape")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        (f"=?UTF-8?B?{B64}?=", HINDI),
        ("=?utf-8?q?=E0=A4=95=E0=A4=B0_?= tax", "कर  tax"),
        ("=?utf-8?Q?=E0=A4=95?= =?utf-8?Q?=E0=A4=B0?=", "कर"),
        ("=?utf-8?Q?=E0=A4=95?=\r\n =?utf-8?Q?=E0=A4=B0?=", "कर"),
        ("=?utf-8?Q?=E0=A4?= =?utf-8?Q?=95?=", "क"),
        ("=?utf-8?B?4KQ=?= =?utf-8?B?lQ==?=", "क"),
        ("=?utf-8?B?4K?= =?utf-8?B?SV?=", "क"),
        ("=?utf-8?B?4KSV?==?utf-8?B?4KSw?=", "कर"),
        ("a =?utf-8?q?b?= c =?utf-8?q?d?= =?iso-8859-1?q?=E9?=", "a b c dé"),
        ("=?utf-8*hi?Q?=E0=A4=95?=", "क"),
        ("=?utf-8?Q?How are you??=", "How are you?"),
        ("=?utf-8?Q?with space?=", "with space"),
        ("=?iso-8859-1?Q?Gr=F6=DFe?=", "Größe"),
        ("=?windows-1252?Q?=8020?=", "€20"),
        ("=?iso-8859-1?Q?=8020?=", "€20"),
        ("=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本"),
        ("=?unknown?Q?=E0=A4=95?=", "क"),
        ("=?no-such-charset?Q?caf=E9?=", "café"),
        ("=?unicode_escape?Q?=5Cu003c?=", "\\u003c"),
        ("=?utf-8?B?????=", ""),
        ("=?utf-8?X?abc?=", "=?utf-8?X?abc?="),
        ("=?utf-8?Q?unfinished", "=?utf-8?Q?unfinished"),
        (as_raw(RAW), HINDI),
        (as_raw("Größe".encode("latin-1")), "Größe"),
        ("", ""),
    ],
)
def test_words_are_decoded(value: str, text: str) -> None:
    """RFC 2047 in the forms that mail programs really write."""
    assert decode_words(value, Notes()) == text


def test_a_subject_is_one_clean_line() -> None:
    """An encoded line break or a direction mark in a subject reaches nobody."""
    assert find_subject((("subject", "=?utf-8?Q?a=0D=0AX-Evil:_b=E2=80=AE?=  c"),), Notes()) == "a X-Evil: b c"


@pytest.mark.parametrize(
    ("value", "address", "name", "count"),
    [
        ("ramesh@tax.example", "ramesh@tax.example", "", 1),
        ("Ramesh Kumar <ramesh@TAX.example>", "ramesh@tax.example", "Ramesh Kumar", 1),
        ('"Kumar, Ramesh" <ramesh@tax.example>', "ramesh@tax.example", "Kumar, Ramesh", 1),
        ("Kumar, Ramesh <ramesh@tax.example>", "ramesh@tax.example", "Kumar, Ramesh", 1),
        ("'Ramesh' <ramesh@tax.example>", "ramesh@tax.example", "Ramesh", 1),
        (f"=?utf-8?B?{B64}?= <ramesh@tax.example>", "ramesh@tax.example", HINDI, 1),
        (f'"=?utf-8?B?{B64}?=" <ramesh@tax.example>', "ramesh@tax.example", HINDI, 1),
        (as_raw(f"{HINDI} <ramesh@tax.example>".encode()), "ramesh@tax.example", HINDI, 1),
        ("ramesh@tax.example (Ramesh Kumar)", "ramesh@tax.example", "Ramesh Kumar", 1),
        ('"boss@corp.example" <evil@bad.example>', "evil@bad.example", "boss@corp.example", 1),
        ("boss@corp.example <evil@bad.example>", "evil@bad.example", "boss@corp.example", 1),
        ("=?utf-8?Q?boss=40corp.example?= <evil@bad.example>", "evil@bad.example", "boss@corp.example", 1),
        ("evil@bad.example (boss@corp.example)", "evil@bad.example", "boss@corp.example", 1),
        ("Ramesh ramesh@tax.example", "ramesh@tax.example", "Ramesh", 0),
        ("Ramesh <ramesh..kumar@docomo.example>", "ramesh..kumar@docomo.example", "Ramesh", 0),
        ("=?utf-8?Q?Ramesh_<ramesh=40tax.example>?=", "ramesh@tax.example", "Ramesh", 0),
        ("a@tax.example, b@tax.example", "a@tax.example", "", 2),
        ("Staff: a@tax.example, b@tax.example;", "a@tax.example", "", 2),
    ],
)
def test_the_sender_of(value: str, address: str, name: str, count: int) -> None:
    """A display name never becomes an address; one that had to be guessed counts as none."""
    sender = find_sender((("from", value),), Notes())
    assert sender.address == Address(address, name)
    assert sender.count == count


@pytest.mark.parametrize(
    "value", ["", "   ", "MAILER-DAEMON", "<>", "undisclosed-recipients:;", '"' * 99, "(" * 999, ",,,"]
)
def test_no_sender_is_no_error(value: str) -> None:
    """A From without an address is told, not raised."""
    notes = Notes()
    assert find_sender((("from", value),), notes).address is None
    assert notes.sentences()


def test_two_from_headers_are_two_senders() -> None:
    """Whoever adds a second From earns no trust."""
    assert find_sender((("from", "a@tax.example"), ("from", "b@tax.example")), Notes()).count == 2


def test_recipients_of_all_headers_are_found_once() -> None:
    """A reply token may stand in any header that names the receiving address."""
    headers = (
        ("to", "Desk <Desk+abc@TAX.example>, a@tax.example"),
        ("cc", "a@tax.example"),
        ("delivered-to", "desk+abc@tax.example"),
        ("x-original-to", "old@tax.example"),
        ("envelope-to", "new@tax.example"),
    )
    expected = ("desk+abc@tax.example", "a@tax.example", "old@tax.example", "new@tax.example")
    assert find_recipients(headers, Notes()) == expected


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        ("<a@b>", ["<a@b>"]),
        ("<a@b>\r\n\t<c@d>", ["<a@b>", "<c@d>"]),
        ("<a@b><c@d>", ["<a@b>", "<c@d>"]),
        ("<>", []),
        ("< >", []),
        ("<<a@b>>", ["<a@b>"]),
        ("a@b", ["<a@b>"]),
        ("nothing", []),
        ('"Ramesh" message of Monday <a@b>', ["<a@b>"]),
        ("<" * 5000, []),
    ],
)
def test_message_ids(value: str, ids: list[str]) -> None:
    """Empty and malformed ids never connect two mails."""
    assert find_ids([value]) == ids


def test_thread_ids_are_nearest_first() -> None:
    """In-Reply-To comes first, then References from the end; each once."""
    headers = (("references", "<1@t> <2@t> <3@t>"), ("in-reply-to", "<3@t>"))
    assert find_thread_ids(headers) == ("<3@t>", "<2@t>", "<1@t>")


def test_a_second_message_id_is_told() -> None:
    """The first of two ids is taken."""
    notes = Notes()
    assert find_message_id((("message-id", "<1@t>"), ("message-id", "<2@t>")), notes) == "<1@t>"
    assert "more than one Message-ID" in notes.sentences()[0]


@pytest.mark.parametrize(
    ("value", "date"),
    [
        ("Mon, 23 Nov 2026 10:15:00 +0530", datetime(2026, 11, 23, 4, 45, tzinfo=UTC)),
        ("23 Nov 2026 10:15 +0530 (IST)", datetime(2026, 11, 23, 4, 45, tzinfo=UTC)),
        ("Tue, 23 Nov 2026 10:15:00 GMT", datetime(2026, 11, 23, 10, 15, tzinfo=UTC)),
        ("Mon, 23 November 2026 10:15:00 +0530", datetime(2026, 11, 23, 4, 45, tzinfo=UTC)),
        ("Mon, 23 Nov 2026 10:15:00", datetime(2026, 11, 23, 10, 15, tzinfo=UTC)),
        ("Fri, 31 Dec 9999 23:59:59 -2359", None),
        ("Mon, 99 Nov 2026 10:15:00 +0530", None),
        ("yesterday", None),
        ("", None),
        ("1" * 5000, None),
    ],
)
def test_dates(value: str, date: datetime | None) -> None:
    """A date has a time zone or is None; none is an error."""
    assert find_date((("date", value),), Notes()) == date


@pytest.mark.parametrize(
    "written",
    [
        "ramesh.\u212aumar@tax.example",
        "ramesh.kumar@tax.e\u200bxample",
        "ramesh\u2024kumar@tax.example",
        "ra\u00admesh.kumar@tax.example",
    ],
    ids=["kelvin", "without width", "leader", "soft hyphen"],
)
def test_an_address_that_only_looks_like_another_is_another(written: str) -> None:
    """A letter that looks like an ASCII one, or is not seen, never makes the address of a colleague."""
    sender = find_sender((("from", as_raw(f"Ramesh <{written}>".encode())),), Notes()).address
    assert sender is not None
    assert not normal_address(sender.address).isascii()


def test_of_senders_without_commas_the_first_is_guessed() -> None:
    """The name and the address that are shown belong together, and such a sender earns no trust."""
    found = find_sender((("from", "Ramesh Kumar <ramesh@tax.example> Asha <asha@tax.example>"),), Notes())
    assert (found.address, found.count) == (Address("ramesh@tax.example", "Ramesh Kumar"), 0)
