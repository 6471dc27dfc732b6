"""Cuts the bytes of a mail into its parts (RFC 5322 2, RFC 2046 5), without copying them and within the limits.

The standard library's parser is not used for this: it takes nearly twice the memory and up to four times the time, ends
deep nesting with a RecursionError, and gives a forwarded mail back with other bytes than it came with; docs/reading.md
has the figures.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailbot.adapters.reading import limits
from mailbot.adapters.reading.parameters import Field, parse_field
from mailbot.adapters.reading.signed import Envelope, is_pkcs7, open_envelope
from mailbot.adapters.reading.transfer import decode_transfer

if TYPE_CHECKING:
    from mailbot.adapters.reading.limits import Notes

_HEAD_END = re.compile(rb"\r?\n\r?\n|\r\r")
_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:[ \t]*")
_GUESS = re.compile(rb"(?:\A|[\r\n])--([^\s-][^\r\n]{0,199}?)[ \t]*\r?\n(?:content-|\r?\n)", re.IGNORECASE)
_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+")
_PARAMETER = re.compile(rb"[A-Za-z][A-Za-z0-9*-]{1,30}=[^\s=]")
_LINE_BREAKS = b"\r\n"
TEXT = "text/plain"
MESSAGE = "message/rfc822"
MESSAGES = frozenset({MESSAGE, "message/global", "message/news"})

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a mail.

    `headers` are raw values by lower-case name, bytes above 127 as surrogates. `data` is the decoded content; of a
    multipart it is empty, of a forwarded mail it is the whole mail, whose root part is then the only child.
    `unread` is true when a limit was reached: then `data` holds everything below this part, unread.
    """

    headers: Headers
    kind: Field
    disposition: Field
    data: bytes
    children: tuple[Part, ...] = ()
    unread: bool = False

    @property
    def content_type(self) -> str:
        """The declared type in lower case, such as "text/plain"."""
        return self.kind.value

    def header(self, name: str) -> str:
        """Return the first raw value of a header, or an empty string."""
        return next((value for key, value in self.headers if key == name), "")


@dataclass(slots=True)
class _Reader:
    notes: Notes
    parts_left: int = limits.PARTS
    envelopes_left: int = limits.ENVELOPES


def parse_structure(raw: bytes, notes: Notes) -> Part:
    """Return the root part of a mail. Never raises."""
    return _parse_part(memoryview(raw), _Reader(notes), 0, TEXT, top=True)


def parse_head(raw: bytes, notes: Notes) -> Headers:
    """Return the headers of a mail of which only the header block is there."""
    return _split_head(memoryview(raw), notes, top=True)[0]


def _parse_part(data: memoryview, reader: _Reader, depth: int, default: str, *, top: bool = False) -> Part:
    headers, start = _split_head(data, reader.notes, top=top)
    named = dict(reversed(headers))
    kind = parse_field(named.get("content-type", ""), reader.notes)
    if not _TYPE.fullmatch(kind.value):
        kind = Field(_meant_type(kind.value, default), kind.parameters)
    disposition = parse_field(named.get("content-disposition", ""), reader.notes)
    body, encoding = data[start:], named.get("content-transfer-encoding", "")
    reader.parts_left -= 1
    is_container = kind.value.startswith("multipart/") or kind.value in MESSAGES
    if is_container and (depth >= limits.DEPTH or reader.parts_left <= 0):
        reader.notes.add(
            "The mail has more parts, or parts nested deeper, than are read; the rest is kept as one file."
        )
        return Part(headers, kind, disposition, bytes(body), unread=True)
    if kind.value.startswith("multipart/"):
        return _parse_multipart(Part(headers, kind, disposition, b""), body, encoding, reader, depth)
    content = decode_transfer(bytes(body), encoding, reader.notes, is_text=kind.value.startswith("text/"))
    part = Part(headers, kind, disposition, content)
    if is_pkcs7(kind.value, disposition.parameters.get("filename", "") or kind.parameters.get("name", "")):
        return _open_signed(part, reader, depth)
    if kind.value not in MESSAGES:
        return part
    inner = _parse_part(memoryview(content), reader, depth + 1, TEXT, top=True)
    return Part(headers, kind, disposition, content, (inner,))


