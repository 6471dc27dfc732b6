"""Names across scripts: "देव" and "Dev" sound alike, and so do "तिवारी" and "Tiwari"."""

from __future__ import annotations

import re

# How Devanagari sounds in Latin letters. The vowels a and e are left out of both, because nobody
# writes them alike: "वर्मा" is Verma and Varma.
_LETTERS = "कखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसहइईउऊएऐओऔऋिीुूेैोौृंँ"
_CONSONANTS = "k kh g gh n ch ch j jh n t th d dh n t th d dh n p f b bh m y r l v s s s h"
_VOWELS = "i i u u e e o o ri i i u u e e o o ri n n"
_SOUNDS = dict(zip(_LETTERS, [*_CONSONANTS.split(), *_VOWELS.split()], strict=True))
_SPELLINGS = (
    ("ao", "v"),
    ("ee", "i"),
    ("oo", "u"),
    ("ai", "e"),
    ("au", "o"),
    ("sh", "s"),
    ("ph", "f"),
    ("w", "v"),
    ("q", "k"),
)
_DOUBLED = re.compile(r"(.)\1+")


def sound_of(word: str) -> str:
    """Return how a folded word sounds, roughly, the same for both scripts; empty when it is written in neither."""
    if not word.isascii():
        word = "".join(_SOUNDS.get(letter, "") for letter in word)
    for spelling, sound in _SPELLINGS:
        word = word.replace(spelling, sound)
    return _DOUBLED.sub(r"\1", word.replace("a", "").replace("e", ""))


def sounds_like(word: str, other: str) -> bool:
    """Tell whether two folded words in different scripts are the same name."""
    return word.isascii() != other.isascii() and bool(sound_of(word)) and sound_of(word) == sound_of(other)
