"""Days as people write them: 2026-12-05, 5 December, 5 दिसंबर तक, 3 days, do hafte, next Friday's name, tomorrow."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from mailbot.domain.text import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mailbot.domain.grammar import Grammar

_DEVANAGARI = str.maketrans("०१२३४५६७८९", "0123456789")
_ORDINALS = ("st", "nd", "rd", "th")
_MOST_WORDS = 30
_LONGEST_DAY = 4  # words
_LONGEST_COUNT = 3  # digits
_CENTURY = 2000
_SHORT_YEAR, _LONG_YEAR = 2, 4
_DAYS_OF_A_WEEK = 7


def parse_day(text: str, today: date, grammar: Grammar) -> date | None:
    """Return the day that a text names or counts to, or None when it names none, or several.

    A day without a year is the nearest one, so that "5 November" late in November is past and not a year ahead.
    A number of days is counted from today.
    """
    words = [word for word in _words(text) if word not in grammar.choices["beside_day"]][:_MOST_WORDS]
    for length in range(min(_LONGEST_DAY, len(words)), 0, -1):
        found = _read(words[:length], today, grammar)
        if found is not None:
            return found if not any(_names_time(word, grammar) for word in words[length:]) else None
    return None


def is_only_day(text: str, grammar: Grammar) -> bool:
    """Tell whether a text says nothing but a day or a number of days, whichever it is: "till 5 Dec", "3 दिन तक"."""
    said = [word for word in _words(text) if word not in grammar.choices["beside_day"]]
    lists = ("month", "weekday", "near_day", "span", "count")
    known = {word for name in lists for entry in grammar.choices[name] for word in entry.split()}
    return bool(said) and all(word[:1].isdigit() or word in known or word in grammar.fillers for word in said)


def _words(text: str) -> list[str]:
    return fold(text.translate(_DEVANAGARI)).split()


def _names_time(word: str, grammar: Grammar) -> bool:
    """Tell whether a word behind a day names another one: "1 December to 5 December"."""
    lists = ("month", "weekday", "near_day", "span")
    return word[:1].isdigit() or any(word in grammar.choices[name] for name in lists)


def _read(words: Sequence[str], today: date, grammar: Grammar) -> date | None:
    readings: tuple[Callable[[Sequence[str], date, Grammar], date | None], ...] = (
        _read_word, _read_span, _read_numbers, _read_month,
    )  # fmt: skip
    return next((found for reading in readings if (found := reading(words, today, grammar)) is not None), None)


def _read_word(words: Sequence[str], today: date, grammar: Grammar) -> date | None:
    """Read "tomorrow" or "Friday"."""
    said = " ".join(words)
    if (days := grammar.choices["near_day"].get(said)) is not None:
        return today + timedelta(days=int(days))
    if (weekday := grammar.choices["weekday"].get(said)) is not None:
        return today + timedelta(days=(int(weekday) - today.weekday()) % _DAYS_OF_A_WEEK)
    return None


def _read_span(words: Sequence[str], today: date, grammar: Grammar) -> date | None:
    """Read "3 days"."""
    if len(words) != 2 or words[1] not in grammar.choices["span"]:  # noqa: PLR2004 - a count and its unit
        return None
    count = words[0] if words[0].isascii() and words[0].isdigit() else grammar.choices["count"].get(words[0], "")
    if not 0 < len(count) <= _LONGEST_COUNT:
        return None
    return today + timedelta(days=int(count) * int(grammar.choices["span"][words[1]]))


def _read_numbers(words: Sequence[str], today: date, grammar: Grammar) -> date | None:
    """Read 2026-12-05, 05-12-2026, 5.12.26 and 5/12."""
    del grammar
    if not all(word.isascii() and word.isdigit() and len(word) <= _LONG_YEAR for word in words):
        return None
    match [int(word) for word in words]:
        case [year, month, day] if len(words[0]) == _LONG_YEAR:
            return _make_day(year, month, day)
        case [day, month, year] if len(words[2]) in {_SHORT_YEAR, _LONG_YEAR}:
            return _make_day(year + (_CENTURY if len(words[2]) == _SHORT_YEAR else 0), month, day)
        case [day, month]:
            return _nearest(month, day, today)
    return None


def _read_month(words: Sequence[str], today: date, grammar: Grammar) -> date | None:
    """Read "5 December", "December 5th" and "5 दिसंबर 2026"."""
    months = grammar.choices["month"]
    named = [months[word] for word in words if word in months]
    numbers = [number for word in words if word not in months and (number := _ordinal(word)).isdigit()]
    if len(named) != 1 or len(named) + len(numbers) != len(words):
        return None
    match numbers:
        case [day]:
            return _nearest(int(named[0]), int(day), today)
        case [day, year] if len(year) == _LONG_YEAR:
            return _make_day(int(year), int(named[0]), int(day))
    return None


def _ordinal(word: str) -> str:
    """Return the number of "5" and "5th", or nothing."""
    number = word[:-2] if word.endswith(_ORDINALS) else word
    return number if number.isascii() and number.isdigit() and len(number) <= _LONG_YEAR else ""


def _nearest(month: int, day: int, today: date) -> date | None:
    years = (today.year - 1, today.year, today.year + 1)
    possible = [made for year in years if (made := _make_day(year, month, day)) is not None]
    return min(possible, key=lambda made: abs(made - today), default=None)


def _make_day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
