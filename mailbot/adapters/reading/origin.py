"""The headers that say who sent a mail, read without any forbearance from the bytes themselves (RFC 5322 2.2).

The other reader forgives what real mail programs get wrong. Forgiveness is a choice between two readings, and whoever
forges a mail hopes that the mail server made the other one. So this reader forgives nothing: at the first oddity the
whole header block is called unsound, and nobody is believed because of it.
"""

from __future__ import annotations

import re

from mailbot.adapters.reading import limits
from mailbot.domain.mail import Origin

# A line, without its end; a lone carriage return or a zero byte is part of no line.
_LINE = re.compile(rb"([^\r\n\x00]*)\r?\n")
_FIELD = re.compile(rb"([!-9;-~]{1,200}):")
_FOLDED = (b" ", b"\t")
_ENVELOPE = (b"From ", b">From ")
_SENDER, _RESULTS = b"from", b"authentication-results"
# What stands between the name and the colon in "From : ...", which some programs take for From and others do not.
_SPACED_NAME = re.compile(rb"(?:from|authentication-results)[^!-~]+:", re.IGNORECASE)


def read_origin(raw: bytes) -> Origin:
    """Return who the header block of a mail says to have sent it. Never raises."""
    lines, is_sound = _split_head(raw[: limits.HEADER_BLOCK])
    fields: list[tuple[bytes, list[bytes]]] = []
    for position, line in enumerate(lines):
        match = _FIELD.match(line)
        if line.startswith(_FOLDED) and fields:
            # A folded line of nothing but blanks ends the headers for some programs.
            is_sound = is_sound and bool(line.strip())
            fields[-1][1].append(line)
        elif match:
            fields.append((match[1].lower(), [line[match.end() :]]))
        else:
            is_sound = is_sound and position == 0 and line.startswith(_ENVELOPE) and not _SPACED_NAME.match(line)
    return Origin(
        _values(fields, _SENDER, limits.SENDERS, limits.SENDER_VALUE),
        _values(fields, _RESULTS, limits.RESULTS, limits.RESULT_VALUE),
        is_sound and len(fields) <= limits.HEADERS,
    )


def _split_head(raw: bytes) -> tuple[list[bytes], bool]:
    """Return the lines above the first empty one, and whether they are lines and end there."""
    lines: list[bytes] = []
    position = 0
    while match := _LINE.match(raw, position):
        position = match.end()
        if not match[1]:
            return lines, bool(lines)
        lines.append(match[1])
    # Headers without a text below need no empty line; what is left over is no line.
    return lines, bool(lines) and position == len(raw) and len(raw) < limits.HEADER_BLOCK


def _values(fields: list[tuple[bytes, list[bytes]]], name: bytes, most: int, longest: int) -> tuple[str, ...]:
    found = (b"".join(lines) for key, lines in fields if key == name)
    return tuple(
        value.decode("ascii", "surrogateescape").strip(" \t") if len(value) <= longest else ""
        for value, _ in zip(found, range(most), strict=False)
    )
