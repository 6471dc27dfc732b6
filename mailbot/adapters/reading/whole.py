"""A mail file as bytes that begin with its headers: saved with a byte order mark, or as UTF-16 by a text editor."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailbot.adapters.reading.limits import Notes

_SAMPLE = 400
_FIRST_LINE = 1000
_DOUBLED = b"\r\r\n"
_WIDE_SHARE = 0.4
# Blank lines before a field that real mails begin with; a mail without headers begins with such a line, too.
_BLANK_FIRST = re.compile(
    rb"(?:[ \t]*\r?\n)+(?=(?:return-path|received|delivered-to|envelope-to|x-[\w-]{1,60}|from|to|date|message-id"
    rb"|mime-version|dkim-signature)[ \t]*:)",
    re.IGNORECASE,
)


def find_bytes(raw: bytes, notes: Notes) -> bytes:
    """Return the mail without a byte order mark, and as UTF-8 when the whole of it was written as UTF-16."""
    if raw.startswith(codecs.BOM_UTF8):
        notes.add("The mail begins with a byte order mark, which was left out.")
        raw = raw[len(codecs.BOM_UTF8) :]
    blank = _BLANK_FIRST.match(raw)
    if blank:
        notes.add("The mail begins with blank lines, which were left out.")
        raw = raw[blank.end() :]
    codec = _wide_codec(raw)
    if not codec:
        # A file that was turned from LF to CR LF when it already was CR LF.
        return raw.replace(_DOUBLED, b"\r\n") if _DOUBLED in raw[:_FIRST_LINE].partition(b"\n")[0] + b"\n" else raw
    notes.add("The whole mail was saved as UTF-16; it was read as that.")
    return raw.decode(codec, "replace").removeprefix("\ufeff").encode("utf-8", "replace")


def _wide_codec(raw: bytes) -> str:
    """Return the codec of a mail in UTF-16: it has a mark, or every other byte of its headers is zero."""
    if raw.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le"
    if raw.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be"
    sample = raw[:_SAMPLE]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > len(sample) * _WIDE_SHARE and not even:
        return "utf-16-le"
    return "utf-16-be" if even > len(sample) * _WIDE_SHARE and not odd else ""
