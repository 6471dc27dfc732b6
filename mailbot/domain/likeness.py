"""Which tickets look alike: the same error in the same module, nearly the same words, or the same screenshot.

Words are compared as sets, without greetings and small words of English, Hindi and Hinglish and without numbers: what
differs between two officers with one problem is their GSTIN, not what they say. A short text says too little.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

from mailbot.domain.evidence import may_be_logo
from mailbot.domain.facts import MOST_FACTS, FactKind
from mailbot.domain.likeness_words import SMALL_WORDS, SPELLINGS
from mailbot.domain.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from mailbot.domain.facts import Fact
    from mailbot.domain.mail import Attachment
    from mailbot.domain.ticket import Status

MOST_PICTURES = 5
MOST_WORDS = 200
# So many telling words have to be the same, and so large a part of all telling words of both texts.
FEWEST_WORDS = 4
ALIKE = 0.6
LONGEST_FORM = 3
# Bits of two fingerprints that may differ: saving anew changes two at most, another page ten and more.
MOST_BITS = 6
# The department's emblem inside a text is nearly square; a screenshot that small and that square is rare.
EMBLEM_SIDE = 400
SQUARE = 0.8
_FINGERPRINT = re.compile("[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class LookRules:
    """How far back tickets are compared with a new one, and how many in each way; no time compares none."""

    within: timedelta = timedelta(0)
    most_candidates: int = 0


COMPARE_NONE = LookRules()


@dataclass(frozen=True, slots=True)
class Look:
    """What a mail that may open a ticket looks like; `text` is its title and words."""

    module: str
    text: str = ""
    errors: frozenset[str] = frozenset()
    fingerprints: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class LookAlike:
    """A ticket that may be about the same problem; `parent` is the ticket it is a case of."""

    number: str
    status: Status
    opened_at: datetime
    parent: str
    look: Look


def make_look(module: str, text: str, facts: Iterable[Fact], files: Iterable[Attachment]) -> Look:
    """Return what a mail or a ticket looks like."""
    errors = [fact.value for fact in facts if fact.kind is FactKind.ERROR]
    return Look(module, text, frozenset(errors[:MOST_FACTS]), find_fingerprints(files))


def find_fingerprints(files: Iterable[Attachment]) -> frozenset[str]:
    """Return what the pictures look like; one that may be a logo or an emblem tells nothing."""
    found = [file.fingerprint for file in files if file.fingerprint and not (may_be_logo(file) or may_be_emblem(file))]
    return frozenset(found[:MOST_PICTURES])


def may_be_emblem(file: Attachment) -> bool:
    """Tell whether the text shows this picture and it is as square and small as an emblem."""
    short, long = sorted((file.width, file.height))
    return file.inline and 0 < long <= EMBLEM_SIDE and short >= SQUARE * long


def may_repeat(file: Attachment) -> bool:
    """Tell whether the text shows this picture, so that it may come with every mail of its sender."""
    return file.inline and bool(file.fingerprint)


def find_alike(look: Look, candidates: Iterable[LookAlike]) -> tuple[LookAlike, ...]:
    """Return the candidates that look like this, oldest first."""
    alike = (candidate for candidate in candidates if is_alike(look, candidate.look))
    return tuple(sorted(alike, key=lambda one: (one.opened_at, one.number)))


def is_alike(one: Look, other: Look) -> bool:
    """Tell whether two tickets look alike."""
    same_error = one.module == other.module and bool(one.errors & other.errors)
    return same_error or is_same_picture(one.fingerprints, other.fingerprints) or is_near_text(one.text, other.text)


def is_near_text(one: str, other: str) -> bool:
    """Tell whether two texts say nearly the same."""
    words, others = find_telling_words(one), find_telling_words(other)
    shared = len(words & others)
    return shared >= FEWEST_WORDS and shared >= ALIKE * (len(words) + len(others) - shared)


def is_same_picture(ones: Iterable[str], others: Iterable[str]) -> bool:
    """Tell whether one picture of each side is the same but for its size and the way it was saved."""
    rest = [int(other, 16) for other in others if _FINGERPRINT.fullmatch(other)]
    return any(
        (int(one, 16) ^ other).bit_count() <= MOST_BITS for one in ones if _FINGERPRINT.fullmatch(one) for other in rest
    )


@lru_cache(maxsize=4096)
def find_telling_words(text: str) -> frozenset[str]:
    """Return the words of a text that tell what it is about, in one spelling each."""
    plain = (_one_spelling(word) for word in fold(text).split()[:MOST_WORDS] if not _is_number(word))
    return frozenset(word for word in plain if (len(word) > 1 or word.isdigit()) and word not in SMALL_WORDS)


def _is_number(word: str) -> bool:
    """Tell a GSTIN or a telephone number from the "3b" of GSTR-3B."""
    return len(word) > LONGEST_FORM and any(map(str.isdigit, word))


def _one_spelling(word: str) -> str:
    """Return one of the ways to write a word: "nahin", "nahii" and "nhi" are "nahi"."""
    if not word.isascii():
        return SPELLINGS.get(word, word)
    single = "".join(letter for letter, _ in groupby(word))
    return SPELLINGS.get(single, SPELLINGS.get(word, single))
