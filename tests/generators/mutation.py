"""Makes broken mails out of whole ones: cuts and joins along the structure of a mail, then changes bytes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Sequence

# Large mails are slow to read and no stranger than small ones: one in fifty is left long.
LONG, LONGEST = 12_000, 200_000
_EVIL = (
    b"\r\n", b"\r", b"\n\n", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xe2\x80\xae", b"\xe0\xa4",
    b"=?utf-8?B?", b"=?utf-8?Q?=E0=A4?=", b"?=", b"=?=?=", b"=?x?q?", b"=\r\n", b"=0A", b"%2e%2e%2f", b"''", b"*0*=",
    b"--", b"; boundary=", b'boundary=""', b"charset=utf-16", b"charset=utf-7", b"charset=punycode", b"<", b">", b"<>",
    b"@", b"(", b")", b'"', b"\\", b",", b":", b";", b"<!--", b"<![CDATA[", b"<script>", b"<blockquote>", b"&#0;",
    b"begin 644 a.png\r\n", b"=ybegin line=128 size=9 name=a\r\n", b"> > > ", b"On Mon, a@b.example wrote:\r\n",
    "प्रेषक: ".encode(), "ने लिखा:".encode(), b"-----Original Message-----\r\n", b"\x1b$B", b"\x0c", b"\x85",
    b"[TMS-2611-00042-7]", b"RESOLVED", b"999999999999999999999999", b"-1", b"Fri, 31 Dec 9999 23:59:59 -2359",
)  # fmt: skip
_HEADERS = (
    b"From", b"To", b"Subject", b"Date", b"Message-ID", b"Content-Type", b"Content-Transfer-Encoding", b"Return-Path",
    b"Content-Disposition", b"Content-ID", b"Auto-Submitted", b"In-Reply-To", b"References", b"X-Priority",
)  # fmt: skip
_TYPES = (
    b"multipart/mixed; boundary=b", b"multipart/alternative; boundary=b", b"multipart/report; report-type=x; boundary=",
    b"message/rfc822", b"message/delivery-status", b"message/partial; number=1", b"text/html; charset=", b"text/plain",
    b"text/plain; format=flowed; delsp=yes", b"application/ms-tnef", b"application/pkcs7-mime", b"text/calendar",
    b"image/png; name*=utf-8''%E0%A4", b"image/png; name*0*=x; name*2=y", b"text/enriched", b"/", b";;;", b"\xff/\x00",
)  # fmt: skip
_ENCODINGS = (b"base64", b"quoted-printable", b"x-uuencode", b"x-yenc", b"8bit", b"binary", b"7bit", b"nonsense")
_CHARSET = re.compile(rb"charset=\"?[\w-]+", re.IGNORECASE)
_CHARSETS = (b"utf-8", b"us-ascii", b"utf-16le", b"iso-2022-jp", b"gb18030", b"hz", b"x-unknown", b"undefined", b"")


def mutate(source: random.Random, mails: Sequence[bytes]) -> bytes:
    """Return a mail made from one or two of these, changed one to eight times; always the same for one seed."""
    limit = LONGEST if source.random() < 0.02 else LONG
    raw = source.choice(mails)[:limit]
    for _ in range(source.choice((1, 1, 2, 3, 5, 8))):
        raw = source.choice(_CHANGES)(source, raw, mails)[:limit]
    return raw


def _place(source: random.Random, raw: bytes) -> int:
    """Return a place in a mail, as often in its headers as in its body."""
    head = raw.find(b"\n\n") if b"\r\n\r\n" not in raw else raw.find(b"\r\n\r\n")
    return source.randint(0, head) if head > 0 and source.random() < 0.5 else source.randint(0, len(raw))


def _change_byte(source: random.Random, raw: bytes, _: Sequence[bytes]) -> bytes:
    place = _place(source, raw)
    return raw[:place] + bytes([source.randrange(256)]) + raw[place + 1 :]


def _insert(source: random.Random, raw: bytes, _: Sequence[bytes]) -> bytes:
    place = _place(source, raw)
    return raw[:place] + source.choice(_EVIL) * source.choice((1, 1, 1, 2, 50)) + raw[place:]


def _delete(source: random.Random, raw: bytes, _: Sequence[bytes]) -> bytes:
    place = _place(source, raw)
    return raw[:place] + raw[place + source.choice((1, 2, 10, 100, 1000)) :]


def _truncate(source: random.Random, raw: bytes, _: Sequence[bytes]) -> bytes:
    return raw[: _place(source, raw)]


def _repeat(source: random.Random, raw: bytes, _: Sequence[bytes]) -> bytes:
    place = _place(source, raw)
    piece = raw[place : place + source.choice((1, 5, 40, 300))]
    return raw[:place] + piece * source.choice((2, 3, 20, 200)) + raw[place:]


def _swap_lines(source: random.Random, raw: bytes, _: Sequence[bytes]) -> bytes:
    lines = raw.split(b"\n")
    first, second = source.randrange(len(lines)), source.randrange(len(lines))
    lines[first], lines[second] = lines[second], lines[first]
    return b"\n".join(lines)


def _drop_line(source: random.Random, raw: bytes, _: Sequence[bytes]) -> bytes:
    lines = raw.split(b"\n")
    del lines[source.randrange(len(lines))]
    return b"\n".join(lines)


def _splice(source: random.Random, raw: bytes, mails: Sequence[bytes]) -> bytes:
    other = source.choice(mails)[:LONGEST]
    return raw[: _place(source, raw)] + other[_place(source, other) :]


def _add_header(source: random.Random, raw: bytes, mails: Sequence[bytes]) -> bytes:
    lines = source.choice(mails)[:2000].split(b"\n")
    value = source.choice((source.choice(_EVIL), source.choice(lines), b" ".join(source.choices(_EVIL, k=4))))
    lead = source.choice((b"", b"", b"\n\n--b\n"))
    return source.choice(_HEADERS) + b": " + value.strip(b"\r\n") + b"\r\n" + lead + raw


def _change_type(source: random.Random, raw: bytes, _: Sequence[bytes]) -> bytes:
    name, values = source.choice(((b"Content-Type", _TYPES), (b"Content-Transfer-Encoding", _ENCODINGS)))
    pattern = re.compile(name + rb":[^\n]*", re.IGNORECASE)
    found = [match.span() for match in pattern.finditer(raw)]
    header = name + b": " + source.choice(values)
    if not found:
        return header + b"\r\n" + raw
    start, end = source.choice(found)
    return raw[:start] + header + raw[end:]


def _change_charset(source: random.Random, raw: bytes, _: Sequence[bytes]) -> bytes:
    return _CHARSET.sub(b"charset=" + source.choice(_CHARSETS), raw, count=source.choice((0, 1)))


def _change_line_ends(source: random.Random, raw: bytes, _: Sequence[bytes]) -> bytes:
    return raw.replace(b"\r\n", b"\n").replace(b"\n", source.choice((b"\n", b"\r", b"\r\n", b"\r\r\n", b"\n\r")))


def _wrap(source: random.Random, raw: bytes, _: Sequence[bytes]) -> bytes:
    kind = source.choice(_TYPES)
    return b"From: a@b.example\r\nContent-Type: " + kind + b"\r\n\r\n--b\r\n" + raw + source.choice((b"", b"\r\n--b--"))


_CHANGES: tuple[Callable[[random.Random, bytes, Sequence[bytes]], bytes], ...] = (
    _change_byte, _change_byte, _insert, _insert, _delete, _truncate, _repeat, _swap_lines, _drop_line, _splice,
    _add_header, _change_type, _change_type, _change_charset, _change_line_ends, _wrap,
)  # fmt: skip
