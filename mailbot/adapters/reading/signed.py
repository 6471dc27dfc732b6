"""Looks into an S/MIME envelope (RFC 8551, CMS of RFC 5652): the mail in it when it is only signed. No verifying."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

PKCS7 = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_ENDINGS = (".p7m", ".p7z")
_OID, _SEQUENCE, _OCTETS, _CONTENT, _PIECES = 0x06, 0x30, 0x04, 0xA0, 0x24
_SIGNED = bytes.fromhex("2a864886f70d010702")
_SEALED = frozenset({bytes.fromhex("2a864886f70d010703"), bytes.fromhex("2a864886f70d0109100117")})
_CONSTRUCTED = 0x20
_LONG_TAG = 0x1F
_LONG_LENGTH = 0x80
_MOST_ELEMENTS = 100_000
_DEEPEST = 16


class Envelope(Enum):
    """What an S/MIME part holds."""

    SIGNED = 1
    ENCRYPTED = 2
    OTHER = 3


class _NotDerError(Exception):
    """The bytes are not what they should be."""


@dataclass(frozen=True, slots=True)
class _Element:
    """One element of BER: where its content begins and ends, and where the next one begins; `end` includes no marks."""

    tag: int
    start: int
    end: int
    following: int


@dataclass(slots=True)
class _Budget:
    left: int = _MOST_ELEMENTS


def is_pkcs7(content_type: str, name: str) -> bool:
    """Tell whether a part claims to be an S/MIME envelope."""
    return content_type in PKCS7 or (
        content_type == "application/octet-stream" and name.strip().lower().endswith(_ENDINGS)
    )


def open_envelope(data: bytes) -> tuple[Envelope, bytes]:
    """Return what an envelope is and, when it is only signed, the bytes that were signed. Never raises."""
    try:
        return _open(data, _Budget())
    except (_NotDerError, IndexError):
        return Envelope.OTHER, b""


def _open(data: bytes, budget: _Budget) -> tuple[Envelope, bytes]:
    whole = _expect(data, 0, len(data), _SEQUENCE, budget)
    kind = _expect(data, whole.start, whole.end, _OID, budget)
    oid = data[kind.start : kind.end]
    if oid in _SEALED:
        return Envelope.ENCRYPTED, b""
    if oid != _SIGNED:
        return Envelope.OTHER, b""
    outer = _expect(data, kind.following, whole.end, _CONTENT, budget)
    signed = _expect(data, outer.start, outer.end, _SEQUENCE, budget)
    version = _read(data, signed.start, signed.end, budget)
    digests = _read(data, version.following, signed.end, budget)
    inner = _expect(data, digests.following, signed.end, _SEQUENCE, budget)
    inner_kind = _expect(data, inner.start, inner.end, _OID, budget)
    content = _expect(data, inner_kind.following, inner.end, _CONTENT, budget)
    return Envelope.SIGNED, _octets(data, content.start, content.end, budget)


def _octets(data: bytes, start: int, end: int, budget: _Budget) -> bytes:
    """Return an OCTET STRING, which BER may cut into pieces."""
    element = _read(data, start, end, budget)
    if element.tag == _OCTETS:
        return data[element.start : element.end]
    if element.tag != _PIECES:
        raise _NotDerError
    pieces: list[bytes] = []
    position = element.start
    while position < element.end:
        piece = _expect(data, position, element.end, _OCTETS, budget)
        pieces.append(data[piece.start : piece.end])
        position = piece.following
    return b"".join(pieces)


def _expect(data: bytes, start: int, end: int, tag: int, budget: _Budget) -> _Element:
    element = _read(data, start, end, budget)
    if element.tag != tag:
        raise _NotDerError
    return element


def _read(data: bytes, start: int, end: int, budget: _Budget, depth: int = 0) -> _Element:
    """Read the element at `start` (X.690 8.1); content that is cut short ends where the bytes end."""
    budget.left -= 1
    if budget.left < 0 or depth > _DEEPEST or start + 2 > end:
        raise _NotDerError
    tag, length = data[start], data[start + 1]
    if tag & _LONG_TAG == _LONG_TAG:
        raise _NotDerError
    position = start + 2
    if length == _LONG_LENGTH:
        if not tag & _CONSTRUCTED:
            raise _NotDerError
        close = _find_close(data, position, end, budget, depth)
        return _Element(tag, position, close, min(close + 2, end))
    if length > _LONG_LENGTH:
        digits = length - _LONG_LENGTH
        length = int.from_bytes(data[position : min(position + digits, end)], "big")
        position += digits
    close = min(position + length, end)
    return _Element(tag, position, close, close)


def _find_close(data: bytes, position: int, end: int, budget: _Budget, depth: int) -> int:
    """Return where the two zero bytes stand that end an element of indefinite length (X.690 8.1.5)."""
    while position + 2 <= end:
        if data[position : position + 2] == b"\x00\x00":
            return position
        position = _read(data, position, end, budget, depth + 1).following
    return end
