"""Employee ID and mobile number that a sender gives in running words or below his name, without a labelled line.

A number that is only likely stays a guess: an Employee ID counts when the directory has it, a mobile number when
nothing beside it says that it is somebody else's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailbot.domain.facts import plain
from mailbot.domain.number_words import AFTER_LABEL, BEFORE_LABEL, OTHERS, OWN_WORDS, PLACES
from mailbot.domain.text import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mailbot.domain.desk import Known
    from mailbot.domain.mail import Phone

LONGEST_TEXT = 100_000
MOST_IDS = 10
_SIGNATURE_LINES = 12
_ID_LABEL = re.compile(
    r"(?<![A-Z])(?:(?:EMPLOYEE|EMPLOYE|EMP|STAFF|PERSONNEL|KARMCHARI|KARMACHARI"
    r"|कर्मचारी|कार्मिक|एम्प्लॉई|एम्प्लॉयी|एम्पलाई|इम्प्लॉई)(?:'S)?[\s._-]{0,3}"
    r"(?:IDENTITY|ID|I\.D|CODE|NO|NUMBER|NUM|SANKHYA|KRAMANK"
    r"|आईडी|आइडी|आई[ .॰]?डी|कोड|संख्या|क्रमांक|नंबर|नम्बर|नं|पहचान संख्या)(?![A-Z])"
    r"|(?:E\.?ID|EMPID|EMPCODE)(?![A-Z])"
    r"|(?:E-?HRMS|MANAV SAMPADA|मानव संपदा|मानव सम्पदा)(?: (?:ID|CODE|आईडी|कोड))?)"
)
# Six digits together, in two or three groups, or one by one; no part of a longer number, an amount or a date.
_SIX_DIGITS = re.compile(
    r"(?<!\d)(?<!\d[-/.,: ])(?<![₹$])(?:\d{6}|\d{3}[ -]\d{3}(?![ -]?\d)|\d\d \d\d \d\d(?! ?\d)|\d(?: \d){5}(?! ?\d))"
    r"(?![A-Z\d_])(?![-/.,:]\d)(?! ?/-)"
)
_LONGEST_GAP = 48
_NO_ID = re.compile(r"(?:RS|INR|RUPEES|AMOUNT|PIN|PINCODE|OTP|CAPTCHA|रु|रुपये|राशि|पिन|ओटीपी)[\s.:=₹-]*\Z")
_NO_ID_WIDTH = 16
_OF_SOMEBODY = re.compile(r"\s{0,2}(?:OF|FOR)\s[^\d.,;!?।\n]{1,36}(?:\sIS\s?|:\s?|\s-\s?)")
_CELLS = re.compile(r"\s*[|•·;,\t]\s*|\s{2,}|\s[-–—/]\s")
_LONE = re.compile(r"\(?(\d{6}|\d{3} \d{3})\)?\.?")


@dataclass(frozen=True, slots=True)
class EmployeeIds:
    """Six digits that may be an Employee ID.

    `named` are called so by the words beside them; `lone` stand by themselves in a line below the name.
    """

    named: tuple[str, ...] = ()
    lone: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """Every candidate, the likelier ones first."""
        return tuple(dict.fromkeys((*self.named, *self.lone)))


def find_employee_ids(own_words: str, signature: str) -> EmployeeIds:
    """Return what may be an Employee ID in what the sender says and in what stands below it."""
    named = dict.fromkeys((*_named_ids(own_words), *_named_ids(signature)))
    lone = dict.fromkeys(digits for digits in _lone_ids(signature) if digits not in named)
    return EmployeeIds(tuple(named)[:MOST_IDS], tuple(lone)[:MOST_IDS])


def confirm_employee_id(ids: EmployeeIds, known: Known) -> str:
    """Return the one candidate that the directory has, or an empty string.

    A number that nothing names counts only as the sender's own, or when the directory does not know the sender.
    """
    in_directory = {person.employee_id for person in known.employees}
    named = [digits for digits in ids.named if digits in in_directory]
    if named:
        return named[0] if len(named) == 1 else ""
    own = known.person.employee_id if known.person else ""
    lone = [digits for digits in ids.lone if digits in in_directory and own in {"", digits}]
    return lone[0] if len(lone) == 1 else ""


def choose_mobile(phones: Sequence[Phone]) -> str | None:
    """Return the mobile number of the sender: one that he calls his own, the one below his name, or the only one."""
    others = {phone.number for phone in phones if _is_anothers(phone)}
    free = [phone for phone in phones if phone.number not in others]
    called_own = [phone for phone in free if not phone.in_signature and not OWN_WORDS.isdisjoint(_words_of(phone))]
    signed = [phone for phone in free if phone.in_signature]
    for choice in (called_own, signed):
        if choice:
            return choice[0].number
    numbers = list(dict.fromkeys(phone.number for phone in free))
    return numbers[0] if len(numbers) == 1 else None


def _words_of(phone: Phone) -> list[str]:
    return fold(phone.before.lower().replace("a/c", "account")).split()


def _is_anothers(phone: Phone) -> bool:
    """Tell whether the words before a number give it to somebody else; below a name only the last word counts."""
    words = _words_of(phone)
    return not OTHERS.isdisjoint(words[-1:] if phone.in_signature else words)


def _named_ids(text: str) -> list[str]:
    """Return the numbers that a label names: the one after it, or else the one before it."""
    words = plain(text[:LONGEST_TEXT])
    marks = [(match.start(), match.end(), "") for match in _ID_LABEL.finditer(words)]
    if not marks:
        return []
    marks += [
        (match.start(), match.end(), re.sub(r"[ -]", "", match.group()))
        for match in _SIX_DIGITS.finditer(words)
        if not _NO_ID.search(words[max(0, match.start() - _NO_ID_WIDTH) : match.start()])
    ]
    marks.sort()
    found: list[str] = []
    used = -1
    for position, (start, end, digits) in enumerate(marks):
        if digits:
            continue
        following = marks[position + 1] if position + 1 < len(marks) else (0, 0, "")
        before = marks[position - 1] if position else (0, 0, "")
        if following[2] and _leads_to(words[end : following[0]][: _LONGEST_GAP + 1]):
            found.append(following[2])
            used = following[0]
        elif before[2] and before[0] != used and _follows(words[before[1] : start][: _LONGEST_GAP + 1]):
            found.append(before[2])
    return found


def _leads_to(gap: str) -> bool:
    """Tell whether what stands between a label and a number only connects them."""
    if len(gap) > _LONGEST_GAP or gap.count("\n") > 1:
        return False
    return all(word in AFTER_LABEL for word in fold(gap).split()) or _OF_SOMEBODY.fullmatch(gap) is not None


def _follows(gap: str) -> bool:
    """Tell whether a number is named by the label after it: "123456 is my employee id"."""
    is_near = len(gap) <= _LONGEST_GAP and not any(mark in gap for mark in ".,;:!?।\n|")
    return is_near and all(word in BEFORE_LABEL for word in fold(gap).split())


def _lone_ids(signature: str) -> list[str]:
    """Return six digits that are all of a line, or all between two marks, and no postal code."""
    found, above = [], ""
    lines = [line.strip(" \t*_") for line in plain(signature[:LONGEST_TEXT]).split("\n") if line.strip()]
    for line in lines[:_SIGNATURE_LINES]:
        cells = [cell.strip() for cell in _CELLS.split(line[:200])]
        for position, cell in enumerate(cells):
            match = _LONE.fullmatch(cell)
            beside = cells[position - 1] if position else above
            if match and not set(fold(beside).split()) & PLACES:
                found.append(match.group(1).replace(" ", ""))
        above = line
    return found
