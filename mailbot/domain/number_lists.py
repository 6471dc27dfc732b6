"""Ticket numbers as people write them in a command: several in a row, with a wrong digit, on lines of their own."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from mailbot.domain.letter import Notice
from mailbot.domain.numbering import MINIMUM_DIGITS, find_wrong_numbers, number_digits, number_from_digits
from mailbot.domain.tags import ascii_digits

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mailbot.domain.desk import Known

MOST_TARGETS = 50
_BETWEEN = r"[\s,;&+\]\[()]*(?:(?:and|aur|और|तथा|एवं)\s+)?"
_NAMED = r"(?:(?:tickets?|nos?\.?|टिकट|नंबर)\s+)?"


def take_numbers(text: str, prefix: str) -> tuple[tuple[str, ...], str]:
    """Return the ticket numbers that a text begins with, right or wrong, each once, and what follows them."""
    number = _leading_number(prefix)
    found: list[str] = []
    end = 0
    while match := number.match(text, end):
        found.append(written_number(match.group(1), prefix))
        end = match.end()
    return tuple(dict.fromkeys(found)), text[end:].lstrip(" ,;])") if found else text


def pick_numbers(text: str, prefix: str) -> tuple[tuple[str, ...], str]:
    """Return the ticket numbers anywhere in a text, right or wrong, each once, and the text without them."""
    number = _number(prefix)
    found = tuple(dict.fromkeys(written_number(match, prefix) for match in number.findall(text)))
    return found, re.sub(r"\s+", " ", number.sub(" ", text)).strip(" ,;:-") if found else text


@lru_cache(maxsize=4)
def _leading_number(prefix: str) -> re.Pattern[str]:
    return re.compile(f"{_BETWEEN}{_NAMED}{_number(prefix).pattern}", re.IGNORECASE)


@lru_cache(maxsize=4)
def _number(prefix: str) -> re.Pattern[str]:
    return re.compile(
        rf"\[?({re.escape(prefix)}[-‐-―−\s]{{0,2}}\d{{4}}[-‐-―−\s]{{0,2}}\d{{5,8}}[-‐-―−\s]{{0,2}}\d)(?!\d)\]?",
        re.IGNORECASE,
    )


def written_number(text: str, prefix: str) -> str:
    """Return a number in our way of writing it, whether its check digit is right or not."""
    digits = ascii_digits(text[len(prefix) :])
    return f"{prefix}-{digits[:4]}-{digits[4:-1]}-{digits[-1]}"


def is_well_formed(number: str) -> bool:
    """Tell whether the check digit of a number in our way of writing is right."""
    return number_from_digits(number.partition("-")[0], number_digits(number)) is not None


def find_mistyped(prefix: str, text: str) -> tuple[str, ...]:
    """Return the numbers of a text whose check digit is wrong, in our way of writing, each once."""
    return tuple(
        dict.fromkeys(written_number(f"{prefix}{digits}", prefix) for digits in find_wrong_numbers(prefix, text))
    )


def near_numbers(number: str) -> tuple[str, ...]:
    """Return the right numbers that differ from a mistyped one by one digit or by two neighbours that were swapped."""
    prefix, digits = number.partition("-")[0], number_digits(number)
    if len(digits) < MINIMUM_DIGITS:
        return ()
    swapped = (
        f"{digits[:i]}{digits[i + 1]}{digits[i]}{digits[i + 2 :]}"
        for i in range(len(digits) - 1)
        if digits[i] != digits[i + 1]
    )
    replaced = (f"{digits[:i]}{digit}{digits[i + 1 :]}" for i in range(len(digits)) for digit in "0123456789")
    candidates = dict.fromkeys(candidate for candidate in (*swapped, *replaced) if candidate != digits)
    return tuple(right for candidate in candidates if (right := number_from_digits(prefix, candidate)))


def number_notices(numbers: Iterable[str], known: Known) -> tuple[Notice, ...]:
    """Return what is said of numbers that are no ticket its sender may know of.

    Somebody else's ticket gets the very words of a number that was never given; what is proposed is the sender's own.
    """
    return tuple(
        Notice(
            "number_unknown" if is_well_formed(number) else "number_mistyped",
            number,
            ", ".join(known.near_numbers.get(number, ())),
        )
        for number in numbers
    )
