"""Puts the pieces of a legacy Hindi font in the order of Unicode, and tells what cannot be Hindi writing at all."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mailbot.domain.legacy_hindi_table import (
    COMBINED,
    GLYPHS,
    HALANT,
    NUKTA,
    REPH,
    TAKES_NUKTA,
    VOWELS_AFTER_CONSONANT,
    Part,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_LONGEST_GLYPH = 2
# Hindi words with more consonants and no vowel sign between them are very rare; English ones, read so, are not.
_MOST_BARE = 4
_MOST_MARKS = 2
_LENGTH_OF_GAE = 2


def read_syllables(text: str) -> str | None:
    """Return the Unicode text of one word without punctuation, or None when its pieces do not make Hindi syllables."""
    word, position = _Word(), 0
    while position < len(text):
        glyph = text[position : position + _LONGEST_GLYPH]
        if glyph not in GLYPHS:
            glyph = text[position]
        for part, letter in GLYPHS.get(glyph, ()) or ((None, ""),):
            if part is None or not _ADD[part](word, letter):
                return None
        position += len(glyph)
    return word.finished()


@dataclass(slots=True)
class _Syllable:
    """One syllable while it is written; `waits` tells that its last consonant has no end yet."""

    base: str
    vowel: str = ""
    marks: str = ""
    reph: bool = False
    alone: bool = False
    waits: bool = False
    cut: bool = False

    @property
    def is_bare(self) -> bool:
        return not (self.vowel or self.marks or self.alone)


@dataclass(slots=True)
class _Word:
    """The syllables of one word so far; `before` is a vowel sign that was struck and waits for its consonant."""

    syllables: list[_Syllable] = field(default_factory=list)
    before: str = ""

    @property
    def last(self) -> _Syllable | None:
        return self.syllables[-1] if self.syllables else None

    def complete(self, syllable: _Syllable) -> None:
        """Close the last consonant of a syllable, and give it the sign that was struck before it."""
        syllable.waits = syllable.cut = False
        if self.before:
            syllable.reph = self.before.startswith(REPH)
            struck = self.before.removeprefix(REPH)
            syllable.vowel, syllable.marks, self.before = struck[0], struck[1:], ""

    def finished(self) -> str | None:
        """Return the word, or None when it ends in the middle of a letter or is no Hindi word by its build."""
        if self.before or self.last is None or self.last.cut or self._ends_in_a_comma():
            return None
        run = 0
        for syllable in self.syllables:
            run = run + 1 if syllable.is_bare else 0
            if run > _MOST_BARE:
                return None
        return "".join(f"{REPH if s.reph else ''}{s.base}{s.vowel}{s.marks}" for s in self.syllables)

    def _ends_in_a_comma(self) -> bool:
        """Tell a comma of another font from ए, which ends no word after a bare consonant but short ones such as गए."""
        return self.syllables[-1].base == "ए" and len(self.syllables) > _LENGTH_OF_GAE and self.syllables[-2].is_bare


def _add_full(word: _Word, letter: str) -> bool:
    syllable = word.last
    if syllable is not None and syllable.waits:
        syllable.base += letter
    else:
        syllable = _Syllable(letter)
        word.syllables.append(syllable)
    word.complete(syllable)
    return True


def _add_half(word: _Word, letter: str) -> bool:
    syllable = word.last
    if syllable is not None and syllable.waits:
        syllable.base += letter
    else:
        syllable = _Syllable(letter)
        word.syllables.append(syllable)
    syllable.waits = syllable.cut = True
    return True


def _add_below(word: _Word, letter: str) -> bool:
    syllable = word.last
    if syllable is None or syllable.alone:
        return False
    syllable.base = syllable.base.removesuffix(HALANT) + letter
    if syllable.waits:
        word.complete(syllable)
    return True


def _add_vowel(word: _Word, letter: str) -> bool:
    before = word.last
    if word.before or (before is not None and before.waits):
        return False
    if before is not None and before.is_bare and letter not in VOWELS_AFTER_CONSONANT:
        return False
    word.syllables.append(_Syllable(letter, alone=True))
    return True


def _add_sign(word: _Word, letter: str) -> bool:
    syllable = word.last
    if syllable is None:
        return False
    if syllable.waits:
        if letter != "ा" or not syllable.cut:
            return False
        syllable.base = syllable.base.removesuffix(HALANT)
        word.complete(syllable)
        return True
    if syllable.marks:
        return False
    if syllable.alone:
        syllable.base = COMBINED.get((syllable.base, letter), "")
        return bool(syllable.base)
    syllable.vowel = COMBINED.get((syllable.vowel, letter), "") if syllable.vowel else letter
    return bool(syllable.vowel)


def _add_before(word: _Word, letter: str) -> bool:
    if word.before or (word.last is not None and word.last.waits):
        return False
    word.before = letter
    return True


def _add_reph(word: _Word, _letter: str) -> bool:
    syllable = word.last
    if syllable is None or syllable.waits or syllable.reph or syllable.alone or len(word.syllables) == 1:
        return False
    syllable.reph = True
    return True


def _add_mark(word: _Word, letter: str) -> bool:
    syllable = word.last
    if syllable is None or syllable.waits or len(syllable.marks) == _MOST_MARKS or letter in syllable.marks:
        return False
    syllable.marks += letter
    return True


def _add_nukta(word: _Word, _letter: str) -> bool:
    syllable = word.last
    if syllable is None or syllable.base.removesuffix(HALANT)[-1] not in TAKES_NUKTA:
        return False
    stem = syllable.base.removesuffix(HALANT)
    syllable.base = f"{stem}{NUKTA}{syllable.base[len(stem) :]}"
    return True


def _add_halant(word: _Word, letter: str) -> bool:
    syllable = word.last
    if syllable is None or not syllable.is_bare or syllable.waits:
        return False
    syllable.base += letter
    syllable.waits = True
    return True


_ADD: dict[Part, Callable[[_Word, str], bool]] = {
    Part.FULL: _add_full,
    Part.HALF: _add_half,
    Part.BELOW: _add_below,
    Part.VOWEL: _add_vowel,
    Part.SIGN: _add_sign,
    Part.BEFORE: _add_before,
    Part.REPH: _add_reph,
    Part.MARK: _add_mark,
    Part.NUKTA: _add_nukta,
    Part.HALANT: _add_halant,
}
