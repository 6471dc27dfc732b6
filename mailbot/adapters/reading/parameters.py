"""Content-Type and Content-Disposition: a value and its parameters (RFC 2045 5.1, RFC 2231), right or broken."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from mailbot.adapters.reading.charsets import decode, find_charset
from mailbot.adapters.reading.limits import PARAMETER_VALUE
from mailbot.adapters.reading.words import decode_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mailbot.adapters.reading.limits import Notes

_SECTION = re.compile(r"([^*]+)(?:\*(\d{1,3}))?(\*)?")
_NO_SEMICOLON = re.compile(
    r"\"(?:[^\"\\]|\\.)*+\"|(?:\A\s*+|(?<![,\s])[,\s]++)(?=(?:filename|name|charset|boundary|format|delsp|title|server|type|"
    r"report-type|protocol|micalg|smime-type|size)(?:\*\d{0,3}){0,2}\s{0,9}=)",
    re.IGNORECASE,
)
_SLASH = re.compile(r"\s{0,9}/\s{0,9}")
_PLAIN_2231 = re.compile(r"([\w-]{3,40})'[\w-]{0,20}'([^']*%[0-9A-Fa-f]{2}[^']*)")
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
    pieces = _split(_with_semicolons(raw[:PARAMETER_VALUE]))
    value = _SLASH.sub("/", _COMMENT.sub("", next(pieces, "")).strip().strip('"').lower())
    plain: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[str, bool]]] = {}
    for count, given in enumerate(pieces):
        # Some programs encode the whole parameter, with its name.
        piece = decode_words(given, notes) if given.lstrip().startswith("=?") else given
        name, equals, content = piece.partition("=")
        match = _SECTION.fullmatch(name.strip().lower())
        if not equals or match is None or count >= _MOST:
            continue
        if match[2] is None and match[3] is None:
            plain.setdefault(match[1], _decode_plain(_unquote(content), notes))
        else:
            section = sections.setdefault(match[1], {})
            section.setdefault(int(match[2] or 0), (_unquote(content), match[3] is not None))
    joined = {name: _join(section, notes) for name, section in sections.items()}
    return Field(value, plain | joined)


def _with_semicolons(raw: str) -> str:
    """Put in the semicolons that are missing in "attachment filename=a.png" or "text/plain, charset=utf-8"."""
    return _NO_SEMICOLON.sub(lambda found: found[0] if found[0].startswith('"') else "; ", raw)


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


def _decode_plain(content: str, notes: Notes) -> str:
    """Decode a value that is not marked as encoded: encoded words in it, or all of RFC 2231 but the star."""
    marked = _PLAIN_2231.fullmatch(content)
    if marked and find_charset(marked[1]):
        return decode(unquote_to_bytes(marked[2]), marked[1], notes, "A file name")
    return decode_words(content, notes)


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
