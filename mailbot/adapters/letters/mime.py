"""The frame of a letter (RFC 2045, RFC 2046): parts in base64 and the boundaries between them, as finished bytes.

The library's EmailMessage reads and writes every header several times over, which takes longer than all the rest of a
letter; here each part is written once. It also reads encoded words inside a file name, from where a stranger's line
breaks would come into a header; here a name is only ever written.
"""

from __future__ import annotations

from binascii import b2a_base64
from dataclasses import dataclass
from email.utils import quote as with_escapes
from struct import Struct
from typing import TYPE_CHECKING
from urllib.parse import quote

from mailbot.adapters.letters.headers import LINE_LENGTH, header_line, is_plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

VERSION = "MIME-Version: 1.0"
_CRLF = "\r\n"
_BASE64_LINE = 76  # RFC 2045 6.8


@dataclass(frozen=True, slots=True)
class Part:
    """A whole letter or a part of it: the lines of its head, and its encoded body in pieces, which may be large."""

    head: tuple[str, ...]
    body: tuple[bytes, ...]

    def pieces(self) -> tuple[bytes, ...]:
        """Return the part as it goes over the wire, not yet joined."""
        return (_CRLF.join((*self.head, "", "")).encode("ascii"), *self.body)


def text_part(subtype: str, text: str) -> Part:
    """Return a text with CRLF line ends; both texts of a letter hold Hindi, for which base64 is the shortest way."""
    kind = f'Content-Type: text/{subtype}; charset="utf-8"'
    body = _base64(f"{text}\n".encode().replace(b"\n", b"\r\n"))
    return Part((kind, "Content-Transfer-Encoding: base64"), (body,))


def file_part(content_type: str, data: bytes, name: str, cid: str = "") -> Part:
    """Return an attached file, or with a Content-ID (without angle brackets) a picture that the page shows."""
    head = (
        header_line("Content-Type", content_type),
        "Content-Transfer-Encoding: base64",
        _disposition("inline" if cid else "attachment", name),
        *([header_line("Content-ID", f"<{cid}>")] if cid else []),
        VERSION,
    )
    return Part(head, (_base64(data),))


def join_parts(subtype: str, boundary: str, parts: Sequence[Part]) -> Part:
    """Return one part that holds others; the boundary stands in none of them."""
    pieces: list[bytes] = []
    for part in parts:
        pieces += (f"--{boundary}\r\n".encode("ascii"), *part.pieces(), b"\r\n")
    pieces.append(f"--{boundary}--\r\n".encode("ascii"))
    return Part((f'Content-Type: multipart/{subtype}; boundary="{boundary}"',), tuple(pieces))


def _base64(data: bytes) -> bytes:
    """Return the data in base64, in lines that each end with CRLF."""
    text = b2a_base64(data, newline=False)
    full, rest = divmod(len(text), _BASE64_LINE)
    # Taken apart in one call, which is twice as quick as slicing line by line.
    lines = Struct(f"{_BASE64_LINE}s" * full + (f"{rest}s" if rest else "")).unpack(text)
    return b"\r\n".join((*lines, b""))


def _disposition(kind: str, name: str) -> str:
    """Return how a file is shown and what it is called (RFC 2183), below each other when it is long."""
    start = f"Content-Disposition: {kind};"
    charset = "us-ascii" if name.isascii() else "utf-8"
    is_quoted = is_plain(name) and name.isprintable()
    called = f'filename="{with_escapes(name)}"' if is_quoted else f"filename*={charset}''{quote(name, safe='')}"
    if len(start) + len(called) < LINE_LENGTH:
        return f"{start} {called}"
    if len(called) + len(" ;") <= LINE_LENGTH:
        return f"{start}{_CRLF} {called}"
    return f"{start}{_CRLF} {f';{_CRLF} '.join(_sections(name, charset))}"


def _sections(name: str, charset: str) -> Iterator[str]:
    """Take a long file name apart, in whole characters (RFC 2231 3 and 4)."""
    start = f"filename*0*={charset}''"
    number = 0
    while name:
        room = LINE_LENGTH - len(start) - len(" ;")
        length = room
        while len(quote(name[:length], safe="")) > room:
            length -= 1
        yield start + quote(name[:length], safe="")
        name = name[length:]
        number += 1
        start = f"filename*{number}*="
