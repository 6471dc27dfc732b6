"""Mails that break the rules the way real programs break them: each is read, and says what was repaired."""

from __future__ import annotations

import base64
import time
from typing import TYPE_CHECKING

import pytest

from mailbot.adapters.reading.limits import Notes
from mailbot.adapters.reading.message import read_message
from mailbot.adapters.reading.parameters import parse_field
from mailbot.adapters.reading.transfer import decode_transfer
from tests.reading.mails import FROM, PLAIN, PNG, mail, multipart, part, picture, whole

if TYPE_CHECKING:
    from mailbot.domain.mail import IncomingMail

TEXT = "लॉगिन नहीं हो रहा।"
HEAD = "From: Ramesh Kumar <ramesh.kumar@tax.example>\r\nSubject: लॉगिन\r\n"


def read(raw: bytes | str) -> IncomingMail:
    """Read a mail and return what it says."""
    return read_message(raw if isinstance(raw, bytes) else raw.encode(), oversized=False).mail


WHOLE = {
    "UTF-16 with a mark": ("\ufeff" + HEAD + "\r\n" + TEXT).encode("utf-16-le"),
    "big-endian UTF-16 with a mark": ("\ufeff" + HEAD + "\r\n" + TEXT).encode("utf-16-be"),
    "UTF-16 without a mark": (f"X-Mailer: {'a' * 200}\r\n" + HEAD + "\r\n" + TEXT).encode("utf-16-le"),
    "UTF-16 that says so": ("\ufeff" + HEAD + "Content-Type: text/plain; charset=utf-16\r\n\r\n" + TEXT).encode(
        "utf-16-le"
    ),
    "UTF-8 with a mark": b"\xef\xbb\xbf" + (HEAD + "\r\n" + TEXT).encode(),
    "carriage returns doubled": (HEAD + "\r\n" + TEXT).replace("\r\n", "\r\r\n").encode(),
    "a header without a name": (": nothing\r\n" + HEAD + "\r\n" + TEXT).encode(),
    "a line that is no header first": ("garbage\r\n" + HEAD + "\r\n" + TEXT).encode(),
    "a line that is no header in between": HEAD.replace("\r\nS", "\r\ngarbage\r\nS").encode() + f"\r\n{TEXT}".encode(),
    "an indented line first": (" leading\r\n" + HEAD + "\r\n" + TEXT).encode(),
    "empty lines first": ("\r\n\n\r\n" + HEAD + "\r\n" + TEXT).encode(),
    "the line of a mailbox file": ("From r@x Mon Nov 23 10:15:00 2026\r\n" + HEAD + "\r\n" + TEXT).encode(),
    "the quoted line of a mailbox file": (">From r@x Mon Nov 23 10:15:00 2026\r\n" + HEAD + "\r\n" + TEXT).encode(),
    "blanks in front of colons": (HEAD.replace(":", " :") + "\r\n" + TEXT).encode(),
    "blanks in the empty line": (HEAD + "  \r\n" + TEXT).encode(),
}


@pytest.mark.parametrize("raw", WHOLE.values(), ids=WHOLE)
def test_the_beginning_of_a_mail_may_be_odd(raw: bytes) -> None:
    """Sender, subject and words are found all the same."""
    found = read(raw)
    assert found.sender is not None
    assert (found.sender.address, found.sender.name) == ("ramesh.kumar@tax.example", "Ramesh Kumar")
    assert (found.subject, found.text) == ("लॉगिन", TEXT)


def test_a_text_of_one_hindi_word_in_utf_16_is_no_utf_8() -> None:
    """Every second byte is that of Devanagari: that is UTF-16, though each byte could stand in UTF-8."""
    body = base64.encodebytes("नमस्ते".encode("utf-16-be"))
    head = "Content-Type: text/plain; charset=utf-16be\r\nContent-Transfer-Encoding: base64\r\n"
    assert read(mail(head, body)).text == "नमस्ते"