def _meant_type(value: str, default: str) -> str:
    """Return what a type means that is none: "multipart/", "text", "application-x-gzip"."""
    if not value:
        return default
    if value.startswith("multipart"):
        return "multipart/mixed"
    return "application/octet-stream" if value.startswith(("application", "image", "audio", "video")) else TEXT


def _open_signed(part: Part, reader: _Reader, depth: int) -> Part:
    """Return an S/MIME envelope with the part that was signed as its child; an encrypted one stays shut."""
    reader.envelopes_left -= 1
    if reader.envelopes_left < 0:
        reader.notes.add("The mail has more S/MIME envelopes than are opened.")
        return part
    envelope, signed = open_envelope(part.data)
    if envelope is Envelope.ENCRYPTED:
        reader.notes.add("The mail is encrypted with S/MIME and cannot be read; ask its sender to send it unencrypted.")
    if envelope is not Envelope.SIGNED or not signed or depth >= limits.DEPTH or reader.parts_left <= 0:
        return part
    inner = _parse_part(memoryview(signed), reader, depth + 1, TEXT)
    return Part(part.headers, part.kind, part.disposition, part.data, (inner,))


def _parse_multipart(part: Part, body: memoryview, encoding: str, reader: _Reader, depth: int) -> Part:
    pieces = _split_body(body, part.kind.parameters.get("boundary", ""), reader.notes)
    if not pieces and encoding.strip().lower() in {"base64", "quoted-printable"}:
        # Forbidden by RFC 2045 6.4 and met all the same.
        body = memoryview(decode_transfer(bytes(body), encoding, reader.notes))
        pieces = _split_body(body, part.kind.parameters.get("boundary", ""), reader.notes)
    if not pieces:
        reader.notes.add("The mail says it has several parts and has none; it was read as one text.")
        return Part(part.headers, Field(TEXT), part.disposition, bytes(body))
    default = MESSAGE if part.content_type == "multipart/digest" else TEXT
    children: list[Part] = []
    for position, piece in enumerate(pieces):
        if reader.parts_left <= 0:
            reader.notes.add(f"The mail has more than {limits.PARTS} parts; the rest is kept as one file.")
            children.append(Part((), Field("application/octet-stream"), Field(), _rest(pieces[position:]), unread=True))
            break
        children.append(_parse_part(piece, reader, depth + 1, default))
    return Part(part.headers, part.kind, part.disposition, b"", tuple(children))


def _rest(pieces: list[memoryview]) -> bytes:
    return b"\r\n".join(bytes(piece) for piece in pieces)


def _split_body(body: memoryview, boundary: str, notes: Notes) -> list[memoryview]:
    """Return the bytes between the delimiter lines; a missing or wrong boundary is guessed, a missing end forgiven."""
    wanted = boundary.strip().encode("utf-8", "surrogateescape")
    found = _split_at(body, wanted) if wanted else []
    if found:
        return found
    guess = _GUESS.search(body)
    if guess is None:
        return []
    notes.add("The boundary between the parts is missing or wrong; it was guessed.")
    return _split_at(body, guess[1])


def _split_at(body: memoryview, boundary: bytes) -> list[memoryview]:
    """Cut at delimiter lines (RFC 2046 5.1.1); the line break before a delimiter belongs to it.

    The pattern begins with plain bytes, which the search for it is several times faster with. Behind the last delimiter
    may stand what no boundary can hold.
    """
    ending = rb"(?:(--)(?![\w'()+,./:=?-])[^\r\n]*|[ \t]*)(?=[\r\n]|\Z)"
    delimiter = re.compile(rb"--" + re.escape(boundary) + ending)
    pieces: list[memoryview] = []
    start, inside = 0, False
    for match in delimiter.finditer(body):
        before = bytes(body[max(0, match.start() - 2) : match.start()])
        if before and before[-1:] not in _LINE_BREAKS:
            continue
        if inside:
            pieces.append(body[start : max(start, match.start() - (2 if before == _LINE_BREAKS else 1))])
        inside = match[1] is None
        start = _after_line_break(body, match.end())
    if start and (inside or not pieces):
        pieces.append(body[start:] if inside else body[:0])
    return pieces


