"""RTF to readable text, and to the HTML that Outlook wraps in it (MS-OXRTFEX); bounded, linear, and never raising.

The package striprtf is not used: its patterns need a minute for a font table of three kilobytes that was made to harm.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mailbot.adapters.reading import limits
from mailbot.adapters.reading.charsets import decode

if TYPE_CHECKING:
    from mailbot.adapters.reading.limits import Notes

_MAGIC = b"{\\rtf"
# A control word, a byte in hexadecimal, a control mark, a brace, a line break, words; nothing can match in two ways.
_TOKEN = re.compile(
    rb"\\([A-Za-z]{1,32})(-?\d{1,9})? ?|\\'([0-9A-Fa-f]{2})|\\([^A-Za-z])|([{}])|[\r\n]+|([^\\{}\r\n]+)|.", re.DOTALL
)
_WRAPS_HTML = re.compile(rb"\\fromhtml1(?!\d)")
_HEAD = 1000
_DEEPEST = 5000
# Groups that are no words of the mail.
_UNSHOWN = frozenset(
    b"""
    fonttbl colortbl stylesheet info pict header headerl headerr headerf footer footerl footerr footerf object filetbl
    listtable listoverridetable revtbl rsidtbl fldinst nonshppict themedata datastore latentstyles xmlnstbl mhtmltag
    """.split()
)
_WRITTEN = {
    b"par": "\n", b"line": "\n", b"sect": "\n\n", b"page": "\n\n", b"row": "\n", b"tab": "\t", b"cell": " | ",
    b"emdash": "\u2014", b"endash": "\u2013", b"emspace": " ", b"enspace": " ", b"bullet": "\u2022",
    b"lquote": "\u2018", b"rquote": "\u2019", b"ldblquote": "\u201c", b"rdblquote": "\u201d",
    b"zwj": "\u200d", b"zwnj": "\u200c",
}  # fmt: skip
_MARKS = {b"~": "\u00a0", b"_": "-", b"{": "{", b"}": "}", b"\\": "\\", b"\n": "\n", b"\r": "\n"}
# Code pages by \fcharset (RTF 1.9.1); others stand in the code page of the whole.
_FONT_CHARSETS = {
    77: "macintosh", 128: "cp932", 129: "cp949", 134: "cp936", 136: "cp950", 161: "cp1253", 162: "cp1254",
    163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _State:
    """What holds inside one group: what is shown, how much stands in for a letter, the font, and whose text it is."""

    hidden: bool = False
    skipped: int = 1
    font: int = -1
    in_fonts: bool = False
    copied: bool = False
    tag: bool = False


@dataclass(slots=True)
class _Reader:
    notes: Notes
    html: bool
    state: _State = field(default_factory=_State)
    groups: list[_State] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    run: bytearray = field(default_factory=bytearray)
    charset: str = "cp1252"
    fonts: dict[int, str] = field(default_factory=dict)
    to_skip: int = 0
    starred: bool = False


def is_rtf(data: bytes) -> bool:
    """Tell whether these bytes are RTF, whatever they are called."""
    return data.startswith(_MAGIC)


def to_text(data: bytes, notes: Notes) -> tuple[str, bool]:
    """Return the words of RTF, and whether they are HTML that was wrapped in it."""
    if len(data) > limits.HTML:
        notes.add("The RTF of the mail is longer than is read; it was cut.")
    data = data[: limits.HTML]
    reader = _Reader(notes, html=_WRAPS_HTML.search(data, 0, _HEAD) is not None)
    position = 0
    while (match := _TOKEN.match(data, position)) is not None:
        position = match.end() + _take(reader, match)
    _flush(reader)
    # A letter beyond the first plane is written as two halves.
    text = "".join(reader.pieces).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text, reader.html


def _take(reader: _Reader, match: re.Match[bytes]) -> int:
    """Read one token; return how many bytes behind it are no RTF."""
    word, number, code, mark, brace, words = match.groups()
    starred, reader.starred = reader.starred, mark == b"*"
    if word:
        return _take_word(reader, word, number, starred=starred)
    if code:
        _add_bytes(reader, bytes.fromhex(code.decode()))
    elif brace:
        _take_brace(reader, brace)
    elif mark in _MARKS:
        _write(reader, _MARKS[mark])
    elif words:
        _add_bytes(reader, words)
    return 0


def _take_brace(reader: _Reader, brace: bytes) -> None:
    _flush(reader)
    reader.to_skip = 0
    if brace == b"{" and len(reader.groups) < _DEEPEST:
        reader.groups.append(reader.state)
    elif brace == b"}" and reader.groups:
        reader.state = reader.groups.pop()


def _take_word(reader: _Reader, word: bytes, number: bytes | None, *, starred: bool) -> int:
    value = int(number) if number else None
    if word == b"u" and value is not None:
        _write(reader, chr(value % 0x10000))
        reader.to_skip = reader.state.skipped
        return 0
    if word == b"bin":
        return max(0, value or 0)
    _flush(reader)
    reader.to_skip = 0
    if word == b"htmltag" and reader.html:
        reader.state = replace(reader.state, tag=True, hidden=False)
    elif word == b"fonttbl":
        reader.state = replace(reader.state, in_fonts=True, hidden=True)
    elif starred or word in _UNSHOWN:
        reader.state = replace(reader.state, hidden=True)
    elif word in _WRITTEN:
        _write(reader, _WRITTEN[word])
    else:
        _set(reader, word, value)
    return 0


def _set(reader: _Reader, word: bytes, value: int | None) -> None:
    """Change what holds from here on."""
    state = reader.state
    if word == b"f" and value is not None:
        reader.state = replace(state, font=value)
    elif word == b"fcharset" and state.in_fonts and value in _FONT_CHARSETS:
        reader.fonts[state.font] = _FONT_CHARSETS[value]
    elif word == b"ansicpg" and value:
        reader.charset = f"cp{value}"
    elif word == b"uc" and value is not None:
        reader.state = replace(state, skipped=max(0, value))
    elif word == b"htmlrtf":
        reader.state = replace(state, copied=value != 0)


def _is_shown(reader: _Reader) -> bool:
    """Tell whether words are of the mail; of wrapped HTML not those that only an RTF reader is meant to see."""
    return not reader.state.hidden and not (reader.html and reader.state.copied and not reader.state.tag)


def _write(reader: _Reader, text: str) -> None:
    _flush(reader)
    if _is_shown(reader):
        reader.pieces.append(text)


def _add_bytes(reader: _Reader, data: bytes) -> None:
    """Keep bytes until the charset may change, as a letter may be split; those that stand in for one are skipped."""
    skip = min(reader.to_skip, len(data))
    reader.to_skip -= skip
    if _is_shown(reader):
        reader.run += data[skip:]


def _flush(reader: _Reader) -> None:
    if reader.run:
        charset = reader.fonts.get(reader.state.font, reader.charset)
        reader.pieces.append(decode(bytes(reader.run), charset, reader.notes))
        reader.run.clear()
