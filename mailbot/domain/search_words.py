"""The words by which tickets are found: one form for every way of writing them, the same in the index and in a search.

Hindi is written with and without nukta, with half nasals or a dot, with digits of either script; all of these are one
word here. A word with marks inside, such as GSTR-3B or a ticket number, is kept in its parts and joined.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from mailbot.domain.facts import find_facts
from mailbot.domain.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Stands between two texts, so that no phrase reaches from one into the next; no word of a text is ever this.
GAP = "¶"
# A database refuses a list of words that is too long; what one mail adds, and what one word may measure, is bounded.
MOST_WORDS = 3_000
LONGEST_WORD = 30
LONGEST_TEXT = 100_000
MOST_TERMS = 10
LONGEST_SEARCH = 300
_MOST_PARTS = 6
_SHORTEST_PREFIX = 2

_DEVANAGARI = str.maketrans("०१२३४५६७८९", "0123456789")
_NUKTA = "\u093c"
# A half nasal before a letter of its own row and the two dots are one sound: हिन्दी, हिंदी; पाँच, पांच.
_HALF_NASAL = re.compile("ङ्(?=[क-घ])|ञ्(?=[च-झ])|ण्(?=[ट-ढ])|न्(?=[त-ध])|म्(?=[प-भ])")
_CANDRABINDU, _ANUSVARA = "ँ", "ं"
_COMPOUND = re.compile(r"\S*[^\W_][-_/.–:]+[^\W_]\S*")
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»＂", '"'))


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that is looked for: any one of these rows of words; the last word may go on when `is_prefix`."""

    choices: tuple[tuple[str, ...], ...]
    is_prefix: bool = False


def index_words(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the words of these texts in their order, each text with its joined words behind it and gaps between."""
    return tuple(islice(_indexed(texts), MOST_WORDS))


def parse_search(written: str) -> tuple[Term, ...]:
    """Return what somebody looks for; all terms must be there.

    Words in quotation marks stand side by side. The last word may be the beginning of a longer one. Whatever is
    written, the terms hold only letters, digits and vowel signs.
    """
    terms: list[Term] = []
    pieces = written[:LONGEST_SEARCH].translate(_QUOTES).split('"')
    for position, piece in enumerate(pieces):
        is_quoted = position % 2 == 1 and position < len(pieces) - 1
        found = [Term((_parts(piece),))] if is_quoted else [_term(chunk) for chunk in piece.split()]
        terms += [term for term in found if all(term.choices)]
    terms = terms[:MOST_TERMS]
    ends_open = bool(pieces[-1].split()) or len(pieces) == 1
    if terms and ends_open and all(len(choice[-1]) >= _SHORTEST_PREFIX for choice in terms[-1].choices):
        terms[-1] = Term(terms[-1].choices, is_prefix=True)
    return tuple(terms)


def _indexed(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        short = text[:LONGEST_TEXT]
        yield from _parts(short)
        yield GAP
        joined = [word for match in _COMPOUND.finditer(short) if (word := _joined(_parts(match.group())))]
        yield from dict.fromkeys(joined)
        if joined:
            yield GAP


def _term(chunk: str) -> Term:
    """Return a word as it may stand in a text: in its parts, joined, or as a fact is written."""
    parts = _parts(chunk)
    facts = (_joined(_parts(fact.value)) for fact in find_facts((chunk,)))
    choices = (parts, (_joined(parts),), *((fact,) for fact in facts))
    return Term(tuple(dict.fromkeys(choice for choice in choices if any(choice))) or ((),))


def _parts(text: str) -> tuple[str, ...]:
    return tuple(word[:LONGEST_WORD] for word in _plain(text).split())


def _joined(parts: tuple[str, ...]) -> str:
    return "".join(parts)[:LONGEST_WORD] if 1 < len(parts) <= _MOST_PARTS else ""


def _plain(text: str) -> str:
    """Return the folded text in which equal words are written alike."""
    if text.isascii():
        return fold(text)
    bare = unicodedata.normalize("NFD", text.translate(_DEVANAGARI)).replace(_NUKTA, "")
    return _HALF_NASAL.sub(_ANUSVARA, fold(bare).replace(_CANDRABINDU, _ANUSVARA))
