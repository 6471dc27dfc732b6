"""The bytes of a letter read back by the standard library: every value that went in comes out, and nothing else."""

from __future__ import annotations

import email
import email.policy
import re
from email.header import decode_header, make_header
from itertools import count

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from letter_samples import AT, DESK_ADDRESS, NUMBER

from mailbot.adapters.letters.headers import header_line
from mailbot.adapters.letters.message import Envelope, build_message
from mailbot.adapters.letters.pictures import NAME_LIMIT, choose_pictures, file_name
from mailbot.domain.letter import LetterKind, Picture, Thread
from mailbot.domain.people import Language
from mailbot.domain.text import clean_line
from mailbot.domain.wording import SheetFile

SECRET = "kx7h3o54wgu2s7or47q2avjxoa"
MESSAGE_ID = f"<mb.k1.2611000427.rdltxedb.{SECRET}@tax.up.example>"
# What strangers put into names: Hindi with conjuncts and joiners, quotes, marks of MIME, line breaks, controls, emoji.
PIECES = (
    "सुनीता", "यादव", "क्ष्म्य", "त्रुटि", "क्\u200dष", "Rakesh", "error", " ", " ", ",", '"', "\\", "'", ";", "<x@y>",
    "=?utf-8?q?Bcc=3A?=", "%41", "*", "(1)", ".png", "\r\nBcc: victim@tax.example\r\n\r\n", "\t", "\0", "é", "😀",
    "ञ" * 30, "=?utf-8?q?a=0D=0AX-Evil:_1?=",
)  # fmt: skip
any_text = st.text(st.characters(codec="utf-8"), max_size=60)
strange = st.lists(st.sampled_from(PIECES), max_size=24).map("".join) | any_text
addresses = st.from_regex(r"\A[a-z0-9][a-z0-9._+-]{0,62}[a-z0-9]@([a-z0-9]{1,40}\.){1,4}example\Z").filter(
    lambda address: ".." not in address and ".@" not in address
)
names = strange.map(lambda text: clean_line(text, 80))
subjects = strange.map(lambda text: clean_line(f"[{NUMBER}] {text}", 200))
bodies = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]) | st.just("\n"), max_size=400)
pictures = st.lists(
    st.builds(Picture, strange, st.sampled_from(["image/png", "image/jpeg"]), st.binary(min_size=1, max_size=200)),
    max_size=3,
)
sheets = st.lists(
    st.builds(SheetFile, names.filter(bool), st.sampled_from(["text/csv", "application/vnd.ms-excel"]), st.binary()),
    max_size=2,
)
threads = st.lists(st.sampled_from(["<a@b>", f"<{'x' * 90}@outlook.example>", "<a@b>\r\nBcc: y@z", "नहीं"]), max_size=30)


@settings(max_examples=60, deadline=None)
@given(name=names, to=addresses, subject=subjects, text=bodies, page=bodies, shown=pictures, files=sheets, ids=threads)
@example("Rakesh", "a@b.example", f"[{NUMBER}] x", "", "", [], [], [])
def test_every_value_reads_back_as_it_went_in(name, to, subject, text, page, shown, files, ids):  # noqa: PLR0917
    """Names, addresses, subjects, texts, pictures and files come out of the library's parser unchanged."""
    embedded, _ = choose_pictures(shown, 10_000, "rdltxedb@tax.up.example")
    raw = build_message(make_envelope(name, to, subject, ids), text, page, embedded, files)
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert_fit_for_the_wire(raw)
    assert [part.defects for part in message.walk() if part.defects] == []
    assert head_of(raw).keys() <= EXPECTED
    assert message["Subject"] == subject
    assert [address.addr_spec for address in message["To"].addresses] == [to]
    assert shown_name(head_of(raw)["To"]) == name
    assert set((message["References"] or "").split()) == set(re.findall("<[^>]*>", " ".join(ids)))
    texts = [message.get_body((kind,)).get_content().replace("\r\n", "\n") for kind in ("plain", "html")]
    assert texts == [f"{text}\n", f"{page}\n"]
    leaves = [part for part in message.walk() if not part.is_multipart()][2:]
    assert [
        (leaf.get_content_type(), leaf["Content-Disposition"].params["filename"], leaf.get_payload(decode=True))
        for leaf in leaves
    ] == [
        *((each.picture.content_type, file_name(each.picture.name), each.picture.data) for each in embedded),
        *((file.content_type, file.name, file.data) for file in files),
    ]
    cids = [leaf["Content-ID"] for leaf in leaves if leaf["Content-ID"]]
    assert cids == [f"<p{number}.rdltxedb@tax.up.example>" for number, _ in zip(count(1), embedded, strict=False)]


