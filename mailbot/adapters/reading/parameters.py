"""Content-Type and Content-Disposition: a value and its parameters (RFC 2045 5.1, RFC 2231), right or broken."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from mailbot.adapters.reading.charsets import decode
from mailbot.adapters.reading.limits import PARAMETER_VALUE
from mailbot.adapters.reading.words import decode_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mailbot.adapters.reading.limits import Notes

_SECTION = re.compile(r"([^*]+)(?:\*(\d{1,3}))?(\*)?")
_COMMENT = re.compile(r"\([^()]*\)")
_MOST = 100
_CHARSET_MARKS = 2


@dataclass(frozen=True, slots=True)
class Field:
    """A structured header: `value` in lower case, such as "text/plain", and decoded parameters by lower-case name."""

    value: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)


def parse_field(raw: str, notes: Notes) -> Field:
    """Return value and parameters of a structured header. Never raises; takes linear time."""
    pieces = _split(raw[:PARAMETER_VALUE])
    value = _COMMENT.sub("", next(pieces, "")).strip().strip('"').lower()
    plain: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[str, bool]]] = {}
    for count, piece in enumerate(pieces):
        name, equals, content = piece.partition("=")
        match = _SECTION.fullmatch(name.strip().lower())
        if not equals or match is None or count >= _MOST:
            continue
        if match[2] is None and match[3] is None:
            plain.setdefault(match[1], decode_words(_unquote(content), notes))
        else:
            section = sections.setdefault(match[1], {})
            section.setdefault(int(match[2] or 0), (_unquote(content), match[3] is not None))
    joined = {name: _join(section, notes) for name, section in sections.items()}
    return Field(value, plain | joined)


def _split(raw: str) -> Iterator[str]:
    """Cut at semicolons that stand outside quotes; an unclosed quote ends with the header."""
    start, quoted, skip = 0, False, False
    for index, char in enumerate(raw):
        if skip:
            skip = False
        elif char == "\\" and quoted:
            skip = True
        elif char == '"':
            quoted = not quoted
        elif char == ";" and not quoted:
            yield raw[start:index]
            start = index + 1
    yield raw[start:]


def _unquote(content: str) -> str:
    """Return a parameter value without its quotes; unquoted values with spaces in them are taken whole."""
    bare = content.strip()
    if not bare.startswith('"'):
        return bare
    closed = bare.rfind('"')
    inner = bare[1:closed] if closed > 0 else bare[1:]
    # Windows paths (C:\scan.png) are not escapes: only a quote or a backslash is (RFC 5322 3.2.1, in practice).
    return re.sub(r'\\(["\\])', r"\1", inner)


def _join(section: Mapping[int, tuple[str, bool]], notes: Notes) -> str:
    """Put the pieces of an RFC 2231 value together; letters, and even %-codes, may be split between them."""
    ordered = [section[number] for number in sorted(section)]
    charset = ""
    if ordered[0][1] and ordered[0][0].count("'") >= _CHARSET_MARKS:
        charset, _, first = ordered[0][0].split("'", 2)
        ordered[0] = (first, True)
    data = b"".join(
        unquote_to_bytes(_as_bytes(pieces)) if encoded else _as_bytes(pieces)
        for encoded, pieces in groupby(ordered, key=lambda piece: piece[1])
    )
    return decode_words(decode(data, charset, notes, "A file name"), notes)


def _as_bytes(pieces: Iterable[tuple[str, bool]]) -> bytes:
    return "".join(content for content, _ in pieces).encode("utf-8", "surrogateescape")
