"""Files that stand inside a text, as programs wrote them before MIME: uuencode (POSIX), its base64 form, yEnc."""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailbot.adapters.reading.charsets import decode

if TYPE_CHECKING:
    from mailbot.adapters.reading.limits import Notes

_BEGIN_UU = re.compile(rb"begin +[0-7]{3,4} +(\S[^\r\n]{0,254})\s*")
_BEGIN_BASE64 = re.compile(rb"begin-base64 +[0-7]{3,4} +(\S[^\r\n]{0,254})\s*")
_BEGIN_YENC = re.compile(rb"=ybegin (?:[a-z]+=\d{1,12} ){1,5}name=([^\r\n]{1,255})\s*")
_SIZE = re.compile(rb" size=(\d{1,12})")
_PART = re.compile(rb" part=\d")
_ESCAPED = re.compile(rb"=(.)", re.DOTALL)
_ENCODED = re.compile(rb"[ -`]+")
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{1,100}={0,2}")
_YENC_SHIFT = bytes((byte - 42) % 256 for byte in range(256))
_ESCAPE_SHIFT = 64
_EXCESS = 2
_DAMAGED = 4
_MOST_BLOCKS = 200
_STRIPPED = 3


@dataclass(frozen=True, slots=True)
class Block:
    """A file that was taken out of a text."""

    name: str
    data: bytes


def take_out_blocks(text: bytes, notes: Notes) -> tuple[bytes, tuple[Block, ...]]:
    """Return the text without its encoded files, and those files; a text without any comes back as it is."""
    if b"begin" not in text:
        return text, ()
    lines = text.splitlines(keepends=True)
    kept: list[bytes] = []
    blocks: list[Block] = []
    pieces: dict[str, int] = {}
    position = 0
    while position < len(lines):
        if len(blocks) >= _MOST_BLOCKS:
            notes.add("The text has more encoded files in it than are taken out.")
            kept += lines[position:]
            break
        taken = _take(lines, position, notes)
        if taken is None:
            kept.append(lines[position])
            position += 1
            continue
        block, following = taken
        if _PART.search(lines[position]) and block.name in pieces:
            # The pieces of one file follow each other (yEnc 1.3, multi-part).
            before = blocks[pieces[block.name]]
            blocks[pieces[block.name]] = Block(block.name, before.data + block.data)
        else:
            pieces[block.name] = len(blocks)
            blocks.append(block)
        position = following
    return (b"".join(kept), tuple(blocks)) if blocks else (text, ())


def _take(lines: list[bytes], position: int, notes: Notes) -> tuple[Block, int] | None:
    """Return the file that begins at a line, and the line after it."""
    line = lines[position]
    if not line.startswith((b"begin", b"=ybegin")):
        return None
    if begin := _BEGIN_YENC.fullmatch(line):
        data, following = _take_yenc(lines, position + 1, notes)
        size = _SIZE.search(line)
        if size and int(size[1]) != len(data) and not _PART.search(line):
            notes.add("A yEnc file in the text has another size than it says.")
    elif begin := _BEGIN_BASE64.fullmatch(line):
        data, following = _take_base64(lines, position + 1, notes)
    elif (begin := _BEGIN_UU.fullmatch(line)) and position + 1 < len(lines) and _is_encoded(lines[position + 1]):
        data, following = _take_uu(lines, position + 1, notes)
    else:
        return None
    name = decode(begin[1].strip().strip(b'"'), "", notes, "A file name")
    return Block(name, data), following


def _take_yenc(lines: list[bytes], position: int, notes: Notes) -> tuple[bytes, int]:
    body: list[bytes] = []
    for index in range(position, len(lines)):
        line = lines[index]
        if line.startswith(b"=yend"):
            return _decode_yenc(body), index + 1
        if line.startswith(b"=ybegin"):
            notes.add("A yEnc file in the text has no end.")
            return _decode_yenc(body), index
        if not line.startswith(b"=ypart "):
            body.append(line.rstrip(b"\r\n"))
    notes.add("A yEnc file in the text has no end.")
    return _decode_yenc(body), len(lines)


def _decode_yenc(body: list[bytes]) -> bytes:
    plain = _ESCAPED.sub(lambda found: bytes(((found[1][0] - _ESCAPE_SHIFT) % 256,)), b"".join(body))
    return plain.translate(_YENC_SHIFT)


def _take_base64(lines: list[bytes], position: int, notes: Notes) -> tuple[bytes, int]:
    body: list[bytes] = []
    for index in range(position, len(lines)):
        line = lines[index].strip()
        if line == b"====":
            return _decode_base64(body), index + 1
        if not _BASE64.fullmatch(line):
            notes.add("An encoded file in the text has no end.")
            return _decode_base64(body), index
        body.append(line)
    notes.add("An encoded file in the text has no end.")
    return _decode_base64(body), len(lines)


def _decode_base64(body: list[bytes]) -> bytes:
    joined = b"".join(body).rstrip(b"=")
    joined = joined[: len(joined) - 1] if len(joined) % 4 == 1 else joined
    return binascii.a2b_base64(joined + b"=" * (-len(joined) % 4))


def _take_uu(lines: list[bytes], position: int, notes: Notes) -> tuple[bytes, int]:
    """Decode up to "end"; without one, only the lines that follow each other and are surely encoded."""
    sure = position
    strange = 0
    for index in range(position, len(lines)):
        line = lines[index]
        if line.strip() == b"end" and strange * _DAMAGED <= index - position:
            return _decode_uu(lines[position:index], notes), index + 1
        if line.strip() == b"end" or _BEGIN_UU.fullmatch(line):
            break
        if not _is_encoded(line):
            strange += bool(line.strip())
        elif index == sure:
            sure += 1
    notes.add("A uuencoded file in the text has no end.")
    return _decode_uu(lines[position:sure], notes), sure


def _is_encoded(line: bytes) -> bool:
    """Tell whether a line is as long as its first character says, trailing blanks cut or not."""
    bare = line.rstrip(b"\r\n")
    if not bare or not _ENCODED.fullmatch(bare):
        return False
    needed = ((bare[0] - 32) % 64 + 2) // 3 * 4
    return needed - _STRIPPED <= len(bare) - 1 <= needed + _EXCESS and (needed > 0 or len(bare) == 1)


def _decode_uu(lines: list[bytes], notes: Notes) -> bytes:
    return b"".join(decode_uu_line(line.rstrip(b"\r\n"), notes) for line in lines)


def decode_uu_line(line: bytes, notes: Notes) -> bytes:
    """Return the bytes of one uuencoded line; nothing, with a note, when it is damaged."""
    if not line.strip():
        return b""
    count = (line[0] - 32) % 64
    needed = (count + 2) // 3 * 4
    # Blanks at the end of a line are lost on the way, and some encoders count the padding wrong.
    whole = line[1 : 1 + needed].ljust(needed, b" ")
    try:
        return binascii.a2b_uu(line[:1] + whole)
    except binascii.Error:
        pass
    try:
        # Some encoders leave bits in the last character that stand for nothing.
        return binascii.a2b_uu(line[:1] + whole[: (count * 4 + 2) // 3])
    except binascii.Error:
        notes.add("A uuencoded part has lines that could not be read.")
        return b""
