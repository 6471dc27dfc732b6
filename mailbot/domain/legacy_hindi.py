"""Recognises text that was typed in a legacy Hindi font (Kruti Dev 010, DevLys 010), and reads it.

In such a font Latin letters are drawn as Devanagari glyphs, so a mail, which carries no font, says "iksVZy ugha [kqy
jgk gS" for पोर्टल नहीं खुल रहा है. A line is taken for such text only when its words, read as glyphs, are frequent Hindi
words and enough of its words can be read so. Officers change the font inside a line: codes, addresses and English words
stay.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from mailbot.domain.legacy_hindi_syllables import read_syllables
from mailbot.domain.legacy_hindi_table import GLYPHS, PUNCTUATION
from mailbot.domain.legacy_hindi_words import ENGLISH, HINDI, VISARGA, fold_hindi

# What a line needs to be Hindi alone: two points for a strong word, one for another that speaks for it, each word once.
_ENOUGH = 4
# How many of the words must speak for Hindi: in such a line, and in one beside such a line.
_SHARE_SURE, _SHARE_BESIDE = 0.3, 0.5
_LONGEST_WORD = 60
_STRONG_LENGTH, _LONE_LENGTH = 3, 5
_EDGES = ".,:;!?\"'()[]{}<>*_|"
_BRACKETS = "¼½"
_SPACES = re.compile(r"(\s+)")
_CODE = re.compile(r"[A-Z0-9][A-Z0-9&./_:%-]*")
_LETTER_AT_DIGIT = re.compile(r"[A-Za-z]\d|\d[A-Za-z]")
_LETTERS = re.compile(r"[A-Za-z]+")
_ADDRESS = re.compile(
    r"(?:https?:|www\.)\S+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|[\w-]+(?:\.[\w-]+)*\.(?:in|com|gov|org|net|pdf|png|jpg|xlsx?)"
)
# Shapes that no English word has: glyphs among letters, a capital after a small letter, q without u, no vowel.
_SHAPE = re.compile(
    r"[a-z][A-Z]|[A-Za-z][;\[{~`=+<>|\"/#][A-Za-z]|[dxtMQ<]\+|[A-Za-z];$|^[;\[{/'\"=<>][A-Za-z]|'k|q(?!u)|[^\x00-\x7f]"
    r"|^[b-df-hj-np-tv-xz]{3,}$"
)
_PUNCTUATION = re.compile("([" + re.escape("".join(PUNCTUATION)) + "0-9]+)")
_HAS_LETTER = re.compile(r"[A-Za-z]|[^\x00-\x7f]")
_LITERAL_ENDS = ".,:;?)\"'"
_VISARGA, _COLON = "ः", ":"
_STRUCK = frozenset(char for glyph in GLYPHS for char in glyph) | frozenset(PUNCTUATION) | frozenset("0123456789")


class Kind(IntEnum):
    """What a word between spaces may be."""

    MARK = 0  # a number or punctuation
    CODE = 1  # GSTR-3B, an address, a file: Latin whatever stands around it
    LATIN = 2  # an English word, or one whose glyphs make no Hindi
    EITHER = 3  # can be read, and nothing speaks for or against it; or English and Hindi, such as "can"
    SHAPED = 4  # can be read, and looks like no English word
    WEAK = 5  # a frequent Hindi word of two letters, such as "ls"
    STRONG = 6  # a frequent Hindi word


@dataclass(frozen=True, slots=True)
class _Word:
    kind: Kind
    sent: str
    reading: str


@dataclass(frozen=True, slots=True)
class _Line:
    """The words of a line with the spaces between them, and how much speaks for Hindi."""

    pieces: tuple[_Word | str, ...]

    @property
    def words(self) -> list[_Word]:
        """Return the words that may be Hindi or English."""
        return [piece for piece in self.pieces if isinstance(piece, _Word) and piece.kind > Kind.CODE]

    @property
    def is_sure(self) -> bool:
        """Whether this line alone is certainly Hindi in a legacy font."""
        words = self.words
        known = {word.sent: word.kind for word in words if word.kind >= Kind.SHAPED}
        strong = [sent for sent, kind in known.items() if kind is Kind.STRONG]
        if not strong or self._share(words) < _SHARE_SURE:
            return False
        is_lone = len(words) == 1 and len(strong[0]) >= _LONE_LENGTH and _SHAPE.search(strong[0]) is not None
        return is_lone or len(strong) + len(known) >= _ENOUGH

    @property
    def is_likely(self) -> bool:
        """Whether this line is Hindi in a legacy font, given that another line of the text is."""
        words = self.words
        return bool(words) and self._share(words) >= _SHARE_BESIDE

    def read(self) -> str:
        """Return the line with its Hindi words read; a word that may be either goes with the one before it."""
        said, is_hindi = [], self._begins_in_hindi()
        for piece in self.pieces:
            if isinstance(piece, str):
                said.append(piece)
                continue
            if piece.kind >= Kind.SHAPED:
                is_hindi = True
            elif piece.kind is Kind.LATIN:
                is_hindi = False
            said.append(piece.reading if is_hindi or piece.kind is Kind.CODE else piece.sent)
        return "".join(said)

    def _begins_in_hindi(self) -> bool:
        return next((word.kind is not Kind.LATIN for word in self.words if word.kind is not Kind.EITHER), False)

    @staticmethod
    def _share(words: list[_Word]) -> float:
        return sum(word.kind >= Kind.SHAPED for word in words) / len(words)


@lru_cache(maxsize=16)  # the rules, the search and a letter to each of the staff ask about the same words
def find_reading(text: str) -> str | None:
    """Return the text with what was typed in a legacy Hindi font as Unicode, or None when there is no such text."""
    if not any(_parse_piece(sent).kind is Kind.STRONG for sent in dict.fromkeys(text.split())):
        return None
    lines = [_parse_line(line) for line in text.split("\n")]
    if not any(line.is_sure for line in lines):
        return None
    return "\n".join(line.read() if line.is_sure or line.is_likely else _as_sent(line) for line in lines)


def _as_sent(line: _Line) -> str:
    return "".join(piece if isinstance(piece, str) else piece.sent for piece in line.pieces)


def _parse_line(line: str) -> _Line:
    pieces = _SPACES.split(line)
    return _Line(tuple(piece if index % 2 or not piece else _parse_piece(piece) for index, piece in enumerate(pieces)))


def _parse_piece(sent: str) -> _Word:
    return _Word(Kind.CODE, sent, sent) if len(sent) > _LONGEST_WORD else _parse_word(sent)


@lru_cache(maxsize=4096)
def _parse_word(sent: str) -> _Word:
    core = sent.strip(_EDGES)
    if not _HAS_LETTER.search(sent) or sent == "A":
        return _Word(Kind.MARK, sent, _read_marks(sent))
    if _is_code(sent, core.strip(_BRACKETS)):
        return _Word(Kind.CODE, sent, "".join(PUNCTUATION[char] if char in _BRACKETS else char for char in sent))
    reading = _read_word(sent)
    if reading is None:
        return _Word(Kind.LATIN, sent, sent)
    is_english = all(letters.casefold() in ENGLISH for letters in _LETTERS.findall(core))
    if _is_common(reading):
        kind = Kind.STRONG if len(core) >= _STRONG_LENGTH or _SHAPE.search(core) else Kind.WEAK
        return _Word(Kind.EITHER if is_english else kind, sent, reading)
    if is_english:
        return _Word(Kind.LATIN, sent, sent)
    return _Word(Kind.SHAPED if _SHAPE.search(sent) else Kind.EITHER, sent, reading)


def _is_code(sent: str, core: str) -> bool:
    if _ADDRESS.fullmatch(core):
        return True
    if any(char not in _STRUCK for char in sent):  # Devanagari, other scripts, marks that the font does not have
        return True
    if _LETTER_AT_DIGIT.search(core.rstrip("A")):
        return True
    return len(core) > 1 and _CODE.fullmatch(core) is not None and core.isascii()


def _is_common(reading: str) -> bool:
    word = fold_hindi(reading.strip("।.,-?:;‘’“”()/"))
    return word in HINDI


def _read_word(sent: str) -> str | None:
    """Return one word as Unicode; punctuation typed in another font at its end or around it stays."""
    if sent.startswith("("):
        inner = _read_word(sent[1:].removesuffix(")"))
        return None if inner is None else f"({inner}{')' if sent.endswith(')') else ''}"
    reading = _read_parts(sent)
    if len(sent) == 1 or sent[-1] not in _LITERAL_ENDS or (reading is not None and _is_common(reading)):
        return reading
    shorter = _read_word(sent[:-1])
    is_literal = shorter is not None and (reading is None or _is_common(shorter))
    return f"{shorter}{sent[-1]}" if is_literal else reading


def _read_parts(sent: str) -> str | None:
    said = []
    for index, part in enumerate(_PUNCTUATION.split(sent)):
        if index % 2:
            said.append(_read_marks(part))
        elif part:
            reading = read_syllables(part)
            if reading is None:
                return None
            said.append(f"{reading[:-1]}{_COLON}" if reading.endswith(_VISARGA) and reading not in VISARGA else reading)
    return unicodedata.normalize("NFC", "".join(said))


def _read_marks(sent: str) -> str:
    """Return punctuation as Unicode; the hyphen of a number stays, because numbers come in either font."""
    if sent == "%":
        return _COLON
    kept = "-(" if any(char.isdigit() for char in sent) else ""
    return "".join(char if char in kept else PUNCTUATION.get(char, char) for char in sent)
