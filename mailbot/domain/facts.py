"""Facts that a mail names, such as a GSTIN or an error code: found in its words, kept with the ticket, searched later.

Only what can be told from its form, its check character or the word beside it is a fact; a near miss is none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST_FACTS = 30
LONGEST_TEXT = 100_000
LONGEST_FACT = 60


class FactKind(StrEnum):
    """What a fact is."""

    GSTIN = "gstin"
    ARN = "arn"
    TIN = "tin"
    EWAY_BILL = "eway_bill"
    CPIN = "cpin"
    PAN = "pan"
    RETURN = "return"
    FORM = "form"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact; `value` is in capitals, with digits 0 to 9 and without blanks."""

    kind: FactKind
    value: str


_DEVANAGARI = str.maketrans("०१२३४५६७८९", "0123456789")
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_STATES = frozenset((*(f"{number:02}" for number in range(1, 39)), "97", "99"))
_START, _END = r"(?<![A-Z0-9])", r"(?![A-Z0-9])"
# The digits may stand in groups; the fourth letter of a PAN says what its holder is.
_PAN = r"[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]"
_GSTIN = rf"(?P<gstin>\d\d[ -]?{_PAN}[ -]?[1-9A-Z][ -]?[A-Z0-9][ -]?[A-Z0-9])"
_ARN = r"(?P<arn>[A-Z]{2}\d{12}[A-Z0-9])"
_RETURN = (
    r"(?P<return>(?:GSTR|जीएसटीआर)[ _-]?"
    r"(?:[1-9][ -]?(?:ए|बी|सी)|1[01](?!\d)|9[ -]?[AC]|[145678][ -]?A|2[ -]?[ABX]|3[ -]?B|[1-9](?!\d))"
    r"|(?:CMP|ITC)[ _-]?0[48])"
)
_FORM = r"(?P<form>(?:ADT|APL|ASMT|CMP|DRC|ENR|EWB|INS|ITC|MOV|PMT|RFD|REG|SPL|TRAN)[ _-]?\d\d[A-Z]?)"
# Codes of the portals, of Oracle, Windows and the browsers. Others count beside the word "error".
_CODE = (
    r"(?P<error>(?:RET|RTN|LG|LGN|SWEB|AUTH|GEN|SYS|REG|RFD|PMT|EWB|EINV|IRN|DSC|EVC|TP|CMP|LDG)[_-]?\d{4,8}"
    r"|RT-\d?[A-Z]{2,5}\d{3,5}"
    r"|(?:ORA|TNS|PLS|FRM|JBO|SP2)-\d{4,5}"
    r"|0X[0-9A-F]{4,16}"
    r"|(?:ERR|DNS_PROBE|SSL_ERROR)_[A-Z_]{4,48})"
)
_NAMED = (
    r"(?<![A-Z])(?:ERROR|ERR|त्रुटि|एरर)(?:[ -]?(?:CODE|NO|NUMBER|ID|कोड|संख्या|नंबर|क्रमांक))?[ .:=#(–-]{0,4}"
    rf"(?:IS |HAI |है )?(?P<named>[A-Z]{{0,6}}[_-]?\d{{3,8}}){_END}(?!:?[-/.:,]?\d)"
)
_HTTP = (
    r"(?<![A-Z])HTTP(?:S|/\d(?:\.\d)?)?[ -]?(?:STATUS|ERROR)?[ -]?(?:CODE)?[ :=–-]{0,3}(?P<http>[45]\d\d)(?![\d.:]?\d)"
    r"|(?<![\d.,/-])(?P<status>[45]\d\d)[ :–-]{1,3}(?:INTERNAL SERVER ERROR|BAD GATEWAY"
    r"|SERVICE (?:TEMPORARILY )?UNAVAILABLE|GATEWAY TIME-?OUT|NOT FOUND|FORBIDDEN|UNAUTHORI[SZ]ED|BAD REQUEST|ERROR)"
)
# One look to the left serves all that are words of their own.
_ALONE = "|".join((_GSTIN, _ARN, _RETURN, _CODE, _FORM, rf"(?P<pan>{_PAN})"))
_PATTERN = re.compile(rf"{_START}(?:{_ALONE}){_END}|{_NAMED}|{_HTTP}", re.ASCII)
# Long numbers say what they are only by the word beside them; the nearest one counts, and many are none of ours.
_WORDS_AND_NUMBERS = re.compile(
    r"(?<![A-Z])(?:(?P<eway_bill>E[ -]?WAY[ -]?BILL|EWB|ई[ -]?वे[ -]?बिल)|(?P<tin>TIN(?![A-Z])|टिन)"
    r"|(?P<cpin>CPIN|CHALL?AN|सीपीआईएन|चालान)"
    r"|(?P<other>AADHA?AR|आधार|MOB|PHONE|CALL|CONTACT|मोबाइल|फोन|A/C|ACCOUNT|खाता|UTR|BRN|TRANSACTION|TXN|ACK|INVOICE|ORDER))"
    r"|(?<![\w.,/+-])(?P<number>\d(?:[ -]?\d){10,13})(?![ -]?\d)(?![A-Z_])(?![.,]\d)"
)
# Every fact holds a digit, or like DNS_PROBE_POSSIBLE an underscore; most lines of a mail hold neither.
_MARK_OF_FACT = re.compile(r"[\d_]")
_LENGTHS = {FactKind.TIN: 11, FactKind.EWAY_BILL: 12, FactKind.CPIN: 14}
_NEAR_BEFORE, _NEAR_AFTER = 80, 25
_BLANKS = re.compile(r"[ \-_]")
_HINDI_RETURN = (("जीएसटीआर", "GSTR"), ("बी", "B"), ("सी", "C"), ("ए", "A"))
_RETURN_PARTS = re.compile(r"(GSTR|CMP|ITC)(.*)", re.ASCII)
_FORM_PARTS = re.compile(r"([A-Z]+?)(\d\d[A-Z]?)", re.ASCII)
_PORTAL_CODE = re.compile(r"(?!ORA|TNS|PLS|FRM|JBO|RT)([A-Z]+)[-_]?(\d+)", re.ASCII)
_HTTP_CODES = frozenset({"400", "401", "403", "404", "408", "429", "500", "501", "502", "503", "504"})
_MONTHS = frozenset(f"{month:02}" for month in range(1, 13))


