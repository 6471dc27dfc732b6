"""Pure helpers for text that strangers wrote: cleaning it, cutting it and folding it for comparison."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_LINE_BREAK = re.compile(r"\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# C0 and C1 controls but tab and newline; surrogates, which no database takes; bidirectional controls, which can make
# "exe.gnp" read as "png.exe" (Unicode TR 36 3.2); and characters without width that carry no meaning in a word.
_UNWANTED = re.compile(
    "[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
    "\u00ad\u200b\u2060\ufeff\ufff9-\ufffb]"
)
_JOINERS = "\u200c\u200d"
# A joiner shapes the letters around it (क्‍ष); at the edge of a word it is only a way to make equal words differ.
_STRAY_JOINER = re.compile(rf"(?<!\S)[{_JOINERS}]+|[{_JOINERS}]+(?!\S)")
_SPACES = re.compile(r"\s+")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
# An apostrophe belongs to its word (isn't -> isnt); every other mark separates words.
_ASCII_APOSTROPHES = re.compile("['`]")
_ASCII_MARKS = re.compile("[^a-z0-9]+")
_APOSTROPHES = frozenset("'’ʼ‘`´")
# Up to here lie the scripts that people of one country write; what is rare is looked up each time.
_LAST_REMEMBERED = 0x2FFF
_SHORT = 120
_SENTENCE_ENDS = frozenset(".!?।॥\n")
_TAIL = 0.7

_PREPENDED = frozenset(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\u0d4e\U000110bd\U000110cd\U000111c2\U000111c3"
)
_ZERO_WIDTH_JOINER = "\u200d"
_VIRAMA_CLASS = 9


def clean_text(text: str) -> str:
    """Return the text in NFC with LF line breaks and without controls, bidirectional marks and lone surrogates.

    Zero-width joiners stay inside words, where Hindi and emoji need them.
    """
    # Nothing that is replaced here is printable, and most texts have nothing else.
    if not text.replace("\n", "").isprintable():
        text = _STRAY_JOINER.sub("", _UNWANTED.sub("", _LINE_BREAK.sub("\n", text)))
    return unicodedata.normalize("NFC", text)


def clean_line(text: str, limit: int = 200) -> str:
    """Return one line for names, subjects and file names: clean, spaces collapsed, at most `limit` code points."""
    line = clean_text(text)
    if "  " in line or not line.isprintable():
        line = _SPACES.sub(" ", line)
    line = line.strip(f" {_JOINERS}")
    if len(line) <= limit:
        return line
    return line[: _boundary_before(line, limit)].rstrip()


def cut_at_grapheme(text: str, limit: int) -> str:
    """Return at most `limit` code points, never ending inside a cluster of letters (Unicode TR 29).

    A sentence end in the last third is preferred, then a word end. Only a single cluster that is longer than `limit`
    is cut inside.
    """
    if len(text) <= limit:
        return text
    last = _boundary_before(text, limit)
    first = int(limit * _TAIL)
    for end in range(last, first, -1):
        if text[end - 1] in _SENTENCE_ENDS and text[end : end + 1].isspace() and is_boundary(text, end):
            return text[:end].rstrip()
    for end in range(last, first, -1):
        if text[end].isspace() and is_boundary(text, end):
            return text[:end].rstrip()
    return text[:last].rstrip()


def fold(text: str) -> str:
    """Return the form in which tags and commands compare equal: no case, punctuation, danda or invisible characters."""
    return _remembered_fold(text) if len(text) <= _SHORT else _fold(text)


def _fold(text: str) -> str:
    if text.isascii():
        return " ".join(_ASCII_MARKS.sub(" ", _ASCII_APOSTROPHES.sub("", text).lower()).split())
    text = _INVISIBLE.sub("", unicodedata.normalize("NFC", text)).casefold()
    return " ".join(unicodedata.normalize("NFC", text.translate(_FOLDED)).split())


# Each line and word of a mail is folded many times, by one rule after the other.
_remembered_fold = lru_cache(maxsize=1024)(_fold)


class _Folding(dict[int, str]):
    """What each character becomes in a folded text: itself, a blank for a mark, nothing for an apostrophe."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        folded = "" if char in _APOSTROPHES else " " if unicodedata.category(char)[0] in "PSZC" else char
        if code <= _LAST_REMEMBERED:
            self[code] = folded
        return folded


