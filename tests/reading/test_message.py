"""A whole mail: its structure, its best text, its files, and what is told about it."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.adapters.reading.attachments import clean_name
from mailbot.adapters.reading.message import read_message
from mailbot.domain.errors import UnreadableMailError
from tests.reading.mails import FROM, GIF, HTML, PLAIN, PNG, mail, multipart, part, picture, whole

if TYPE_CHECKING:
    from mailbot.domain.mail import IncomingMail

TEXT = "लॉगिन नहीं हो रहा।"


def read(raw: bytes) -> IncomingMail:
    """Read a mail and return what it says."""
    return read_message(raw, oversized=False).mail


def names(raw: bytes) -> list[str]:
    """Return the names of the files of a mail."""
    return [attachment.name for attachment in read(raw).attachments]


def test_a_plain_mail() -> None:
    """Everything an ordinary mail says is there."""
    head = (
        "To: desk@tax.example\r\nSubject: [GST Registration] लॉगिन\r\nMessage-ID: <1@tax.example>\r\n"
        "Date: Mon, 23 Nov 2026 10:15:00 +0530\r\nIn-Reply-To: <0@tax.example>\r\n"
    )
    found = read(mail(head, "महोदय,\r\nलॉगिन नहीं हो रहा।\r\n\r\n> पुराना\r\n"))
    assert found.sender is not None
    assert (found.sender.address, found.sender.name) == ("ramesh.kumar@tax.example", "Ramesh Kumar")
    assert found.subject == "[GST Registration] लॉगिन"
    assert found.recipients == ("desk@tax.example",)
    assert found.thread_ids == ("<0@tax.example>",)
    assert found.text == "महोदय,\nलॉगिन नहीं हो रहा।\n\n> पुराना"
    assert found.reply == "महोदय,\nलॉगिन नहीं हो रहा।"
    assert found.header("Subject") == "[GST Registration] लॉगिन"
    assert found.part_types == ("text/plain",)
    assert found.problems == ()


@pytest.mark.parametrize(
    "raw",
    [
        whole(multipart("alternative", PLAIN, HTML)),
        whole(multipart("alternative", HTML, PLAIN)),
        whole(multipart("mixed", PLAIN)),
        whole(multipart("mixed", multipart("alternative", PLAIN, HTML, boundary="inner"), picture())),
        whole(
            multipart("signed", PLAIN, part("Content-Type: application/pgp-signature", "-----BEGIN PGP SIGNATURE-----"))
        ),
        whole(multipart("made-up", PLAIN)),
        whole(HTML),
        whole(multipart("alternative", part("Content-Type: text/plain", ""), HTML)),
        whole(multipart("alternative", part("Content-Type: text/plain", "????? ???? ?? ???"), HTML)),
        whole(multipart("related", HTML, picture("Content-Type: image/png\r\nContent-ID: <a@b>"))),
        whole(multipart("mixed", PLAIN).replace(b"--=_b--", b"")),
        whole(multipart("mixed", PLAIN).replace(b'boundary="=_b"', b'boundary="wrong"')),
        whole(multipart("mixed", PLAIN).replace(b'; boundary="=_b"', b"")),
        whole(multipart("mixed", multipart("mixed", PLAIN, boundary="=_bb"))),
        mail("Content-Type: text/plain; charset=us-ascii\r\n", TEXT),
        mail("Content-Type: text\r\n", TEXT),
        mail("Content-Type: TEXT/PLAIN; CHARSET=UTF-8; name=letter.txt\r\n", TEXT),
        mail("Content-Type: text/plain; charset=utf-8\r\nContent-Disposition: attachment; filename=a.txt\r\n", TEXT),
        FROM.encode() + b"\n\n" + TEXT.encode(),
        b"\r\n" + mail("", TEXT),
        b"From ramesh@tax.example Mon Nov 23 10:15:00 2026\r\n" + mail("", TEXT),
        FROM.encode() + TEXT.encode(),
        mail("this line is rubbish\r\nSubject: x\r\n", TEXT),
        mail("", TEXT).replace(b"\r\n", b"\n"),
        mail("", TEXT).replace(b"\r\n", b"\r"),
    ],
)
def test_the_text_is_found_in_every_structure(raw: bytes) -> None:
    """Whatever the mail program and the way made of it, the words are read."""
    assert read(raw).text == TEXT


def test_texts_of_a_sequence_are_joined() -> None:
    """A text, a picture and another text, as Apple Mail writes them."""
    found = read(whole(multipart("mixed", PLAIN, picture(), part("Content-Type: text/plain", "Thanks"))))
    assert found.text == f"{TEXT}\n\nThanks"
    assert len(found.attachments) == 1


def test_every_part_type_is_listed() -> None:
    """The screening sees the structure, with the kind of a report."""
    raw = whole(
        multipart("report; report-type=delivery-status", PLAIN, part("Content-Type: message/delivery-status", "x"))
    )
    assert read(raw).part_types == (
        "multipart/report; report-type=delivery-status",
        "text/plain",
        "message/delivery-status",
    )


def test_a_report_without_words_shows_its_status() -> None:
    """A bounce that is nothing but its status is shown; the mail it gives back is a file."""
    status = part("Content-Type: message/delivery-status", "Action: failed\r\nStatus: 5.1.1")
    returned = part("Content-Type: message/rfc822", f"{FROM}Subject: old\r\n\r\nold text")
    found = read(whole(multipart("report; report-type=delivery-status", status, returned)))
    assert found.text == "Action: failed\nStatus: 5.1.1"
    assert [attachment.name for attachment in found.attachments] == ["message-1.txt", "old.eml"]


def test_a_forwarded_mail_is_shown_and_its_picture_kept() -> None:
    """Evidence in a forwarded mail is seen; its words are no part of the reply."""
    inner = FROM.encode() + b"Subject: portal down\r\n" + multipart("mixed", PLAIN, picture(), boundary="inner")
    found = read(
        whole(
            multipart(
                "mixed", part("Content-Type: text/plain", "Please see"), part("Content-Type: message/rfc822", inner)
            )
        )
    )
    assert found.reply == "Please see"
    assert "---------- Forwarded message ----------\nFrom: Ramesh Kumar <ramesh.kumar@tax.example>" in found.text
    assert found.text.endswith(TEXT)
    assert [(a.name, a.content_type) for a in found.attachments] == [
        ("portal down.eml", "message/rfc822"),
        ("image-1.png", "image/png"),
    ]


def test_a_forwarded_mail_keeps_its_bytes() -> None:
    """The bytes of a forwarded mail are the evidence: not one is changed."""
    inner = FROM.encode() + b"Subject:   odd    spacing\r\nX-Long: " + b"a" * 200 + b"\r\n\r\ntext\r\n"
    reading = read_message(
        whole(multipart("mixed", PLAIN, part("Content-Type: message/rfc822", inner))), oversized=False
    )
    assert reading.files[reading.mail.attachments[0].sha256] == inner


PICTURES = {
    "attached": (
        'Content-Type: image/png; name="error.png"\r\nContent-Disposition: attachment; filename="error.png"',
        "error.png",
    ),
    "without a disposition": ("Content-Type: image/png", "image-1.png"),
    "inline with a Content-ID": (
        "Content-Type: image/png\r\nContent-Disposition: inline\r\nContent-ID: <x@y>",
        "image-1.png",
    ),
    "named in its Content-ID": ("Content-Type: image/png\r\nContent-ID: <image001.png@01DC5A2B>", "image001.png"),
    "named in its Content-Location": ("Content-Type: image/png\r\nContent-Location: a/scr.png", "scr.png"),
    "declared as anything": ("Content-Type: application/octet-stream", "image-1.png"),
    "declared as text": ("Content-Type: text/x-log; name=shot.png", "shot.png"),
    "with a Hindi name": ("Content-Type: image/png; name*=utf-8''%E0%A4%95.png", "क.png"),
    "with a path for a name": ('Content-Type: image/png; name="../../etc/passwd.png"', "passwd.png"),
    "with a Windows path": ('Content-Type: image/png; name="C:\\Users\\r\\shot.png"', "shot.png"),
}


@pytest.mark.parametrize(("head", "name"), PICTURES.values(), ids=PICTURES)
def test_a_picture_is_never_dropped(head: str, name: str) -> None:
    """However a screenshot is declared, it is there with its real type, size and digest."""
    reading = read_message(whole(multipart("mixed", PLAIN, picture(head))), oversized=False)
    (found,) = reading.mail.attachments
    assert (found.name, found.content_type, found.size) == (name, "image/png", len(PNG))
    assert found.sha256 == hashlib.sha256(PNG).hexdigest()
    assert reading.files == {found.sha256: PNG}


def test_a_picture_pasted_as_data_is_a_file() -> None:
    """A screenshot pasted into HTML as a data: URI is kept and marked inline."""
    html = f'<p>देखें</p><img src="data:image/png;base64,{base64.b64encode(PNG).decode()}">'
    (found,) = read(mail("Content-Type: text/html; charset=utf-8\r\n", html)).attachments
    assert (found.name, found.content_type, found.inline) == ("image-1.png", "image/png", True)


@pytest.mark.parametrize(
    ("source", "inline"),
    [
        ("cid:a@b", True),
        ("CID:a@b", True),
        ("shot.png", True),
        ("http://x.example/shot.gif", False),
        ("cid:other", False),
    ],
)
def test_a_file_is_inline_when_the_text_shows_it(source: str, inline: bool) -> None:  # noqa: FBT001 - a table
    """Content-ID and bare names count; a picture nobody refers to is an attachment."""
    html = part("Content-Type: text/html", f'<img src="{source}">x')
    file = picture("Content-Type: image/png; name=shot.png\r\nContent-ID: <a@b>")
    assert read(whole(multipart("related", html, file))).attachments[0].inline is inline


def test_a_mail_that_is_only_a_picture() -> None:
    """A screenshot without a word is a mail with an empty text and one file."""
    raw = FROM.encode() + picture("Content-Type: image/gif", GIF)
    found = read(raw)
    assert (found.text, found.reply) == ("", "")
    assert [(a.name, a.content_type) for a in found.attachments] == [("image-1.gif", "image/gif")]


@pytest.mark.parametrize(
    ("data", "declared", "real"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "image/png", "image/svg+xml"),
        (b"<!DOCTYPE html><html></html>", "image/jpeg", "text/html"),
        (b"  <html><script>x</script>", "text/plain", "text/html"),
        (b"%PDF-1.7\n", "image/png", "application/pdf"),
        (b"MZ\x90\x00\x03\x00\x00\x00", "image/png", "application/vnd.microsoft.portable-executable"),
        (
            b"PK\x03\x04xxxxword/document.xml",
            "application/zip",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (b"GSTIN,Amount\n09AA,100\n", "text/csv", "text/csv"),
        (b"GSTIN,Amount\n09AA,100\n", "application/octet-stream", "text/plain"),
        (b"\x00\x01\x02\x03 nothing known", "image/png", "application/octet-stream"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", "application/octet-stream", "image/heic"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/png", "image/webp"),
    ],
)
def test_the_type_of_a_file_is_what_its_bytes_are(data: bytes, declared: str, real: str) -> None:
    """A name and a declared type are claims; what could run a script is called by its name."""
    (found,) = read(whole(multipart("mixed", PLAIN, picture(f"Content-Type: {declared}; name=a", data)))).attachments
    assert (found.content_type, found.declared_type) == (real, declared)


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("error.png", "error.png"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("a\r\nX-Evil: b.png", "a X-Evil: b.png"),
        ("a\x00.png", "a.png"),
        ("..", ""),
        (" . ", ""),
        ("a.png. .", "a.png"),
        ("/", ""),
        ("\u200b.htaccess", ".htaccess"),
        ("x" * 3000 + ".png", "x" * 196 + ".png"),
        ("त्रुटि पृष्ठ.png", "त्रुटि पृष्ठ.png"),
    ],
)
def test_names_of_files_are_cleaned(name: str, clean: str) -> None:
    """No folder, no control, no direction mark, no endless name."""
    assert clean_name(name) == clean


def test_seventy_files() -> None:
    """Fifty files are kept; the others are named in the problems."""
    found = read(whole(multipart("mixed", *(picture(f"Content-Type: image/png; name={n}.png") for n in range(70)))))
    assert len(found.attachments) == 50
    assert any("left out: 50.png, 51.png" in problem for problem in found.problems)


def test_two_hundred_parts() -> None:
    """What lies beyond the limit of parts is kept as one file."""
    found = read(whole(multipart("mixed", *(part("Content-Type: text/plain", f"line {n}") for n in range(300)))))
    assert found.text.count("line") == 199
    assert len(found.attachments) == 1
    assert any("200 parts" in problem for problem in found.problems)


def test_a_text_of_two_megabytes_is_cut() -> None:
    """The first million characters are the text, and the mail says so."""
    found = read(mail("", "a" * 2_000_000))
    assert len(found.text) == 1_000_000
    assert any("longer" in problem for problem in found.problems)


def test_a_quote_that_only_the_html_shows_is_cut() -> None:
    """A plain text without quote marks beside HTML with a marked quote: the reply is cut by the HTML."""
    plain = part("Content-Type: text/plain; charset=utf-8", "ho gaya\r\n\r\nDear Sir, the ticket is open.")
    html = part(
        "Content-Type: text/html", '<div>ho gaya</div><div class="yahoo_quoted">Dear Sir, the ticket is open.</div>'
    )
    assert read(whole(multipart("alternative", plain, html))).reply == "ho gaya"


def test_a_mail_without_anything_is_read() -> None:
    """No sender, subject, date or id: each is told, none is an error."""
    found = read(b"X-Nothing: here\r\n\r\n")
    assert (found.sender, found.sender_count, found.subject, found.date, found.message_id) == (None, 0, "", None, "")
    assert len(found.problems) == 3


@pytest.mark.parametrize("raw", [b"", b"\r\n\r\n", b"   ", bytes(range(32)) * 50])
def test_bytes_that_are_no_mail_are_refused(raw: bytes) -> None:
    """Only what is no mail at all cannot be read."""
    with pytest.raises(UnreadableMailError):
        read(raw)


def test_an_oversized_mail_is_read_from_its_headers() -> None:
    """A mail that was not downloaded still has a sender and a subject."""
    found = read_message(
        mail("Subject: बड़ी फ़ाइल\r\nContent-Type: multipart/mixed; boundary=x\r\n", ""), oversized=True
    ).mail
    assert found.oversized
    assert found.sender is not None
    assert (found.subject, found.text, found.attachments) == ("बड़ी फ़ाइल", "", ())
    assert "larger than the limit" in found.problems[0]


def test_the_way_of_a_mail_does_not_change_its_key() -> None:
    """Copies that came by different ways have one key; other words have another."""
    one = read(mail("Subject: x\r\n", TEXT))
    copy = read(b"Received: by mx\r\nDelivered-To: b@tax.example\r\n" + mail("Subject: x\r\n", TEXT))
    assert copy.content_key == one.content_key
    assert read(mail("Subject: x\r\n", f"{TEXT} 2")).content_key != one.content_key
    assert read(mail("Subject: y\r\n", TEXT)).content_key != one.content_key
    assert replace(one, recipients=()).content_key == one.content_key


def test_headers_are_decoded_and_clean() -> None:
    """Every header is kept, folded lines joined, bytes and encoded words read, no NUL in it."""
    found = read(mail("X-A: =?utf-8?B?4KSV?=\r\nX-B: a\r\n\tb\r\nX-B: c\x00d\r\n"))
    assert found.headers["x-a"] == ("क",)
    assert found.headers["x-b"] == ("a b", "cd")


PIECES = st.sampled_from(
    [
        *(
            b"\r\n",
            b"\r\n\r\n",
            b"--=_b",
            b"--=_b--",
            b"\r\n--=_b\r\n",
            b"=?utf-8?B?",
            b"?=",
            b";",
            b'"',
            b"<",
            b">",
            b"\x00",
            b"\xff",
        ),
        *(
            b"Content-Type: multipart/mixed; boundary==_b\r\n",
            b"Content-Type: message/rfc822\r\n\r\n",
            b"charset=utf-16",
            b"\xe0\xa4",
        ),
        *(
            b"Content-Transfer-Encoding: base64\r\n",
            b"From: a@b.example\r\n",
            b"<blockquote>",
            b"<td>",
            b"data:image/png;base64,AA",
        ),
        *(
            b"Content-Type: text/html\r\n",
            b"filename*0*=",
            b"format=flowed",
            b"Date: Fri, 31 Dec 9999 23:59:59 -2359\r\n",
        ),
    ]
)


@settings(max_examples=150)
@given(st.lists(st.one_of(PIECES, st.binary(max_size=8)), max_size=25))
def test_any_bytes_are_read_or_refused(pieces: list[bytes]) -> None:
    """Nothing but UnreadableMailError ever comes out of a mail."""
    try:
        found = read(b"".join(pieces))
    except UnreadableMailError:
        return
    f"{found.subject}{found.text}{found.headers}".encode()
    assert "\x00" not in found.text
