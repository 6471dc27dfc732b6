"""Mails and pictures that are small to send and large to read: structure, headers, text, archives, pixels."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

from tests.generators.case import attached, joined, part

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD = b"From: asha@tax.up.example\r\nSubject: bomb\r\nMIME-Version: 1.0\r\n"


def mail_bombs() -> Iterator[tuple[str, bytes]]:
    """Yield 200 mails by name; ten kinds, each in twenty sizes."""
    for step in range(1, 21):
        size = step * step * 25  # up to 10,000
        yield f"depth {size}", _deep(size)
        yield f"messages {size}", HEAD + b"Content-Type: message/rfc822\r\n\r\n" * size + b"x"
        yield f"parts {size}", _parts(size)
        yield f"parameters {size}", HEAD + b"Content-Type: text/plain" + b";a=b" * size * 10 + b"\r\n\r\nx"
        yield f"addresses {size}", HEAD + b"To: " + b"a@b.example, " * size + b"c@d\r\n\r\nx"
        yield f"words {size}", HEAD + b"Subject: " + b"=?utf-8?q?=E0=A4=95?= " * size + b"\r\n\r\nx"
        yield f"comments {size}", HEAD + b"Cc: " + b"(" * size * 10 + b"\r\n\r\nx"
        yield f"headers {size}", HEAD + b"X-A: b\r\n" * size + b"\r\nx"
        yield f"HTML {size}", HEAD + b"Content-Type: text/html\r\n\r\n" + b"<div><b>" * size * 10
        yield (
            f"quotes {size}",
            HEAD + b"\r\n" + b"".join(b"> " * (n % 50) + b"On Mon, A wrote:\r\n" for n in range(size)),
        )


def picture_bombs() -> Iterator[tuple[str, bytes]]:
    """Yield 40 mails with a picture that claims, or unpacks to, far more than it is."""
    for step in range(1, 9):
        side = step * 8_000
        yield f"PNG of {side} x {side}", _with_picture(_png(side, side, b"\0" * 1000), "png")
        yield f"PNG with a text of {step * 8} MB", _with_picture(_png(10, 10, b"\0" * 310, step * 8_000_000), "png")
        yield f"GIF of {step * 2_000} frames", _with_picture(_gif(step * 2_000), "gif")
        yield f"TIFF of {side} pixels", _with_picture(_tiff(side), "tiff")
        yield f"FITS of {side} pixels", _with_picture(_fits(side), "fits")


def _deep(depth: int) -> bytes:
    opened = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(depth))
    return HEAD + opened + b"\r\nx"


def _parts(count: int) -> bytes:
    return HEAD + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + b"--b\r\n\r\nx\r\n" * count + b"--b--\r\n"


def _with_picture(data: bytes, kind: str) -> bytes:
    words = part("text/plain", "see the picture")
    return joined(
        "multipart/mixed", words, attached(f"image/{kind}", data, f"Content-Disposition: inline; filename=a.{kind}")
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png(width: int, height: int, rows: bytes, words: int = 0) -> bytes:
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    text = _chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(words), 9)) if words else b""
    return b"\x89PNG\r\n\x1a\n" + head + text + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")


def _gif(frames: int) -> bytes:
    head = b"GIF89a" + struct.pack("<HHBBB", 5_000, 5_000, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 5_000, 5_000, 0) + b"\x02\x02\x44\x01\x00"
    return head + frame * frames + b";"


def _tiff(side: int) -> bytes:
    fields = (
        (256, 4, side),
        (257, 4, side),
        (258, 3, 8),
        (259, 3, 1),
        (262, 3, 1),
        (273, 4, 8),
        (278, 4, side),
        (279, 4, 64),
    )
    entries = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in fields)
    return b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", len(fields)) + entries + bytes(68)


def _fits(side: int) -> bytes:
    cards = ("SIMPLE  = T", "BITPIX  = 8", "NAXIS   = 2", f"NAXIS1  = {side}", f"NAXIS2  = {side}", "END")
    return "".join(card.ljust(80) for card in cards).ljust(2_880).encode() + bytes(100)