_FOLDED = _Folding()


def is_boundary(text: str, index: int) -> bool:
    """Tell whether the text may be cut before `index` (Unicode TR 29, extended grapheme clusters, rules GB3 to GB13).

    When in doubt the answer is no: then the cut is made a little earlier.
    """
    if index <= 0 or index >= len(text):
        return True
    before, after = text[index - 1], text[index]
    if before == "\r" and after == "\n":
        return False
    if _is_control(before) or _is_control(after):
        return True
    if _extends(after) or before in _PREPENDED:
        return False
    return not (
        _is_conjunct(text, index) or _is_joined_emoji(text, index) or _is_flag(text, index) or _is_hangul(before, after)
    )


def _boundary_before(text: str, index: int) -> int:
    for end in range(index, 0, -1):
        if is_boundary(text, end):
            return end
    return index


def _is_control(char: str) -> bool:
    """GB4 and GB5: controls stand alone, but joiners and tags belong to their cluster."""
    if char in _PREPENDED:
        return False
    return unicodedata.category(char) in {"Cc", "Cf", "Zl", "Zp", "Cs"} and not _extends(char)


def _extends(char: str) -> bool:
    """GB9 and GB9a: marks, joiners, skin tones and emoji tags belong to what stands before them."""
    if char.isascii():
        return False
    return (
        char in _JOINERS
        or unicodedata.category(char) in {"Mn", "Me", "Mc"}
        or char in "\u0e33\u0eb3\uff9e\uff9f"
        or "\U0001f3fb" <= char <= "\U0001f3ff"
        or "\U000e0020" <= char <= "\U000e007f"
    )


def _is_conjunct(text: str, index: int) -> bool:
    """GB9c: what follows a virama belongs to its cluster (क्ष, त्र), with nukta and joiners between."""
    if unicodedata.category(text[index]) != "Lo":
        return False
    virama = False
    for position in range(index - 1, -1, -1):
        char = text[position]
        if unicodedata.combining(char) == _VIRAMA_CLASS:
            virama = True
        elif not _extends(char) or unicodedata.category(char) == "Mc":
            break
    return virama


def _is_joined_emoji(text: str, index: int) -> bool:
    """GB11: pictures joined by U+200D are one picture (a family, a profession)."""
    if text[index - 1] != _ZERO_WIDTH_JOINER or not _is_picture(text[index]):
        return False
    position = index - 2
    while position >= 0 and _extends(text[position]):
        position -= 1
    return position >= 0 and _is_picture(text[position])


def _is_picture(char: str) -> bool:
    return char in "©®‼⁉〰〽" or (char >= "℀" and unicodedata.category(char) in {"So", "Sm", "Cn", "Sk"})


def _is_flag(text: str, index: int) -> bool:
    """GB12 and GB13: regional indicators go in pairs."""
    if not (_is_regional(text[index]) and _is_regional(text[index - 1])):
        return False
    start = index
    while start > 0 and _is_regional(text[start - 1]):
        start -= 1
    return (index - start) % 2 == 1


def _is_regional(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _is_hangul(before: str, after: str) -> bool:
    """GB6 to GB8, simplified: letters of a Korean syllable stay together."""
    return (_is_jamo(after) and (_is_jamo(before) or "\uac00" <= before <= "\ud7a3")) or (
        _is_jamo(before) and "\uac00" <= after <= "\ud7a3"
    )


def _is_jamo(char: str) -> bool:
    return "\u1100" <= char <= "\u11ff" or "\ua960" <= char <= "\ua97c" or "\ud7b0" <= char <= "\ud7fb"
