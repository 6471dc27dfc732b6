"""Undoes the transfer encoding of a part (RFC 2045 6), also when it is broken, cut short or not what it claims."""

from __future__ import annotations

import binascii
import re
from typing import TYPE_CHECKING

from mailbot.adapters.reading.encoded_blocks import decode_uu_line

if TYPE_CHECKING:
    from mailbot.adapters.reading.limits import Notes

_NO_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="))
_BLANKS = b" \t\r\n"
_PADDING = re.compile(rb"=+")
_PADDED_BREAK = re.compile(rb"=[ \t]+(?=[\r\n])")
_LITERAL = re.compile(rb"=(?![0-9A-Fa-f]{2}|[\r\n]|\Z)")
_BLOCK = re.compile(rb"\s*(?:[A-Za-z0-9+/]{4,}+={0,2}[ \t]*+(?:\r?\n|\Z))++")
_LONG = 40
_QUANTUM = 4
_FOREIGN_SHARE = 0.1
_SPACE_SHARE = 0.05


def decode_transfer(body: bytes, encoding: str, notes: Notes, *, is_text: bool = False) -> bytes:
    """Return the bytes that were sent; of a text also the words below the encoded block. Never raises."""
    name = encoding.split(";", maxsplit=1)[0].strip().strip("\"'").lower()
    if name in {"base64", "b"}:
        sound = _decode_sound(body)
        return _decode_base64(body, notes, is_text=is_text) if sound is None else sound
    if name in {"quoted-printable", "quotedprintable", "quoted printable", "q"}:
        # Only what is an escape is undone: a lone "=" stands for itself, and blanks after a soft break are padding.
        return binascii.a2b_qp(_LITERAL.sub(b"=3D", _PADDED_BREAK.sub(b"=", body)))
    if name in {"x-uuencode", "uuencode", "x-uue", "uue"}:
        return _decode_uu(body, notes)
    if name not in {"", "7bit", "8bit", "binary", "7-bit", "8-bit", "none", "unencoded"}:
        notes.add(f"A part names the encoding {name[:40]!a}, which is not known; it was taken as it is.")
    return body


def _decode_sound(body: bytes) -> bytes | None:
    """Return the bytes of base64 without a fault, as nearly all of it is; None where there is anything to forgive."""
    try:
        return binascii.a2b_base64(body.translate(None, b"\r\n"), strict_mode=True)
    except binascii.Error:
        return None


def _is_surely_base64(block: bytes) -> bool:
    """Tell whether lines are long enough, or end as only base64 does, to be no words."""
    clean = block.translate(None, _BLANKS)
    return len(clean) % _QUANTUM == 0 and (len(clean) >= _LONG or clean.endswith(b"="))


def _decode_base64(body: bytes, notes: Notes, *, is_text: bool = False) -> bytes:
    """Foreign characters are skipped (RFC 2045 6.8); text that only claims to be base64 is taken as it is."""
    clean = body.translate(None, _NO_BASE64)
    foreign = len(body.translate(None, _BLANKS)) - len(clean)
    words = body.count(b" ") > len(body) * _SPACE_SHARE
    if foreign and (block := _BLOCK.match(body)) and _is_surely_base64(block[0]):
        # A mailing list has put its words below without knowing the encoding.
        notes.add("A part in base64 has words below it, which are no part of it.")
        return _decode_base64(block[0], notes) + (body[block.end() :] if is_text else b"")
    if foreign > len(clean) * _FOREIGN_SHARE or words:
        notes.add("A part says it is base64 and is not; it was taken as it is.")
        return body
    if foreign:
        notes.add("A part in base64 has foreign characters in it, which were skipped.")
    head, padding, rest = clean.partition(b"=")
    decoded = _decode_quanta(head, notes)
    rest = rest.lstrip(b"=")
    if padding and rest and len(_PADDING.split(rest)[0]) % _QUANTUM != 1:
        # Several blocks one after the other, each with its own padding.
        return decoded + b"".join(_decode_quanta(block, notes) for block in _PADDING.split(rest))
    return decoded


def _decode_quanta(block: bytes, notes: Notes) -> bytes:
    if len(block) % _QUANTUM == 1:
        notes.add("A part in base64 is cut short.")
        block = block[:-1]
    return binascii.a2b_base64(block + b"=" * (-len(block) % _QUANTUM))


def _decode_uu(body: bytes, notes: Notes) -> bytes:
    """Decode the lines between "begin" and "end"; what cannot be decoded is skipped with a note."""
    decoded: list[bytes] = []
    inside = False
    for line in body.splitlines():
        if not inside:
            inside = line.startswith(b"begin ")
        elif line.strip() == b"end":
            break
        elif line.strip():
            decoded.append(decode_uu_line(line, notes))
    return b"".join(decoded) if inside else body
