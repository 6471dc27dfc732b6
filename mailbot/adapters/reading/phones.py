"""Mobile numbers in what the sender says and in what stands below it, whichever way they are written.

The library that knows telephone numbers costs 70 ms to load and some 0.3 ms for a line, so it sees only lines that hold
ten digits, and is loaded when the first such line comes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mailbot.adapters.reading import limits
from mailbot.domain.mail import Phone
from mailbot.domain.quotes import find_farewell, find_own_words

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST_LINE = 300
_BEFORE = 40
_COUNTRY, _INDIA = "IN", 91
# Ten digits with little between them.
_TEN_DIGITS = re.compile(r"\d(?:[ ()/.\t\u00a0\u2010-\u2015-]{0,3}\d){9}")
_INDIAN_MOBILE = re.compile(r"[6-9]\d{9}")


def find_phones(reply: str, signature: str) -> tuple[Phone, ...]:
    """Return the Indian mobile numbers of a reply and of the signature cut from it, in their order.

    Each comes with the words before it in its line. Quoted lines in the reply are left out.
    """
    found: list[Phone] = []
    if _TEN_DIGITS.search(reply):
        found += _phones_of(find_own_words(reply), in_signature=False)
        found += _phones_of(find_farewell(reply), in_signature=True)
    found += _phones_of(signature, in_signature=True)
    return tuple(dict.fromkeys(found))[: limits.PHONES]


def _phones_of(text: str, *, in_signature: bool) -> Iterator[Phone]:
    looked_at = 0
    for line in text.split("\n"):
        if looked_at == limits.PHONE_LINES:
            return
        part = line[:_LONGEST_LINE]
        if _TEN_DIGITS.search(part):
            looked_at += 1
            yield from _phones_in(part, in_signature=in_signature)


def _phones_in(line: str, *, in_signature: bool) -> Iterator[Phone]:
    from phonenumbers import Leniency, PhoneNumberMatcher  # noqa: PLC0415 - most mails hold no telephone number

    for match in PhoneNumberMatcher(line, _COUNTRY, Leniency.VALID):
        national = str(match.number.national_number)
        if match.number.country_code == _INDIA and _INDIAN_MOBILE.fullmatch(national):
            yield Phone(f"+91{national}", line[max(0, match.start - _BEFORE) : match.start], in_signature)
