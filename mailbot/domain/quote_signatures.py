"""Where a signature begins in a stretch of new text: after a mark, a rule, a farewell, or with a legal notice."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from mailbot.domain.quote_lines import (
    is_closing,
    is_dashed_name,
    is_device_line,
    is_notice,
    is_placeholder,
    is_rule,
    is_signature_mark,
    is_signature_text,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SIGNATURE_LINES = 6
FOOTER_LINES = 10


class Kind(Enum):
    """What a line of a mail is.

    A farewell with the name below it is the sender's own; a signature was put there by a program. Device lines and
    placeholders of pictures stand alone, wherever they are.
    """

    NEW = 1
    MARKED = 2
    QUOTED = 3
    FAREWELL = 4
    SIGNATURE = 5
    DEVICE = 6


def mark_signatures(lines: Sequence[str], kinds: list[Kind]) -> None:
    """Mark signatures at the end of each stretch of new text."""
    earlier = False
    last_new = max((i for i, line in enumerate(lines) if kinds[i] is Kind.NEW and line.strip()), default=-1)
    for first, end in _stretches(kinds):
        filled = [i for i in range(first, end) if lines[i].strip()]
        for i in filled:
            if is_device_line(lines[i]) or is_placeholder(lines[i]):
                kinds[i] = Kind.DEVICE
        own = [i for i in filled if kinds[i] is Kind.NEW]
        if earlier or not _speaks_below_mark(lines, own):
            _mark_footer(lines, kinds, own, end, last=end > last_new, earlier=earlier)
        own = [i for i in own if kinds[i] is Kind.NEW]
        _mark_farewell(lines, kinds, own, earlier=earlier)
        earlier = earlier or any(kinds[i] is Kind.NEW for i in filled)


def _stretches(kinds: Sequence[Kind]) -> Iterator[tuple[int, int]]:
    """Yield first line and end of each stretch of new text."""
    found: list[tuple[int, int]] = []
    for index, kind in enumerate(kinds):
        if kind is not Kind.NEW:
            continue
        if found and found[-1][1] == index:
            found[-1] = (found[-1][0], index + 1)
        else:
            found.append((index, index + 1))
    yield from found


def _speaks_below_mark(lines: Sequence[str], own: Sequence[int]) -> bool:
    """Tell whether all that is new stands below a signature mark and says something: then it is no signature."""
    if not own or not is_signature_mark(lines[own[0]]):
        return False
    return any(" " in lines[i].strip() and not is_signature_text(lines[i]) for i in own[1:])


def _mark_footer(
    lines: Sequence[str], kinds: list[Kind], own: Sequence[int], end: int, *, last: bool, earlier: bool
) -> None:
    """Mark what programs put at the end of a stretch: below a mark, below a rule, or a legal notice."""
    start = _footer_start(lines, own, last=last, earlier=earlier)
    if start is None:
        return
    for i in range(start, end):
        if kinds[i] is Kind.NEW:
            kinds[i] = Kind.SIGNATURE


def _footer_start(lines: Sequence[str], own: Sequence[int], *, last: bool, earlier: bool) -> int | None:
    start = next((i for i in own if is_signature_mark(lines[i])), None)
    before = [i for i in own if start is None or i < start]
    notice = next((i for i in before if (i == before[0] or not lines[i - 1].strip()) and is_notice(lines[i])), None)
    if notice is not None and notice != before[0]:
        start = notice
        before = [i for i in before if i < notice]
    for position in range(max(0, len(before) - FOOTER_LINES - 1), len(before)):
        if is_rule(lines[before[position]]) and _is_footer(lines, before, position, last=last, earlier=earlier):
            start = before[position]
            before = before[:position]
            break
    if len(before) > 1 and is_dashed_name(lines[before[-1]]) and not lines[before[-2]].lstrip().startswith("-"):
        return before[-1]
    return start


def _is_footer(lines: Sequence[str], before: Sequence[int], position: int, *, last: bool, earlier: bool) -> bool:
    """Tell whether a rule stands above a footer: names and numbers follow, or at the end what a mailing list adds."""
    following = [lines[i] for i in before[position + 1 :]]
    listed = last and lines[before[position]].strip()[0] == "_"
    if listed and (earlier or any("@" in line or "://" in line for line in following)):
        return True
    return all(is_signature_text(line) or is_rule(line) or is_closing(line) for line in following)


def _mark_farewell(lines: Sequence[str], kinds: list[Kind], own: Sequence[int], *, earlier: bool) -> None:
    """Mark a farewell and the name below it; below a quote, where nothing else stands, it is a signature."""
    for position in range(max(0, len(own) - SIGNATURE_LINES - 1), len(own)):
        if not is_closing(lines[own[position]]) or not (position or earlier):
            continue
        if all(is_signature_text(lines[i]) or is_closing(lines[i]) for i in own[position + 1 :]):
            for i in own[position:]:
                kinds[i] = Kind.FAREWELL
            return
