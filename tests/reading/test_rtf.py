"""The RTF text of a winmail.dat: packed or not, wrapped HTML, every way to write a letter, and damage."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.adapters.reading import limits
from mailbot.adapters.reading.limits import Notes
from mailbot.adapters.reading.lzfu import decompress
from mailbot.adapters.reading.message import read_message
from mailbot.adapters.reading.rtf import to_text
from tests.reading import tnef
from tests.reading.mails import PLAIN, mail, multipart, part, picture, whole

# The example of MS-OXRTFCP 3.1: "{\rtf1\ansi\ansicpg1252\pard hello world}" and a line break.
PACKED = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
)
WRAPPED = (
    rb"{\rtf1\ansi\ansicpg1252\fromhtml1 \deff0{\fonttbl{\f0\fmodern Courier New;}}{\*\htmltag19 <html>}"
    rb"{\*\htmltag161 <p>}\htmlrtf {\htmlrtf0 Portal {\*\htmltag84 <b>}\htmlrtf {\b \htmlrtf0 down"
    rb"{\*\htmltag92 </b>}\htmlrtf }\htmlrtf0 \htmlrtf\par}\htmlrtf0 {\*\htmltag72 </p>}"
    rb"{\*\htmltag64 <ul><li>}GSTR-3B{\*\htmltag72 </li></ul>}{\*\mhtmltag84 <img>}}"
)


def uncompressed(rtf: bytes) -> bytes:
    """Return RTF in the form that is not compressed (MS-OXRTFCP 2.1.3.1.1)."""
    return len(rtf).to_bytes(4, "little") * 2 + b"MELA" + b"\x00" * 4 + rtf


def mail_with(packed: bytes, *parts: bytes) -> bytes:
    """Return a mail whose winmail.dat has nothing but RTF."""
    data = tnef.winmail(tnef.message((tnef.BINARY, 0x1009, packed)))
    return whole(multipart("mixed", *parts, picture("Content-Type: application/ms-tnef; name=winmail.dat", data)))


def text_of(rtf: bytes) -> str:
    """Return the words of RTF."""
    return to_text(rtf, Notes())[0]


def test_the_example_of_the_specification_is_unpacked() -> None:
    """Letters and references to what was written before give the text back."""
    assert decompress(PACKED, 1000) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"


def test_a_reference_may_reach_into_itself() -> None:
    """A repetition is written as a copy of bytes that the copy makes (MS-OXRTFCP 3.2)."""
    packed = bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0")
    assert decompress(packed, 1000) == b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"


@pytest.mark.parametrize("packed", [PACKED, PACKED[:12] + b"\x00" * 4 + PACKED[16:]], ids=["whole", "wrong checksum"])
def test_the_text_of_a_mail_that_is_only_rtf_is_read(packed: bytes) -> None:
    """A mail of Outlook in rich text is not empty, also when its checksum does not fit."""
    assert read_message(mail_with(packed), oversized=False).mail.text == "hello world"


def test_the_words_of_the_mail_itself_come_before_its_rtf() -> None:
    """The copy in RTF is not shown a second time."""
    assert read_message(mail_with(PACKED, PLAIN), oversized=False).mail.text == "लॉगिन नहीं हो रहा।"


def test_html_that_is_wrapped_in_rtf_is_read_as_html() -> None:
    """Of HTML and its copy in RTF only the HTML is shown, with its lists (MS-OXRTFEX)."""
    assert read_message(mail_with(uncompressed(WRAPPED)), oversized=False).mail.text == "Portal down\n\n- GSTR-3B"


def test_a_mail_whose_body_is_rtf_is_read() -> None:
    """Some programs send RTF without a winmail.dat."""
    raw = mail("Content-Type: text/rtf\r\n", rb"{\rtf1\ansi Refund pending\par ARN missing}")
    assert read_message(raw, oversized=False).mail.text == "Refund pending\nARN missing"


def test_a_file_in_rtf_is_no_text_of_the_mail() -> None:
    """An order that was attached stays a file."""
    order = part("Content-Type: application/rtf\r\nContent-Disposition: attachment; filename=a.rtf", rb"{\rtf1 order}")
    assert read_message(whole(multipart("mixed", order)), oversized=False).mail.text == ""


@pytest.mark.parametrize(
    ("rtf", "text"),
    [
        (r"{\rtf1\uc1 \u2344?\u2350?\u2360?\u2381?\u2340?\u2375?}", "नमस्ते"),
        (r"{\rtf1\uc0\u2344\u2350}", "नम"),
        (r"{\rtf1 \u-10179?\u-8704?}", "😀"),
        (r"{\rtf1\ansicpg1251 \'ef\'f0\'e8}", "при"),
        (r"{\rtf1\ansi{\fonttbl{\f0 Arial;}{\f1\fcharset204 Arial Cyr;}}\f0 a {\f1 \'ef\'f0} b}", "a пр b"),
        (r"{\rtf1 a\{b\}\\c\~d}", "a{b}\\c\u00a0d"),
        (r"{\rtf1{\info{\title no}}{\pict 00ff}{\*\unknown no}{\stylesheet no;}yes\line\tab on}", "yes\n\ton"),
        (r"{\rtf1{\pict\bin4 }}}}}after}", "after"),
        (r"{\rtf1{\field{\*\fldinst HYPERLINK x}{\fldrslt here}}}", "here"),
    ],
)
def test_letters_and_marks_of_rtf(rtf: str, text: str) -> None:
    """Every way to write a letter gives the letter, and what is no word is not shown."""
    assert text_of(rtf.encode()) == text


@pytest.mark.parametrize(
    "piece",
    [rb"\b", b"{", b"{}", rb"\u9", rb"\f1\fcharset0", rb"{\field{\*\fldinst{", rb"\'e9", rb"a\b ", rb"{\*\x a}", b"\\"],
    ids=repr,
)
def test_rtf_that_was_made_to_harm_is_read_quickly(piece: bytes) -> None:
    """Two megabytes of one mark take seconds, not minutes."""
    begun = time.process_time()
    text_of((rb"{\rtf1{\fonttbl" + piece * 2_000_000)[: limits.HTML])
    assert time.process_time() - begun < 6


def test_packed_rtf_never_grows_beyond_the_limit() -> None:
    """Every reference makes up to seventeen bytes of two, up to the limit and not further."""
    tokens = b"".join(((206 + 17 * n) % 4096 << 4 | 15).to_bytes(2, "big") for n in range(80_000))
    controlled = b"".join(b"\xff" + tokens[at : at + 16] for at in range(0, len(tokens), 16))
    bomb = b"\x00" * 8 + b"LZFu" + b"\x00" * 4 + controlled
    assert decompress(bomb, 1_000_000) == b"x" * 1_000_000


@given(st.binary(max_size=60), st.integers(0, 400))
def test_any_damage_is_read(junk: bytes, position: int) -> None:
    """Whatever stands in the bytes, something comes out and nothing is raised."""
    text_of(WRAPPED[:position] + junk + WRAPPED[position + len(junk) :])
    decompress(PACKED[:position] + junk, 1000)
    decompress(PACKED[:16] + junk, 1000)
