"""How much of one mail is read: every limit has a mail that reaches it, is cut there, and says so."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from mailbot.adapters.reading import limits
from mailbot.adapters.reading.charsets import find_charset
from mailbot.adapters.reading.limits import Notes
from mailbot.adapters.reading.message import read_message
from mailbot.adapters.reading.parameters import parse_field
from tests.reading.mails import PLAIN, mail, multipart, part, picture, whole

if TYPE_CHECKING:
    from mailbot.domain.mail import IncomingMail


def read(raw: bytes) -> IncomingMail:
    """Read a mail and return what it says."""
    return read_message(raw, oversized=False).mail


def nested(depth: int) -> bytes:
    """Return multiparts in each other with a text in the innermost."""
    inner = PLAIN
    for level in range(depth):
        inner = multipart("mixed", inner, boundary=f"=_{level}")
    return whole(inner)


REACHED = {
    "the header block": (mail("".join(f"X-{n}: {'a' * 1000}\r\n" for n in range(300)), "x"), "headers are longer"),
    "one header": (mail(f"X-Long: {'a' * 70_000}\r\n", "x"), "x-long is longer"),
    "the number of headers": (mail("X-A: b\r\n" * 1100, "x"), "more than 1000 headers"),
    "the recipients": (mail("To: " + ", ".join(f"a{n}@b.example" for n in range(600)) + "\r\n"), "more than 500"),
    "the depth": (nested(25), "nested deeper"),
    "the parts": (whole(multipart("mixed", *[PLAIN] * 250)), "more than 200 parts"),
    "the text": (mail("", "a" * 1_100_000), "text of the mail is longer"),
    "the HTML": (mail("Content-Type: text/html\r\n", "<p>" + "word " * 420_000), "HTML of the mail is longer"),
    "the links": (
        mail("Content-Type: text/html\r\n", "".join(f"<a href='https://a.example/{n}'>x</a> " for n in range(5100))),
        "more than 5000 links",
    ),
    "the files": (whole(multipart("mixed", *[picture()] * 60)), "60 files; these were left out"),
    "an unknown charset": (mail("Content-Type: text/plain; charset=x-own\r\n", "नमस्ते"), "which is not known"),
}


@pytest.mark.parametrize(("raw", "sentence"), REACHED.values(), ids=REACHED)
def test_a_limit_cuts_and_says_so(raw: bytes, sentence: str) -> None:
    """Nothing beyond a limit is read, quickly, and a person is told."""
    begun = time.process_time()
    found = read(raw)
    assert any(sentence in problem for problem in found.problems)
    assert time.process_time() - begun < 5


def test_what_is_cut_has_the_length_of_the_limit() -> None:
    """The figures of the limits are the figures of the results."""
    assert len(read(REACHED["the text"][0]).text) == limits.TEXT
    assert len(read(REACHED["the recipients"][0]).recipients) == limits.RECIPIENTS
    assert len(read(REACHED["the files"][0]).attachments) == limits.ATTACHMENTS
    assert len(read(REACHED["one header"][0]).header("x-long")) == limits.HEADER_VALUE
    assert read(REACHED["the links"][0]).text.count("https://") == limits.LINKS


def test_what_lies_too_deep_is_one_file() -> None:
    """Twenty levels are read; the rest of the mail is kept whole."""
    found = read(nested(25))
    assert (found.text, len(found.attachments)) == ("", 1)
    assert read(nested(20)).text == "लॉगिन नहीं हो रहा।"


def test_parameters_are_read_up_to_four_kilobytes() -> None:
    """A Content-Type is never longer; what stands behind does not count."""
    assert "late" not in parse_field(f"text/plain; a={'b' * 5000}; late=1", Notes()).parameters


def test_a_charset_that_is_not_listed_is_read_as_western() -> None:
    """Letters that fit no listed charset are shown as good as it goes, and nothing is lost of the others."""
    found = read(mail("Content-Type: text/plain; charset=x-own\r\n", "Größe 10".encode("latin-1")))
    assert found.text == "Größe 10"


@pytest.mark.parametrize("count", [50, 200])
def test_a_boundary_of_two_hundred_bytes_and_many_parts_are_cut_exactly(count: int) -> None:
    """The longest boundary that is promised to be read, and one letter more or less, part nothing wrongly."""
    mark = "=_" + "b" * 198
    near = part("Content-Type: text/plain", f"--{mark[:-1]}\r\n--{mark}x\r\nend")
    found = read(whole(multipart("mixed", near, *[picture()] * (count - 2), boundary=mark)))
    assert found.text.endswith("end")
    assert len(found.attachments) == min(count - 2, limits.ATTACHMENTS)


SLOW = {
    "paragraphs": "<p>" * 300_000,
    "cells": "<table><tr>" + "<td>a" * 300_000,
    "items": "<ul>" + "<li>a" * 300_000,
    "words in bold": "<b>a</b>" * 200_000,
    "links": "<a href='https://a.example'>a</a>" * 50_000,
    "escapes": "&lt;" * 400_000,
    "quotes": "<blockquote>a</blockquote>" * 70_000,
}


@pytest.mark.parametrize("source", SLOW.values(), ids=SLOW)
def test_html_that_is_all_marks_is_read_far_below_the_limit(source: str) -> None:
    """Two million letters of marks take a small part of the ten seconds that a mail may take."""
    begun = time.process_time()
    read(mail("Content-Type: text/html\r\n", source))
    assert time.process_time() - begun < 5


def test_names_and_subjects_are_cut() -> None:
    """Two hundred characters name a file or a person."""
    head = f'Content-Type: image/png; name="{"न" * 500}.png"'
    assert len(read(whole(multipart("mixed", PLAIN, picture(head)))).attachments[0].name) <= limits.NAME
    sender = read(f"From: {'न' * 500} <r@tax.example>\r\n\r\nx".encode()).sender
    assert sender is not None
    assert len(sender.name) <= limits.NAME


def test_no_more_than_fifty_problems_are_told() -> None:
    """A mail that is nothing but problems does not fill the page."""
    odd = [part(f"Content-Type: text/plain; charset=x-{n}", "é") for n in range(90)]
    assert len(read(whole(multipart("mixed", *odd))).problems) == 50


@pytest.mark.parametrize(
    "label",
    ["unicode_escape", "raw_unicode_escape", "punycode", "idna", "undefined", "rot13", "base64", "zlib", "mbcs", "uu"],
)
def test_codecs_that_are_no_charsets_are_never_used(label: str) -> None:
    """Only listed charsets decode; the others of the language can harm."""
    assert find_charset(label) is None
    assert read(mail(f"Content-Type: text/plain; charset={label}\r\n", "\\u003cscript\\u003e")).text == (
        "\\u003cscript\\u003e"
    )


@pytest.mark.parametrize(
    "label",
    [
        "utf-8",
        "UTF8",
        "us-ascii",
        "iso-8859-1",
        "iso-8859-15",
        "windows-1252",
        "cp1251",
        "iso-2022-jp",
        "gb18030",
        "big5",
        "euc-jp",
        "euc-kr",
        "koi8-r",
        "utf-16",
        "utf-16le",
        "shift_jis",
        "gb2312",
        "ks_c_5601-1987",
        "tis-620",
    ],
)
def test_charsets_of_real_mail_are_known(label: str) -> None:
    """What mail programs name is on the list."""
    assert find_charset(label)


def test_archives_and_office_files_are_never_opened() -> None:
    """A zip that would unpack to terabytes is a file like any other."""
    bomb = b"PK\x03\x04" + b"\x00" * 26 + b"bomb.txt" + b"\x00" * 1000
    (found,) = read(
        whole(multipart("mixed", PLAIN, picture("Content-Type: application/zip; name=a.zip", bomb)))
    ).attachments
    assert (found.content_type, found.size) == ("application/zip", len(bomb))


def test_a_boundary_that_is_longer_than_allowed_is_read() -> None:
    """RFC 2046 allows seventy characters; longer ones are met, and no pattern is made of them."""
    assert read(whole(multipart("mixed", PLAIN, boundary="x" * 2000))).text == "लॉगिन नहीं हो रहा।"
