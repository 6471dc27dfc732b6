"""Bytes to text and files: charsets, transfer encodings, parameters and flowed text, right and broken."""

from __future__ import annotations

import base64
import binascii

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.adapters.reading.charsets import decode, find_charset
from mailbot.adapters.reading.flowed import unflow
from mailbot.adapters.reading.limits import Notes
from mailbot.adapters.reading.parameters import parse_field
from mailbot.adapters.reading.transfer import decode_transfer

HINDI = "लॉगिन नहीं हो रहा है।"


@pytest.mark.parametrize(
    ("data", "label", "text"),
    [
        (HINDI.encode(), "utf-8", HINDI),
        (HINDI.encode(), "us-ascii", HINDI),
        (HINDI.encode(), "iso-8859-1", HINDI),
        (HINDI.encode(), "", HINDI),
        (HINDI.encode(), "x-unknown", HINDI),
        (HINDI.encode(), '"UTF-8"', HINDI),
        (HINDI.encode(), "utf8", HINDI),
        (b"\xef\xbb\xbf" + HINDI.encode(), "windows-1252", HINDI),
        (HINDI.encode("utf-16"), "utf-16", HINDI),
        (HINDI.encode("utf-16-le"), "utf-16", HINDI),
        ("login".encode("utf-16-be"), "utf-16", "login"),
        (HINDI.encode("utf-7"), "utf-7", HINDI),
        (HINDI.encode(), "gb2312", HINDI),
        ("Größe €".encode("cp1252"), "iso-8859-1", "Größe €"),
        ("Größe".encode("latin-1"), "utf-8", "Größe"),
        ("Größe".encode("latin-1"), "", "Größe"),
        ("日本".encode("iso-2022-jp"), "iso-2022-jp", "日本"),
        ("日本".encode("iso-2022-jp"), "us-ascii", "日本"),
        ("日本".encode("cp932"), "shift_jis", "日本"),
        ("привет".encode("koi8-r"), "koi8-r", "привет"),
        ("한국".encode("cp949"), "ks_c_5601-1987", "한국"),
        (b"\x81\x8d\xff", "cp1252", "\x81\x8dÿ"),
        (b"\\u003cb\\u003e", "unicode_escape", "\\u003cb\\u003e"),
    ],
)
def test_text_is_what_it_is_whatever_its_label(data: bytes, label: str, text: str) -> None:
    """Wrong, missing and sloppy charset labels do not cost a letter."""
    assert decode(data, label, Notes()) == text


def test_damaged_text_keeps_its_letters() -> None:
    """A letter cut in half does not turn the whole Hindi text into rubbish."""
    notes = Notes()
    assert decode(HINDI.encode()[:-1], "utf-8", notes).startswith(HINDI[:-1])
    assert "damaged" in notes.sentences()[0]


@pytest.mark.parametrize(
    "label", ["unicode_escape", "raw_unicode_escape", "punycode", "idna", "undefined", "rot13", "zlib", "hex"]
)
def test_codecs_that_are_no_charsets_are_refused(label: str) -> None:
    """Python's other codecs are never used on a stranger's bytes."""
    assert find_charset(label) is None


@given(
    st.binary(max_size=60),
    st.sampled_from(["utf-8", "utf-16", "utf-7", "hz", "iso-2022-jp", "cp1252", "big5", "", "??"]),
)
def test_decoding_never_raises(data: bytes, label: str) -> None:
    """Any bytes under any label are some text."""
    assert isinstance(decode(data, label, Notes()), str)


@pytest.mark.parametrize(
    ("body", "encoding", "data"),
    [
        (base64.encodebytes(HINDI.encode()), "base64", HINDI.encode()),
        (base64.encodebytes(HINDI.encode()), " BASE64 ; x", HINDI.encode()),
        (base64.b64encode(b"abcd").rstrip(b"="), "base64", b"abcd"),
        (base64.b64encode(b"a") + base64.b64encode(b"b"), "base64", b"ab"),
        (
            base64.b64encode(b"abcdefghijkl")[:8] + b"!" + base64.b64encode(b"abcdefghijkl")[8:],
            "base64",
            b"abcdefghijkl",
        ),
        (b"YWJjZ", "base64", b"abc"),
        (b"Hello, this is no base64 at all.", "base64", b"Hello, this is no base64 at all."),
        (b"=E0=A4=95 =\r\nx", "quoted-printable", "क x".encode()),
        (b"50=% of =ZZ", "quoted-printable", b"50=% of =ZZ"),
        (b"begin 644 a.txt\n" + binascii.b2a_uu(b"hello") + b"end\n", "x-uuencode", b"hello"),
        (b"plain", "8bit", b"plain"),
        (b"plain", "made-up", b"plain"),
        (b"", "base64", b""),
    ],
)
def test_transfer_encodings(body: bytes, encoding: str, data: bytes) -> None:
    """What was sent comes out, also when its encoding is cut short or a lie."""
    assert decode_transfer(body, encoding, Notes()) == data


@given(st.binary(max_size=80), st.sampled_from(["base64", "quoted-printable", "x-uuencode", "8bit"]))
def test_transfer_decoding_never_raises(body: bytes, encoding: str) -> None:
    """Any bytes can be decoded in any encoding."""
    assert isinstance(decode_transfer(body, encoding, Notes()), bytes)


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ('attachment; filename="error.png"', "error.png"),
        ("attachment; filename=error.png", "error.png"),
        ("attachment; filename=my error page.png", "my error page.png"),
        ('attachment; filename="a;b.png"', "a;b.png"),
        ('attachment; filename="a\\"b.png"', 'a"b.png'),
        ('attachment; filename="C:\\scan\\b.png"', "C:\\scan\\b.png"),
        ('attachment; filename="unfinished.png', "unfinished.png"),
        ("attachment; filename*=utf-8'hi'%E0%A4%95.png", "क.png"),
        ("attachment; filename*0*=utf-8''%E0%A4; filename*1*=%95.png", "क.png"),
        ("attachment; filename*0*=utf-8''%E0%A; filename*1*=4%95.png", "क.png"),
        ("attachment; filename*1=b.png; filename*0=a", "ab.png"),
        ("attachment; filename*0*=utf-8''a%20; filename*1=b%20.png", "a b%20.png"),
        ("attachment; filename=old.png; filename*=utf-8''new.png", "new.png"),
        ('attachment; filename="=?utf-8?B?4KSV?=.png"', "क.png"),
        ("attachment; filename*=%E0%A4%95.png", "क.png"),
        ("attachment; filename*=no-such-charset''caf%E9.png", "café.png"),
        ("attachment; filename", ""),
        ("attachment; =x; filename=a.png", "a.png"),
    ],
)
def test_file_names(raw: str, name: str) -> None:
    """RFC 2231, RFC 2047 in the wrong place, and what people write instead."""
    field = parse_field(raw, Notes())
    assert field.value == "attachment"
    assert field.parameters.get("filename", "") == name


def test_flowed_lines_are_joined() -> None:
    """RFC 3676: a space at the end of a line means that it goes on; quotes and signatures stay apart."""
    text = "This is one \nline.\n> quoted \n> too\n-- \nRamesh\n >From"
    assert unflow(text, delete_space=False) == "This is one line.\n> quoted too\n-- \nRamesh\n>From"


def test_flowed_hindi_without_spaces() -> None:
    """With delsp the space that marks the joint is no part of the text."""
    assert unflow("लॉगि \nन", delete_space=True) == "लॉगिन"
