"""Header values to readable text: raw 8-bit bytes, folded lines and encoded words (RFC 2047), right or broken."""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailbot.adapters.reading.charsets import decode, find_charset

if TYPE_CHECKING:
    from mailbot.adapters.reading.limits import Notes

# Wider than RFC 2047 2: spaces inside the text and missing space around it are met in real mail. No part can match
# where another one can, so that the search takes linear time.
_WORD = re.compile(r"=\?([^?\s=]{1,60})\?([bBqQ])\?([^?]*(?:\?(?!=)[^?]*){0,4})\?=")
_SPACES = re.compile(r"\s+")
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/]")
_QUANTUM = 4
_WHAT = "A header"


@dataclass(slots=True)
class _Run:
    """Adjacent encoded words of one charset; their bytes are decoded together, as letters may be split between them."""

    charset: str
    data: bytes
    half: str = ""


def read_in_charset(headers: tuple[tuple[str, str], ...], charset: str) -> tuple[tuple[str, str], ...]:
    """Return headers whose raw bytes are not UTF-8 as text in the charset of the mail itself, when all of it fits."""
    codec = find_charset(charset)
    if (
        not codec
        or codec.startswith(("utf-16", "utf-32", "utf-7", "utf16", "utf32", "utf7"))
        or all(value.isascii() for _, value in headers)
    ):
        return headers
    return tuple((name, value if value.isascii() else _in_charset(value, codec)) for name, value in headers)


def _in_charset(value: str, codec: str) -> str:
    raw = value.encode("utf-8", "surrogateescape")
    for one in ("utf-8", codec):
        try:
            return raw.decode(one)
        except (UnicodeError, ValueError):
            continue
    return value


def to_text(value: str, notes: Notes) -> str:
    """Return a raw header value as text; bytes above 127, kept as surrogates, are read as UTF-8 or guessed."""
    if value.isascii():
        return value
    return decode(value.encode("utf-8", "surrogateescape"), "", notes, _WHAT)


def _unfold(spaces: re.Match[str]) -> str:
    """Make one space of a line break and the spaces around it (RFC 5322 2.2.3); other spaces stay as they are."""
    return " " if "\n" in spaces[0] or "\r" in spaces[0] else spaces[0]


def decode_words(value: str, notes: Notes) -> str:
    """Return a header value with its lines unfolded and its encoded words decoded. Never raises."""
    text = _SPACES.sub(_unfold, to_text(value, notes))
    if "=?" not in text:
        return decode(text.encode(), "iso-2022-jp", notes, _WHAT) if "\x1b$" in text else text
    pieces: list[str] = []
    run: _Run | None = None
    end = 0
    for match in _WORD.finditer(text):
        between = text[end : match.start()]
        charset = match[1].split("*")[0].lower()
        if run is not None and between.strip():
            pieces.append(_finish(run, notes))
            run = None
        if run is None:
            pieces.append(between)
        elif run.charset != charset:
            pieces.append(_finish(run, notes))
            run = None
        run = run or _Run(charset, b"")
        _append(run, match[2].lower(), match[3])
        end = match.end()
    if run is not None:
        pieces.append(_finish(run, notes))
    return "".join(pieces) + text[end:]


def _append(run: _Run, encoding: str, content: str) -> None:
    if encoding == "q":
        _flush(run)
        run.data += binascii.a2b_qp(content.encode("utf-8", "replace"), header=True)
        return
    # Some programs encode first and cut afterwards: then only all pieces together are base64.
    padded = "=" in content
    run.half += _NOT_BASE64.sub("", content)
    if padded or len(run.half) % _QUANTUM == 0:
        _flush(run)


def _flush(run: _Run) -> None:
    half = run.half[: len(run.half) - 1] if len(run.half) % _QUANTUM == 1 else run.half
    run.half = ""
    run.data += binascii.a2b_base64(half + "=" * (-len(half) % _QUANTUM))


def _finish(run: _Run, notes: Notes) -> str:
    _flush(run)
    return decode(run.data, run.charset, notes, _WHAT)
