"""Builds raw mails for the tests of the reader, byte by byte, as no library would write them."""

from __future__ import annotations

import base64

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
GIF = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)
FROM = "From: Ramesh Kumar <ramesh.kumar@tax.example>\r\n"


def mail(head: str = "", body: str | bytes = "नमस्ते\r\n") -> bytes:
    """Return a mail with a sender, these headers and this body."""
    raw = body if isinstance(body, bytes) else body.encode()
    return f"{FROM}{head}".encode("utf-8", "surrogateescape") + b"\r\n" + raw


def part(head: str, body: str | bytes) -> bytes:
    """Return one part of a multipart."""
    raw = body if isinstance(body, bytes) else body.encode()
    return head.encode() + b"\r\n\r\n" + raw


def multipart(kind: str, *parts: bytes, boundary: str = "=_b") -> bytes:
    """Return headers and body of a multipart, to be used as a part or after the headers of a mail."""
    mark = boundary.encode()
    joined = b"".join(b"--" + mark + b"\r\n" + one + b"\r\n" for one in parts)
    return f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode() + joined + b"--" + mark + b"--\r\n"


def whole(container: bytes) -> bytes:
    """Return a mail whose top is this multipart."""
    return FROM.encode() + b"MIME-Version: 1.0\r\n" + container


def picture(head: str = "Content-Type: image/png", data: bytes = PNG) -> bytes:
    """Return a part that is a picture in base64."""
    return part(f"{head}\r\nContent-Transfer-Encoding: base64", base64.encodebytes(data))


PLAIN = part("Content-Type: text/plain; charset=utf-8", "लॉगिन नहीं हो रहा।")
HTML = part("Content-Type: text/html; charset=utf-8", "<p>लॉगिन <b>नहीं</b> हो रहा।</p>")