@settings(max_examples=80, deadline=None)
@given(name=strange)
def test_a_file_name_is_encoded_as_mail_clients_read_it(name):
    """Whatever a file is called, its header is folded ASCII, and the name comes back whole (RFC 2231)."""
    embedded, _ = choose_pictures([Picture(name, "image/png", b"x")], 10, "c@d")
    raw = build_message(make_envelope("", "a@b.example", "s", ()), "t", "h", embedded)
    message = email.message_from_bytes(raw, policy=email.policy.default)
    (image,) = [part for part in message.walk() if part["Content-ID"]]
    shown = image["Content-Disposition"].params["filename"]
    assert_fit_for_the_wire(raw)
    assert shown == file_name(name)
    assert len(shown) <= NAME_LIMIT
    assert image.get_content_disposition() == "inline"
    assert set(image.keys()) == {
        "Content-Type", "Content-Transfer-Encoding", "Content-Disposition", "Content-ID", "MIME-Version",
    }  # fmt: skip


@pytest.mark.parametrize("value", ["a\r\nBcc: v@x", "a\nb", "a\rb", "a\0b", "a\tb", "हिंदी", "a\x7fb", "\u2028", "é"])
def test_no_header_holds_more_than_one_line_of_plain_ascii(value):
    """The last door before the wire lets nothing pass that a server could read as a second header."""
    with pytest.raises(ValueError, match="X-Test holds more than one line"):
        header_line("X-Test", value)


def make_envelope(name, to, subject, ids):
    """Return a head with strange values."""
    return Envelope(
        kind=LetterKind.NEW_TICKET,
        language=Language.HINDI,
        desk_name="आईटी सहायता केंद्र",
        desk_address=DESK_ADDRESS,
        reply_to=DESK_ADDRESS,
        to=to,
        to_name=name,
        subject=subject,
        message_id=MESSAGE_ID,
        thread=Thread(tuple(ids)),
        at=AT,
        boundary=SECRET,
    )


def assert_fit_for_the_wire(raw):
    """Check RFC 5322 2.1.1 and RFC 2045 6.8: ASCII, CRLF alone, lines of at most 998 octets, in bodies of 78."""
    assert raw.isascii()
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)|\0", raw)
    head, _, body = raw.partition(b"\r\n\r\n")
    assert max(map(len, head.split(b"\r\n"))) <= 998
    assert max(map(len, body.split(b"\r\n"))) <= 78


def head_of(raw):
    """Return the head, unfolded, by name."""
    lines = re.sub(r"\r\n(?=[ \t])", "", raw.partition(b"\r\n\r\n")[0].decode("ascii")).split("\r\n")
    pairs = [line.split(": ", 1) for line in lines]
    assert len({name for name, _ in pairs}) == len(pairs)
    return dict(pairs)


def shown_name(mailbox):
    """Return the display name as RFC 2047 6.2 has it: without the space between encoded words."""
    phrase = mailbox.rpartition("<")[0].rstrip(" ")
    if phrase.startswith('"'):
        return re.sub(r"\\(.)", r"\1", phrase[1:-1])
    return str(make_header(decode_header(phrase)))


EXPECTED = {
    "Date", "From", "To", "Reply-To", "Subject", "Message-ID", "In-Reply-To", "References", "Auto-Submitted",
    "X-Auto-Response-Suppress", "Precedence", "X-Loop", "MIME-Version", "Content-Type", "Content-Language",
}  # fmt: skip
