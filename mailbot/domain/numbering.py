"""Ticket numbers such as TMS-2611-00042-7: prefix, year and month, serial of that month, one Damm check digit.

The Damm algorithm (H. M. Damm, 2004) finds every single wrong digit and every swap of two neighbours, the two mistakes
people make when they read a number over the phone.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

_DASHES = re.compile("[‐-―−]")
# A totally anti-symmetric quasigroup of order 10, from Damm's thesis.
_QUASIGROUP = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)

MINIMUM_DIGITS = 10  # yymm, five digits of serial, the check digit


def damm_digit(digits: str) -> str:
    """Return the check digit of a string of ASCII digits."""
    interim = 0
    for digit in digits:
        interim = _QUASIGROUP[interim][int(digit)]
    return str(interim)


def ticket_number(prefix: str, at: datetime, serial: int) -> str:
    """Return the number of the month's `serial`-th ticket, opened at the local time `at`."""
    month, body = f"{at:%y%m}", f"{serial:05d}"
    return f"{prefix}-{month}-{body}-{damm_digit(month + body)}"


def number_digits(number: str) -> str:
    """Return the digits of a ticket number without prefix and hyphens."""
    return "".join(character for character in number.split("-", 1)[-1] if character.isdigit())


def number_from_digits(prefix: str, digits: str) -> str | None:
    """Return the ticket number that these ASCII digits stand for, or None when the check digit is wrong."""
    well_formed = len(digits) >= MINIMUM_DIGITS and digits.isascii() and digits.isdigit()
    if not well_formed or damm_digit(digits) != "0":
        return None
    return f"{prefix}-{digits[:4]}-{digits[4:-1]}-{digits[-1]}"


def find_numbers(prefix: str, text: str) -> tuple[str, ...]:
    """Return the ticket numbers that a text names, in order, each once; a wrong check digit is no number.

    Devanagari digits, spaces for hyphens and missing hyphens are accepted, as people type them.
    """
    found = (number_from_digits(prefix, digits) for digits in _written_digits(prefix, text))
    return tuple(dict.fromkeys(number for number in found if number))


def find_wrong_numbers(prefix: str, text: str) -> tuple[str, ...]:
    """Return what looks like a ticket number but has a wrong check digit, as digits."""
    return tuple(digits for digits in _written_digits(prefix, text) if number_from_digits(prefix, digits) is None)


def _written_digits(prefix: str, text: str) -> tuple[str, ...]:
    matches = _number(prefix).findall(_DASHES.sub("-", text))
    return tuple("".join(str(unicodedata.decimal(c)) for c in match if c.isdigit()) for match in matches)


@lru_cache(maxsize=4)
def _number(prefix: str) -> re.Pattern[str]:
    return re.compile(
        rf"\b{re.escape(prefix)}[-\s]{{0,2}}(\d{{4}}[-\s]{{0,2}}\d{{5,8}}[-\s]{{0,2}}\d)(?!\d)", re.IGNORECASE
    )
