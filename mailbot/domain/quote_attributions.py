"""The line above a quote that says whose words follow: "On Monday Ramesh wrote:", in the languages and shapes in use.

Every check looks at a handful of lines of bounded length, so that a hostile mail costs no more than a long one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mailbot.domain.quote_lines import LONGEST_LINE, TIME, is_marked
from mailbot.domain.quote_words import ABOVE_THIS_LINE, STARTERS, WROTE, WROTE_BEFORE_NAME, WROTE_WEAK
from mailbot.domain.text import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

_LINES = 4
_ENDS = (":", "：")
_CLOSED = (*_ENDS, "-", "*", "_")
_DRAWN = " \u00a0\u202f:：.-–—*_"
_FIRST_WORD = re.compile(r"\W*(\w[^\s,]*)")
_NUMBER = re.compile(r"\d{1,4}(?![a-zA-Z@\d])")
_DATE = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|(?<!\d)\d{1,2}[./-]\d{1,2}[./-]\d{2,4}(?!\d)")
_GMT = re.compile(r"20\d\d-\d\d-\d\d \d\d?:\d\d GMT[+-]\d\d:\d\d\b")
_POSTED = re.compile(r"posted by .{1,80} on \d\d/\d\d/\d{4}$", re.IGNORECASE)
_WROTE_WITHIN = re.compile(f" (?:{'|'.join(map(re.escape, WROTE_BEFORE_NAME))}) ")
_DAY = re.compile(r"On (?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6}, |\d{1,4}[./-]\d{1,2}[./-]\d{1,4})")
_SENTENCE_ENDS = (". ", "? ", "! ", "। ", ": ")
_ENGLISH = ("wrote:", "sent:")


def may_share_lines(text: str) -> bool:
    """Tell whether `split_shared_line` has to look at the lines of a text; most texts give it nothing to do."""
    folded = text.lower()
    return any(words in folded for words in _ENGLISH) or any(words in folded for words in ABOVE_THIS_LINE)


def split_shared_line(line: str) -> list[str]:
    """Return a line on which the answer, the attribution and the quote stand together as several lines."""
    if len(line) > LONGEST_LINE or is_marked(line):
        return [line]
    folded = line.lower()
    if any(words in folded for words in ABOVE_THIS_LINE):
        place = min(folded.find(words) for words in ABOVE_THIS_LINE if words in folded)
        cut = max(line.rfind(end, 0, place) for end in _SENTENCE_ENDS) + 1
        return [*_split_attribution(line[:cut]), line[cut:]] if line[:cut].strip() else [line]
    head, wrote, quoted = line.partition("wrote:>")
    return [*_split_attribution(head + "wrote:"), f">{quoted}"] if wrote else _split_attribution(line)


def _split_attribution(line: str) -> list[str]:
    if not line.rstrip().endswith(_ENGLISH):
        return [line]
    found = max(line.rfind(" On "), line.rfind("-On ")) + 1
    head = line[:found].rstrip()
    bare = head.rstrip("- ") if head.endswith("--") else head
    return [bare, line[len(bare) :].strip()] if bare and _DAY.match(line, found) else [line]


def find_attribution(lines: Sequence[str], last: int) -> int:
    """Return the first line of a "On ... wrote:" that ends at line `last`, or -1.

    Mail programs wrap it over up to four lines. Without quote marks below it must name a time, an address, or a date
    at its beginning.
    """
    end = lines[last].strip()
    if not end or len(end) > LONGEST_LINE or is_marked(end) or not _may_end(end):
        return -1
    marked = _next_is_marked(lines, last + 1)
    joined = ""
    for first in range(last, max(-1, last - _LINES), -1):
        line = lines[first].strip()
        if not line or len(line) > LONGEST_LINE or is_marked(line):
            return -1
        joined = f"{line} {joined}".rstrip()
        if _is_attribution(joined, line, marked=marked):
            return _with_first_line(lines, first)
    return -1


def starts_attribution(line: str) -> bool:
    """Tell whether the line begins as an attribution does: with a number, a weekday, or "On" in some language."""
    match = _FIRST_WORD.match(line)
    if match is None:
        return False
    word = match.group(1)
    return _NUMBER.match(word) is not None or fold(word) in STARTERS


def _may_end(end: str) -> bool:
    if end.endswith((*_CLOSED, ">")) or end.lower().endswith(WROTE):
        return True
    return (end[-1].isdecimal() and _POSTED.search(end) is not None) or _GMT.match(end) is not None


def _is_attribution(text: str, first: str, *, marked: bool) -> bool:
    """Tell whether joined lines are an attribution; the less they say, the more must stand around them."""
    address = "@" in text
    named = address or TIME.search(text) is not None
    dated = _DATE.search(text) is not None
    bare = text.rstrip(_DRAWN).lower()
    if not (named or dated or marked or " via " in bare):
        return False
    closed = text.endswith(_CLOSED)
    if bare.endswith(WROTE):
        if not closed:
            return named and dated and starts_attribution(first)
        return named or marked or " via " in bare or (dated and starts_attribution(first))
    if bare.endswith(WROTE_WEAK):
        return closed and named and starts_attribution(first)
    if closed and _WROTE_WITHIN.search(bare):
        return marked or address or ((named or dated) and starts_attribution(first))
    return _is_date_and_address(text, first, marked=marked, named=named)


def _is_date_and_address(text: str, first: str, *, marked: bool, named: bool) -> bool:
    """Tell whether joined lines are an attribution without a verb, or with one in a language not listed."""
    if _POSTED.search(text.rstrip(_DRAWN)):
        return True
    timed = _has_timed_address(text)
    ended = text.endswith(_ENDS)
    if (_GMT.match(text) or (timed and text.rstrip(_DRAWN).endswith(">"))) and starts_attribution(first):
        return marked or ended
    return marked and named and ended and (timed or starts_attribution(first))


def _has_timed_address(text: str) -> bool:
    """Tell whether a date or a time of day stands before an address in angle brackets, in whatever language.

    Gmail wrote for years "2014-10-17 11:28 GMT+03:00 Desk <desk@tax.example>:".
    """
    opened = text.rfind("<")
    address = text[opened + 1 : text.find(">", opened)] if opened >= 0 else ""
    if "@" not in address:
        return False
    return TIME.search(text, 0, opened) is not None or _DATE.search(text, 0, opened) is not None


def _with_first_line(lines: Sequence[str], found: int) -> int:
    """Return where a wrapped attribution begins: on the line that starts like one and has a date, above the found."""
    if starts_attribution(lines[found]):
        return found
    for first in range(found - 1, max(-1, found - _LINES), -1):
        line = lines[first]
        if not line.strip() or len(line) > LONGEST_LINE or is_marked(line):
            break
        if starts_attribution(line) and (TIME.search(line) or _DATE.search(line)):
            return first
    return found


def _next_is_marked(lines: Sequence[str], first: int) -> bool:
    following = next((line for line in lines[first : first + _LINES] if line.strip()), "")
    return is_marked(following)