def find_facts(texts: Iterable[str]) -> tuple[Fact, ...]:
    """Return the facts in these texts, each once, in their order, at most thirty."""
    found = (fact for text in texts for fact in _facts_of(plain(text[:LONGEST_TEXT])))
    return tuple(islice(dict.fromkeys(found), MOST_FACTS))


def search_values(wanted: str) -> tuple[str, ...]:
    """Return the values that a person may mean who searches for this: "gstr3b" is GSTR-3B, "500" also HTTP 500."""
    text = plain(wanted).strip()
    values = [fact.value for fact in find_facts((wanted,))]
    bare = _BLANKS.sub("", text)
    return tuple(dict.fromkeys((*values, text, bare, f"HTTP {bare}")))


def plain(text: str) -> str:
    """Return a text in capitals, with the digits of Devanagari as 0 to 9."""
    return text.translate(_DEVANAGARI).upper()


def gstin_check_character(body: str) -> str:
    """Return the fifteenth character for the first fourteen (capitals and digits): Luhn's rule to the base of 36."""
    total = 0
    for position, character in enumerate(body):
        product = _DIGITS.index(character) * (1 + position % 2)
        total += product // 36 + product % 36
    return _DIGITS[-total % 36]


def _facts_of(text: str) -> Iterator[Fact]:
    lines = [line for line in text.split("\n") if _MARK_OF_FACT.search(line)]
    for match in _PATTERN.finditer("\n".join(lines)):
        group = match.lastgroup or ""
        fact = _READERS[group](match.group(group))
        if fact is not None:
            yield fact
    for line in lines:
        yield from _long_numbers(line)


def _long_numbers(line: str) -> Iterator[Fact]:
    """Yield the numbers of a line that a word nearby explains: the last one before it, or else the next one after."""
    word, word_end = "", -_NEAR_BEFORE
    waiting: tuple[str, int] | None = None
    for match in _WORDS_AND_NUMBERS.finditer(line):
        group = match.lastgroup or ""
        if group != "number":
            word, word_end = group, match.end()
            if waiting is not None and match.start() - waiting[1] <= _NEAR_AFTER:
                yield from _explained(group, waiting[0])
            waiting = None
            continue
        digits = _BLANKS.sub("", match.group())
        waiting = None
        if word and match.start() - word_end <= _NEAR_BEFORE:
            yield from _explained(word, digits)
        else:
            waiting = (digits, match.end())


def _explained(word: str, digits: str) -> Iterator[Fact]:
    if word != "other" and len(digits) == _LENGTHS[FactKind(word)]:
        yield Fact(FactKind(word), digits)


def _gstin(written: str) -> Fact | None:
    value = _BLANKS.sub("", written)
    is_real = value[:2] in _STATES and gstin_check_character(value[:14]) == value[14]
    return Fact(FactKind.GSTIN, value) if is_real else None


def _arn(written: str) -> Fact | None:
    """ARN: two letters, the state, month and year, six digits, a check character."""
    return Fact(FactKind.ARN, written) if written[2:4] in _STATES and written[4:6] in _MONTHS else None


def _return(written: str) -> Fact | None:
    for hindi, latin in _HINDI_RETURN:
        written = written.replace(hindi, latin)
    match = _RETURN_PARTS.fullmatch(_BLANKS.sub("", written))
    return Fact(FactKind.RETURN, f"{match.group(1)}-{match.group(2)}") if match else None


def _form(written: str) -> Fact | None:
    match = _FORM_PARTS.fullmatch(_BLANKS.sub("", written))
    return Fact(FactKind.FORM, f"{match.group(1)}-{match.group(2)}") if match else None


def _named(written: str) -> Fact | None:
    code = written.lstrip("-_")
    return _http(code) if code in _HTTP_CODES else _error(code)


def _error(written: str) -> Fact | None:
    """Write a code of the portals as they do: SWEB_9000, but RET191113."""
    code = _PORTAL_CODE.fullmatch(written)
    if code is None:
        return Fact(FactKind.ERROR, written)
    return Fact(FactKind.ERROR, f"{code.group(1)}{'_' if code.group(1) == 'SWEB' else ''}{code.group(2)}")


def _http(code: str) -> Fact | None:
    return Fact(FactKind.ERROR, f"HTTP {code}")


def _pan(written: str) -> Fact | None:
    return Fact(FactKind.PAN, written)


_READERS = {
    "gstin": _gstin,
    "arn": _arn,
    "return": _return,
    "form": _form,
    "error": _error,
    "named": _named,
    "http": _http,
    "status": _http,
    "pan": _pan,
}
