"""Files of old Macintoshes: the file in BinHex 4.0, AppleSingle and AppleDouble comes out with its name and bytes."""

from __future__ import annotations

import binascii
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.adapters.reading.limits import Notes
from mailbot.adapters.reading.mac import unpack_mac
from mailbot.adapters.reading.message import read_message
from tests.reading.mails import PLAIN, PNG, multipart, part, picture, whole

BANNER = b"(This file must be converted with BinHex 4.0)\r\n\r\n:"
TO_BINHEX = bytes.maketrans(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    b"!\"#$%&'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr",
)


def binhex(name: str, data: bytes, packed: bytes | None = None) -> bytes:
    """Return a file in BinHex 4.0 (RFC 1741 appendix A); `packed` is its data fork with repetitions."""
    head = bytes([len(name)]) + name.encode("mac_roman") + b"\x00TEXTttxt\x00\x00" + struct.pack(">II", len(data), 0)
    escaped = data.replace(b"\x90", b"\x90\x00") if packed is None else packed
    checksum = binascii.crc_hqx(data, 0).to_bytes(2, "big").replace(b"\x90", b"\x90\x00")
    plain = head + b"\x00\x00" + escaped + checksum + b"\x00\x00"
    letters = binascii.b2a_base64(plain, newline=False).rstrip(b"=").translate(TO_BINHEX)
    lines = b"\r\n".join(letters[at : at + 64] for at in range(0, len(letters), 64))
    return BANNER + lines + b":\r\n"


def apple_single(name: str, data: bytes) -> bytes:
    """Return a file in AppleSingle with its name and its data fork (RFC 1740 appendix A)."""
    start = 26 + 2 * 12
    entries = struct.pack(">IIIIII", 3, start, len(name), 1, start + len(name), len(data))
    return struct.pack(">II", 0x00051600, 0x00020000) + b"\x00" * 16 + b"\x00\x02" + entries + name.encode() + data


@pytest.mark.parametrize(
    ("content_type", "data"),
    [
        ("application/mac-binhex40", binhex("Error page.png", PNG)),
        ("application/applefile", apple_single("Error page.png", PNG)),
    ],
    ids=["binhex", "applesingle"],
)
def test_the_file_comes_out_beside_its_wrapping(content_type: str, data: bytes) -> None:
    """A screenshot that a Macintosh wrapped is a file of the mail with its name and exactly its bytes."""
    wrapped = part(f"Content-Type: {content_type}; name=wrapped\r\nContent-Transfer-Encoding: binary", data)
    reading = read_message(whole(multipart("mixed", PLAIN, wrapped)), oversized=False)
    found = reading.mail.attachments[1]
    assert (found.name, found.content_type, found.size) == ("Error page.png", "image/png", len(PNG))
    assert reading.files[found.sha256] == PNG
    assert reading.mail.text == "लॉगिन नहीं हो रहा।"


def test_of_appledouble_both_parts_are_files() -> None:
    """The part with the resources is kept, and the other one is the file as everybody knows it."""
    resources = part('Content-Type: application/applefile; name="%error.png"', b"\x00\x05\x16\x07\x00\x02\x00\x00")
    double = multipart("appledouble", resources, picture("Content-Type: image/png; name=error.png"), boundary="=_d")
    found = read_message(whole(multipart("mixed", PLAIN, double)), oversized=False).mail.attachments
    assert [(a.name, a.size) for a in found] == [("%error.png", 8), ("error.png", len(PNG))]


def test_repetitions_are_written_out() -> None:
    """A byte, a mark and a number stand for that many; the number may look like the mark; a zero makes it a byte."""
    data = b"a" * 7 + b"b" * 0x90 + b"c\x90d"
    (found,) = unpack_mac(binhex("a.txt", data, b"a\x90\x07b\x90\x90c\x90\x00d"), Notes())
    assert found.data == data


def test_a_file_that_is_cut_short_gives_what_is_there() -> None:
    """Half a download is half a file, and the mail says so."""
    notes = Notes()
    (found,) = unpack_mac(binhex("a.txt", b"0123456789" * 20)[:200], notes)
    assert found.data
    assert found.data + (b"0123456789" * 20)[len(found.data) :] == b"0123456789" * 20
    assert any("BinHex" in sentence for sentence in notes.sentences())


def test_repetitions_do_not_fill_the_memory() -> None:
    """Two bytes that mean 255 are written out up to thirty-two megabytes."""
    bomb = binhex("a", b"x" * 40_000_000, b"x" + b"\x90\xff" * 400_000)
    (found,) = unpack_mac(bomb, Notes())
    assert len(found.data) <= 32 * 1024 * 1024


@given(st.binary(max_size=40), st.integers(0, 200))
def test_any_damage_is_read(junk: bytes, position: int) -> None:
    """Whatever stands in the bytes, nothing is raised."""
    for data in (binhex("a.txt", b"0123456789"), apple_single("a.txt", b"0123456789")):
        unpack_mac(data[:position] + junk + data[position + len(junk) :], Notes())
