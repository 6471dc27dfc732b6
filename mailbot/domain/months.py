"""Months as people write them: October, Oct 2026, 2026-10, अक्टूबर, last month, pichhle mahine."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from mailbot.domain.reporting.periods import Period, month_before, month_of
from mailbot.domain.text import fold

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from mailbot.domain.grammar import Grammar

_DEVANAGARI = str.maketrans("०१२३४५६७८९", "0123456789")
_NEAR = 0.75
_MOST_WORDS = 6
_YEAR, _SHORT_YEAR = 4, 2
_CENTURY = 2000
_EARLIEST = 2000
_MONTHS = 12


def parse_month(text: str, today: date, grammar: Grammar) -> Period | None:
    """Return the month that a text names, up to today; this month when it names none, None when it cannot be read.

    A month without a year is the latest one that has begun.
    """
    words = _words(text, grammar)
    if not words:
        return Period(today.replace(day=1), today)
    back = grammar.choices["near_month"].get(" ".join(words))
    if back is not None:
        return Period(today.replace(day=1), today) if back == "0" else month_before(today)
    found = _read(words, today, grammar)
    if found is None:
        return None
    year, month = found
    whole = month_of(today.replace(year=year, month=month, day=1))
    return Period(whole.first, min(whole.last, today)) if whole.first <= today else whole


def may_name_month(text: str, grammar: Grammar) -> bool:
    """Tell whether somebody meant a month, even one that cannot be read: "Octember", "13/2026"."""
    words = _words(text, grammar)
    if not words or " ".join(words) in grammar.choices["near_month"]:
        return True
    months = grammar.choices["month"]
    is_near = [word in months or bool(get_close_matches(word, months, n=1, cutoff=_NEAR)) for word in words]
    return len(words) <= _MOST_WORDS and all(near or word.isdigit() for near, word in zip(is_near, words, strict=True))


def names_month(text: str, grammar: Grammar) -> bool:
    """Tell whether a text is a month and nothing else: in front of a word, a mere likeness is not enough."""
    words = _words(text, grammar)
    if " ".join(words) in grammar.choices["near_month"]:
        return True
    months = grammar.choices["month"]
    return sum(word in months for word in words) == 1 and all(word in months or word.isdigit() for word in words)


def _words(text: str, grammar: Grammar) -> Sequence[str]:
    """Return the words that matter; "last month" keeps its second word."""
    words = fold(text.translate(_DEVANAGARI)).split()
    for start in range(len(words)):
        for end in range(start + 1, len(words) + 1):
            said = " ".join(words[start:end])
            others = words[:start] + words[end:]
            if said in grammar.choices["near_month"] and all(w in grammar.choices["beside_month"] for w in others):
                return words[start:end]
    return [word for word in words if word not in grammar.choices["beside_month"]]


def _read(words: Sequence[str], today: date, grammar: Grammar) -> tuple[int, int] | None:
    months = grammar.choices["month"]
    named = [int(months[word]) for word in words if word in months]
    numbers = [word for word in words if word not in months]
    if len(named) > 1 or not all(word.isascii() and word.isdigit() for word in numbers):
        return None
    match named, numbers:
        case [month], []:
            return (today.year if month <= today.month else today.year - 1), month
        case [month], [year]:
            return _checked(year, month)
        case [], [first, second] if len(first) == _YEAR:
            return _checked(first, int(second))
        case [], [first, second]:
            return _checked(second, int(first))
    return None


def _checked(year: str, month: int) -> tuple[int, int] | None:
    """Return a year and month that exist; "26" is 2026."""
    if len(year) not in {_SHORT_YEAR, _YEAR}:
        return None
    number = int(year) + (_CENTURY if len(year) == _SHORT_YEAR else 0)
    return (number, month) if number >= _EARLIEST and 1 <= month <= _MONTHS else None
