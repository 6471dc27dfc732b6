"""Files as old Macintoshes send them: BinHex 4.0 and AppleSingle (RFC 1740, RFC 1741); bounded, and never raising.

Of both, only the data fork is what other computers know as the file.
"""

from __future__ import annotations

import binascii
import re
from typing import TYPE_CHECKING

from mailbot.adapters.reading.content import File

if TYPE_CHECKING:
    from mailbot.adapters.reading.limits import Notes

MAC_TYPES = frozenset({"application/mac-binhex40", "application/mac-binhex", "application/applefile"})
_BANNER = re.compile(rb"\(This file must be converted with BinHex[^\r\n]{0,40}[\r\n]\s{0,99}:")
_BINHEX = b"!\"#$%&'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr"
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_TO_BASE64 = bytes.maketrans(_BINHEX, _BASE64)
_NO_BINHEX = bytes(set(range(256)) - set(_BINHEX))
_BANNER_WITHIN = 4096
_REPEAT = b"\x90"
_QUANTUM = 4
_LONGEST = 32 * 1024 * 1024
_LONGEST_NAME = 63
# Behind the name: version, type, creator, flags, the sizes of both forks, checksum.
_AFTER_NAME, _SIZE_AT = 21, 11
_CHECKSUM = 2
_APPLE_SINGLE = b"\x00\x05\x16\x00"
_APPLE_HEAD, _APPLE_ENTRY, _MOST_ENTRIES = 26, 12, 100
_DATA_FORK, _REAL_NAME = 1, 3
_UNKNOWN = "application/octet-stream"


def unpack_mac(data: bytes, notes: Notes) -> tuple[File, ...]:
    """Return the file in a Macintosh's wrapping; none when the bytes are no such wrapping or it has no data fork."""
    if data.startswith(_APPLE_SINGLE):
        return _unpack_single(data)
    banner = _BANNER.search(data, 0, _BANNER_WITHIN)
    return _unpack_binhex(data[banner.end() :], notes) if banner else ()


def _unpack_single(data: bytes) -> tuple[File, ...]:
    """Read the list of entries (RFC 1740 appendix A): each a number, where it begins and how long it is."""
    found: dict[int, bytes] = {}
    for number in range(min(int.from_bytes(data[24:26], "big"), _MOST_ENTRIES)):
        entry = data[_APPLE_HEAD + number * _APPLE_ENTRY :][:_APPLE_ENTRY]
        kind, start, length = (int.from_bytes(entry[at : at + 4], "big") for at in (0, 4, 8))
        if kind in {_DATA_FORK, _REAL_NAME}:
            found.setdefault(kind, data[start : start + length])
    name = found.get(_REAL_NAME, b"").decode("mac_roman")
    return (File(found[_DATA_FORK], _UNKNOWN, name),) if found.get(_DATA_FORK) else ()


def _unpack_binhex(text: bytes, notes: Notes) -> tuple[File, ...]:
    """Undo the letters, then the repetitions, then cut the data fork out (RFC 1741 appendix A)."""
    letters = text.partition(b":")[0].translate(_TO_BASE64, _NO_BINHEX)
    letters = letters[: len(letters) - 1] if len(letters) % _QUANTUM == 1 else letters
    plain = _repeat(binascii.a2b_base64(letters + b"=" * (-len(letters) % _QUANTUM)))
    length = min(plain[0], _LONGEST_NAME) if plain else 0
    head = plain[1 + length :][:_AFTER_NAME]
    size = int.from_bytes(head[_SIZE_AT : _SIZE_AT + 4], "big")
    start = 1 + length + _AFTER_NAME
    fork = plain[start : start + size]
    checksum = plain[start + size : start + size + _CHECKSUM]
    if len(fork) < size or binascii.crc_hqx(fork, 0).to_bytes(_CHECKSUM, "big") != checksum:
        notes.add("A file in BinHex is damaged or cut short; what could be read of it was taken.")
    return (File(fork, _UNKNOWN, plain[1 : 1 + length].decode("mac_roman")),) if fork else ()


def _repeat(packed: bytes) -> bytes:
    """Repeat a byte as often as the number behind a mark says; with a zero behind it, the mark is itself."""
    out = bytearray()
    position = 0
    while len(out) <= _LONGEST:
        mark = packed.find(_REPEAT, position)
        if mark < 0:
            return bytes(out + packed[position:])
        out += packed[position:mark]
        count = packed[mark + 1] if mark + 1 < len(packed) else 1
        out += out[-1:] * (count - 1) if count else _REPEAT
        position = mark + 2
    return bytes(out[:_LONGEST])
