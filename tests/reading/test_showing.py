"""A mail to look at: what of it is shown, in which charset, and what the reading process does when it cannot."""

from __future__ import annotations

import pytest

from mailbot.adapters.reading.parent import ChildReader
from mailbot.adapters.reading.showing import show_message
from mailbot.adapters.reading.shown import MOST_HTML, ShownMail, pack_shown, unpack_shown
from mailbot.adapters.reading.wire import WireError
from mailbot.domain.errors import UnreadableMailError

HEAD = b"From: asha@tax.up.example\r\nSubject: x\r\nMIME-Version: 1.0\r\n"


def html_mail(body: bytes, charset: str = "utf-8") -> bytes:
    """Return a mail that is HTML alone."""
    return HEAD + f"Content-Type: text/html; charset={charset}\r\n\r\n".encode() + body


@pytest.mark.parametrize("charset", ["utf-8", "utf-16-le", "iso-8859-1", "windows-1252"])
def test_html_is_read_in_its_charset(charset):
    """Its letters arrive, whatever the sender's program writes."""
    words = "<p>Größe</p>" if charset in {"iso-8859-1", "windows-1252"} else "<p>पोर्टल बंद है</p>"
    assert show_message(html_mail(words.encode(charset), charset), oversized=False).html == words


def test_a_charset_that_only_html_names_counts():
    """A meta element is believed when the header says nothing."""
    body = '<meta charset="windows-1252"><p>Größe</p>'.encode("windows-1252")
    raw = HEAD + b"Content-Type: text/html\r\n\r\n" + body
    assert "<p>Größe</p>" in show_message(raw, oversized=False).html


def test_pieces_stand_one_below_the_other_and_files_do_not():
    """Pieces of HTML in a row are joined; an attached page and a forwarded mail are files."""
    parts = [b"Content-Type: text/html\r\n\r\n<p>%d</p>" % number for number in (1, 2)]
    parts.append(b"Content-Type: text/html\r\nContent-Disposition: attachment; filename=a.html\r\n\r\n<p>file</p>")
    parts.append(
        b"Content-Type: message/rfc822\r\n\r\nFrom: x@y.example\r\nContent-Type: text/html\r\n\r\n<p>inner</p>"
    )
    body = b"--b\r\n" + b"\r\n--b\r\n".join(parts) + b"\r\n--b--\r\n"
    shown = show_message(HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + body, oversized=False)
    assert shown.html == "<p>1</p><hr><p>2</p>"
    assert "a.html" in shown.files


def test_the_head_stands_as_it_came():
    """All headers, folded ones and odd ones, without anything that turns the direction of a line around."""
    raw = HEAD + "X-Odd: a\u202eb\r\n folded\r\n\r\nText".encode()
    head = show_message(raw, oversized=False).head
    assert head.startswith("From: asha@tax.up.example\nSubject: x\n")
    assert ("folded" in head, "\u202e" in head, "Text" in head) == (True, False, False)


def test_of_an_oversized_mail_only_the_head_is_shown():
    """Its HTML was never fetched."""
    assert show_message(HEAD + b"Content-Type: text/html\r\n\r\n", oversized=True).html == ""


def test_the_process_reads_on_after_a_mail_was_shown():
    """One child shows and reads in turn; a mail that is none is refused, and the next one is served again."""
    reader = ChildReader(10, 20.0, 512)
    try:
        raw = html_mail("<p>पोर्टल <script>alert(1)</script></p>".encode())
        assert reader.show(raw, oversized=False).html == "<p>पोर्टल </p>"
        assert reader.read(raw, oversized=False).mail.subject == "x"
        with pytest.raises(UnreadableMailError):
            reader.show(b"\0" * 5000, oversized=False)
        assert reader.show(raw, oversized=False).text == "पोर्टल"
    finally:
        reader.close()


def test_a_mail_that_takes_too_long_to_show_ends_its_process():
    """The limits of reading hold for showing, too, and the next mail has a new process."""
    reader = ChildReader(10, 0.001, 512)
    try:
        with pytest.raises(UnreadableMailError, match="longer than"):
            reader.show(html_mail(b"<p>x</p>" * 100_000), oversized=False)
    finally:
        reader.close()


def test_what_the_process_says_is_not_believed():
    """Too few parts, no text, and far too much of it are refused."""
    good = ShownMail("head", "text", "<p>x</p>", ("odd",), ("a.png",))
    header, blobs = pack_shown(good)
    assert unpack_shown(header, blobs) == good
    for wrong in ((header, blobs[:2]), ({}, blobs), (header, [b"\xff", *blobs[1:]]), ({"problems": 1}, blobs)):
        with pytest.raises(WireError):
            unpack_shown(*wrong)
    with pytest.raises(WireError):
        unpack_shown(header, [b"x" * (4 * MOST_HTML + 1), b"", b""])
