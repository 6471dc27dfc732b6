"""Undoes the compression of RTF in a winmail.dat (MS-OXRTFCP); bounded, linear, and never raising.

The package compressed_rtf gives nothing back of a text that is cut short or whose checksum is wrong.
"""

from __future__ import annotations

_HEADER = 16
_COMPRESSED, _PLAIN = b"LZFu", b"MELA"
_WINDOW = 4096
_STEPS = 8
_SHORTEST = 2
# What every dictionary begins with (MS-OXRTFCP 2.1.2.1).
_START = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor "
    b"MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20"
    b"\\b\\i\\u\\tab\\tx"
)


def decompress(data: bytes, longest: int) -> bytes:
    """Return at most `longest` bytes of RTF, of a damaged one what is there; nothing when it is none."""
    kind = data[8:12]
    if kind == _PLAIN:
        return data[_HEADER:][:longest]
    return _expand(data[_HEADER:], longest) if kind == _COMPRESSED else b""


def _expand(data: bytes, longest: int) -> bytes:
    """Follow the tokens: a control byte tells of the next eight which are bytes and which point back."""
    out = bytearray(b" " * (_WINDOW - len(_START)) + _START)
    shift = len(_START) - _WINDOW
    end = _WINDOW + longest
    position = 0
    while position < len(data) and len(out) < end:
        control = data[position]
        position += 1
        for step in range(_STEPS):
            if not control >> step & 1:
                out += data[position : position + 1]
                position += 1
                continue
            token = int.from_bytes(data[position : position + 2], "big")
            position += 2
            distance = (len(out) + shift - (token >> 4)) % _WINDOW
            if distance == 0 or position > len(data):
                return bytes(out[_WINDOW:end])
            _copy(out, distance, (token & 0xF) + _SHORTEST)
    return bytes(out[_WINDOW:end])


def _copy(out: bytearray, distance: int, length: int) -> None:
    """Repeat what stands `distance` bytes before the end; a copy may reach into itself."""
    piece = out[-distance:][:length] if distance > length else out[-distance:]
    out += (piece * (length // len(piece) + 1))[:length]