def _after_line_break(body: memoryview, index: int) -> int:
    if bytes(body[index : index + 2]) == _LINE_BREAKS:
        return index + 2
    return index + 1 if index < len(body) else index


def _split_head(data: memoryview, notes: Notes, *, top: bool) -> tuple[Headers, int]:
    """Return the headers and where the body begins."""
    if top and bytes(data[:1]) in {b"\r", b"\n"}:
        return _shifted(data, notes)
    if bytes(data[:1]) in {b"\r", b"\n"}:
        return (), _after_line_break(data, 0)
    end = _HEAD_END.search(data)
    whole = end.start() if end else len(data)
    start = end.end() if end else len(data)
    head = bytes(data[: min(whole, limits.HEADER_BLOCK)])
    headers, garbage = _parse_fields(head, notes, top=top)
    if whole > limits.HEADER_BLOCK and garbage is None:
        notes.add("The headers are longer than is read; the rest of them was left out.")
    return headers, start if garbage is None else garbage


def _shifted(data: memoryview, notes: Notes) -> tuple[Headers, int]:
    """Read a mail with empty lines above its headers; without headers below, they end an empty header block."""
    blank = 0
    while blank < len(data) and blank < limits.PARAMETER_VALUE and bytes(data[blank : blank + 1]) in {b"\r", b"\n"}:
        blank += 1
    if blank >= len(data) or not _FIELD.match(bytes(data[blank : blank + 300])):
        return (), blank
    notes.add("There are empty lines above the headers.")
    headers, start = _split_head(data[blank:], notes, top=False)
    return headers, blank + start


def _parse_fields(head: bytes, notes: Notes, *, top: bool) -> tuple[Headers, int | None]:
    """Return the fields of a header block, and where the body begins when the empty line above it is missing."""
    found: list[tuple[str, list[bytes]]] = []
    position = 0
    strange = False
    for line in head.splitlines(keepends=True):
        match = _FIELD.match(line)
        if found and (line[:1] in b" \t" or _lost_its_indent(line, found[-1][1][-1])):
            found[-1][1].append(line)
        elif match and len(found) < limits.HEADERS:
            found.append((match[1].decode("ascii").lower(), [line[match.end() :]]))
        elif match:
            notes.add(f"The mail has more than {limits.HEADERS} headers; the rest was left out.")
        elif line.startswith((b"From ", b">From ")) and not found:
            pass  # the envelope line of a mailbox file
        elif not top or _is_delimiter(line, found) or not _has_fields(head, position + len(line)):
            if line.strip():
                notes.add("There is no empty line between headers and text.")
                return _finish(found, notes), position
        else:
            strange = True
        position += len(line)
    if strange:
        notes.add("There are lines among the headers that are none; they were left out.")
    return _finish(found, notes), None


def _lost_its_indent(line: bytes, above: bytes) -> bool:
    """Tell whether a line is a parameter of the line above it, which ends with a semicolon."""
    return above.rstrip().endswith(b";") and _PARAMETER.match(line) is not None


def _is_delimiter(line: bytes, found: list[tuple[str, list[bytes]]]) -> bool:
    """Tell whether the first delimiter of a multipart stands where the empty line below its headers is missing."""
    boundary = line.strip().removeprefix(b"--")
    if not line.startswith(b"--") or not boundary:
        return False
    return any(boundary in b"".join(lines) for name, lines in found if name == "content-type")


def _has_fields(head: bytes, position: int) -> bool:
    """Tell whether the next line is a header, so that the line above it is rubbish and not the text of the mail."""
    return _FIELD.match(head[position : position + 300]) is not None


def _finish(found: list[tuple[str, list[bytes]]], notes: Notes) -> Headers:
    headers = []
    for name, lines in found:
        value = b" ".join(line.strip() for line in lines)
        if len(value) > limits.HEADER_VALUE:
            notes.add(f"The header {name} is longer than is read; it was cut.")
            value = value[: limits.HEADER_VALUE]
        headers.append((name, value.decode("ascii", "surrogateescape")))
    return tuple(headers)