FIELDS = [
    ("attachment filename=a.png", "attachment", {"filename": "a.png"}),
    ("filename=a.png", "", {"filename": "a.png"}),
    ("text/plain, charset=utf-8, format=flowed", "text/plain", {"charset": "utf-8", "format": "flowed"}),
    ('image/ png ; name="a name=b.png"', "image/png", {"name": "a name=b.png"}),
    ('text/plain ;;;;; = ;; name="value"', "text/plain", {"name": "value"}),
    ("application/pdf name*0*=utf-8''%E0%A4 name*1*=%95.pdf", "application/pdf", {"name": "क.pdf"}),
    ("attachment; filename=utf-8''%E0%A4%95.png", "attachment", {"filename": "क.png"}),
    ("attachment; filename=Ram's 50%25 'x'.png", "attachment", {"filename": "Ram's 50%25 'x'.png"}),
    ("application/pdf; name=a.pdf; name=b.pdf", "application/pdf", {"name": "a.pdf"}),
    ("application/pdf; =?utf-8?q?name=3D=22=E0=A4=95?=.pdf", "application/pdf", {"name": "क.pdf"}),
]


@pytest.mark.parametrize(("raw", "value", "parameters"), FIELDS)
def test_parameters_are_read_without_their_semicolons(raw: str, value: str, parameters: dict[str, str]) -> None:
    """What the mail program meant is clear to a person, and to us."""
    found = parse_field(raw, Notes())
    assert (found.value, dict(found.parameters)) == (value, parameters)


@pytest.mark.parametrize("raw", [" " * 4096, 'a"' + '\\"' * 2000, "name=" * 800, ";" * 4096, ", " * 2048])
def test_no_field_takes_long(raw: str) -> None:
    """Work stays small for every value that is read."""
    begun = time.process_time()
    for _ in range(20):
        parse_field(raw, Notes())
    assert time.process_time() - begun < 2


def test_a_parameter_that_lost_its_indent_is_kept() -> None:
    """A boundary on a line of its own still belongs to the header above it."""
    raw = (
        FROM.encode()
        + b"Content-Type: multipart/mixed;\r\nboundary=xyz\r\nSubject: a\r\n\r\n--xyz\r\n\r\nhello\r\n--xyz--"
    )
    found = read(raw)
    assert (found.subject, found.text) == ("a", "hello")


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        (b"a=3Db", b"a=b"),
        (b"a==b=ZZ =4 x", b"a==b=ZZ =4 x"),
        (b"soft=\r\nbreak", b"softbreak"),
        (b"soft= \t\r\nbreak", b"softbreak"),
        (b"end=", b"end"),
        (b"=e0=a4=95", "क".encode()),
    ],
)
def test_broken_quoted_printable(given: bytes, meant: bytes) -> None:
    """An equals sign that begins no escape is an equals sign (RFC 2045 6.7, robust reading)."""
    assert decode_transfer(given, "quoted-printable", Notes()) == meant


@pytest.mark.parametrize(
    ("raw", "name", "address"),
    [
        ("Ramesh Kumar ramesh@tax.example>", "Ramesh Kumar", "ramesh@tax.example"),
        ("Ramesh Kumar [mailto:ramesh@tax.example]", "Ramesh Kumar", "ramesh@tax.example"),
        ("Ramesh via Desk (ramesh@tax.example)", "Ramesh via Desk", "ramesh@tax.example"),
        ('Ramesh Kumar " <ramesh@tax.example>', "Ramesh Kumar", "ramesh@tax.example"),
        ("Kumar; Ramesh <ramesh@tax.example>", "Kumar; Ramesh", "ramesh@tax.example"),
    ],
)
def test_senders_that_break_the_rules(raw: str, name: str, address: str) -> None:
    """The address is found, and the name carries no marks of the breakage."""
    found = read(f"From: {raw}\r\n\r\nx").sender
    assert found is not None
    assert (found.name, found.address) == (name, address)


FOOTER = b"\r\n_______________________________________________\r\nThe list, the list\r\n"


def test_a_list_that_writes_below_base64() -> None:
    """The words are decoded, and what the list added is shown below; of a picture it is left out."""
    head = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n"
    found = read(mail(head, base64.encodebytes(f"{TEXT}\r\n".encode()) + FOOTER))
    assert found.text.startswith(TEXT)
    assert found.text.endswith("The list, the list")
    shot = picture('Content-Type: image/png; name="a.png"') + FOOTER
    assert read(whole(multipart("mixed", PLAIN, shot))).attachments[0].size == len(PNG)


def test_words_that_only_claim_to_be_base64_stay() -> None:
    """Nothing is decoded that is no base64."""
    head = "Content-Transfer-Encoding: base64\r\n"
    assert read(mail(head, "Dear\r\nSir, the portal is down.\r\n")).text == "Dear\nSir, the portal is down."


