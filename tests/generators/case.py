"""A made mail with what must be read of it, and the few lines that every family of them needs."""

from __future__ import annotations

import base64
import quopri
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DESK = "support@tax.up.example"
SENDER = "ramesh.kumar@tax.up.example"


@dataclass(frozen=True, slots=True)
class Case:
    """A mail and what must be found in it; tests/generators/test_families.py says what each key means."""

    name: str
    raw: bytes
    expected: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shape:
    """A short mail from a text file of this folder: what kind it is, its name there, its headers and its text."""

    kind: str
    name: str
    headers: dict[str, str]
    body: str


def find_shapes(file: str) -> Iterator[Shape]:
    """Yield the mails of a text file, which stand below lines such as `=== failed: Exim`."""
    for section in (Path(__file__).parent / file).read_text(encoding="utf-8").split("=== ")[1:]:
        title, _, rest = section.partition("\n")
        head, _, body = rest.partition("\n\n") if not rest.startswith("\n") else ("", "", rest[1:])
        headers = dict(line.split(": ", 1) if ": " in line else (line.rstrip(":"), "") for line in head.splitlines())
        kind, _, name = title.partition(": ")
        yield Shape(kind, name, {key.replace("-", "_"): value for key, value in headers.items()}, body.strip("\n"))


def mail(body: str | bytes = "लॉगिन नहीं हो रहा।", **headers: str | bytes) -> bytes:
    """Return a mail with these headers, a sender if none is given, and this body; `_` in a name stands for `-`."""
    given = {"From": f"Ramesh Kumar <{SENDER}>", "To": DESK, "Subject": "Portal", "MIME_Version": "1.0"} | headers
    head = b"".join(_header(name.replace("_", "-"), value) for name, value in given.items() if value != "-")
    return head + b"\r\n" + as_bytes(body)


def typed(body: str, charset: str = "utf-8", encoding: str = "8bit", **headers: str | bytes) -> bytes:
    """Return a mail with one text part in this charset and transfer encoding."""
    data = transfer(body.encode(charset, "replace"), encoding)
    kind = f"text/plain; charset={charset}"
    return mail(data, **({"Content_Type": kind, "Content_Transfer_Encoding": encoding} | headers))


def transfer(data: bytes, encoding: str) -> bytes:
    """Return content in a transfer encoding (RFC 2045 6)."""
    if encoding == "base64":
        return base64.encodebytes(data)
    if encoding == "quoted-printable":
        return quopri.encodestring(data)
    return data


def part(kind: str, body: str | bytes, *more: str) -> bytes:
    """Return one part of a multipart with further header lines."""
    return "\r\n".join((f"Content-Type: {kind}", *more)).encode() + b"\r\n\r\n" + as_bytes(body)


def attached(kind: str, data: bytes, *more: str) -> bytes:
    """Return a file as a part in base64."""
    return part(kind, base64.encodebytes(data), "Content-Transfer-Encoding: base64", *more)


def joined(kind: str, *parts: bytes, boundary: str = "=_part_1", **headers: str | bytes) -> bytes:
    """Return a mail that is a multipart of these parts."""
    return mail(body_of(*parts, boundary=boundary), Content_Type=f'{kind}; boundary="{boundary}"', **headers)


def inner(kind: str, *parts: bytes, boundary: str) -> bytes:
    """Return a multipart as a part of another one."""
    return part(f'{kind}; boundary="{boundary}"', body_of(*parts, boundary=boundary))


def body_of(*parts: bytes, boundary: str) -> bytes:
    """Return the body of a multipart."""
    mark = boundary.encode()
    return b"".join(b"--" + mark + b"\r\n" + one + b"\r\n" for one in parts) + b"--" + mark + b"--\r\n"


def as_bytes(text: str | bytes) -> bytes:
    """Return text as UTF-8 with the line ends of mail."""
    return text if isinstance(text, bytes) else text.replace("\r\n", "\n").replace("\n", "\r\n").encode()


def _header(name: str, value: str | bytes) -> bytes:
    raw = value if isinstance(value, bytes) else value.encode()
    return name.encode() + b": " + raw + b"\r\n"