@pytest.mark.parametrize(
    ("charset", "words"), [("koi8-r", "Заявка"), ("shift_jis", "障害報告"), ("gb2312", "这是中文")]
)
def test_raw_headers_are_in_the_charset_of_the_text(charset: str, words: str) -> None:
    """Old programs write the subject as they write the body, without saying so."""
    raw = f"From: {words} <a@b.example>\r\nSubject: {words}\r\nContent-Type: text/plain; charset={charset}\r\n\r\n"
    found = read((raw + words).encode(charset))
    assert found.sender is not None
    assert (found.subject, found.sender.name, found.text) == (words, words, words)


def test_a_digest_shows_every_mail() -> None:
    """Parts of a digest are mails without saying so (RFC 2046 5.1.5)."""
    one, two = (part("", f"Subject: {word}\r\n\r\ntext {word}").removeprefix(b"\r\n") for word in ("one", "two"))
    found = read(whole(multipart("digest", b"\r\n" + one, b"\r\n" + two)))
    assert [a.name for a in found.attachments] == ["one.eml", "two.eml"]
    assert "text one" in found.text
    assert "text two" in found.text


@pytest.mark.parametrize("kind", ["message/rfc822", "message/global", "Message / RFC822"])
@pytest.mark.parametrize("encoding", ["7bit", "base64"])
def test_a_forwarded_mail_in_every_wrapping(kind: str, encoding: str) -> None:
    """Base64 around a mail is forbidden (RFC 2046 5.2.1) and met."""
    inner = FROM.encode() + b"Subject: GST 11/2026\r\n" + multipart("mixed", PLAIN, picture(), boundary="inner")
    body = base64.encodebytes(inner) if encoding == "base64" else inner
    found = read(
        whole(multipart("mixed", part(f"Content-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}", body)))
    )
    assert found.text.endswith(TEXT)
    assert [a.name for a in found.attachments] == ["GST 11-2026.eml", "image-1.png"]
    assert found.attachments[1].size == len(PNG)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("multipart/", "multipart/mixed"),
        ("multipart", "multipart/mixed"),
        ("application/", "application/octet-stream"),
        ("application-x-gzip", "application/octet-stream"),
        ("text", "text/plain"),
        ("html", "text/plain"),
        ("", "text/plain"),
    ],
)
def test_types_that_are_cut_short(given: str, meant: str) -> None:
    """The type that was meant is clear enough."""
    raw = f"{HEAD}Content-Type: {given}; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--"
    assert read(raw).part_types[0] == meant


def test_a_piece_of_a_mail_says_so() -> None:
    """message/partial (RFC 2046 5.2.2): shown as it is, never put together."""
    raw = (
        FROM.encode() + b'Content-Type: message/partial; id="x"; number=1; total=2\r\n\r\nSubject: y\r\n\r\nfirst half'
    )
    found = read(raw)
    assert "first half" in found.text
    assert any("one piece of a larger one" in problem for problem in found.problems)


def test_a_part_that_lies_elsewhere_is_not_fetched() -> None:
    """message/external-body (RFC 2046 5.2.3) is told and kept, nothing more."""
    elsewhere = part(
        'Content-Type: message/external-body; access-type=URL; URL="http://x.example/a"', "Content-ID: <a>"
    )
    assert any("was not fetched" in problem for problem in read(whole(multipart("mixed", PLAIN, elsewhere))).problems)


def test_words_with_many_blanks_are_no_base64() -> None:
    """Words that happen to use only its letters are told by the blanks between them."""
    words = "the portal does not open since morning\r\nplease look at it soon\r\n" * 3
    assert read(mail("Content-Transfer-Encoding: base64\r\n", words)).text.startswith("the portal does not open")


def test_what_stands_behind_the_last_delimiter_is_no_part() -> None:
    """A stray mark behind the end of a multipart does not pull the words below it into the last file."""
    raw = whole(multipart("mixed", PLAIN, picture('Content-Type: image/png; name="a.png"')))
    end = raw.rindex(b"--") + 2
    found = read(raw[:end] + b">\r\nPotentially malicious content\r\n")
    assert found.attachments[0].size == len(PNG)
    assert "malicious" not in found.text


def test_the_first_delimiter_may_stand_right_below_the_headers() -> None:
    """Where the empty line is missing, the delimiter that Content-Type names begins the body."""
    raw = whole(multipart("mixed", PLAIN, picture('Content-Type: image/png; name="a.png"')))
    head, _, body = raw.partition(b"\r\n\r\n")
    first = body.index(b"--")
    found = read(head + b"\r\n" + body[first:])
    assert found.text == read(raw).text != ""
    assert found.attachments[0].size == len(PNG)
