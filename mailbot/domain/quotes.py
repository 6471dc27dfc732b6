"""Cuts a reply out of a mail: what is new, what is quoted, what is signature. Work grows with the length, never faster.

When in doubt a line is new: a quote too much is a nuisance, a lost sentence is a broken promise.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from mailbot.domain.quote_lines import (
    find_attribution,
    header_block_length,
    is_closing,
    is_device_line,
    is_marked,
    is_original_line,
    is_rule,
    is_signature_mark,
    is_signature_text,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST_TEXT = 1_000_000
SIGNATURE_LINES = 6
FOOTER_LINES = 10


@dataclass(frozen=True, slots=True)
class Cut:
    """A mail in its three kinds of text; together they hold every line of it."""

    reply: str
    quoted: str
    signature: str


class _Kind(Enum):
    NEW = 1
    QUOTED = 2
    SIGNATURE = 3
    DEVICE = 4


def cut_reply(text: str) -> Cut:
    """Cut a readable body into new text, quoted text and signature; text beyond a million characters is quoted."""
    head, rest = text[:LONGEST_TEXT], text[LONGEST_TEXT:]
    lines = head.replace("\r\n", "\n").split("\n")
    kinds = _mark_quotes(lines)
    _mark_signatures(lines, kinds)
    reply = _collect(lines, kinds, {_Kind.NEW})
    if not reply:
        kinds = [_Kind.NEW if kind is _Kind.SIGNATURE else kind for kind in kinds]
        reply = _collect(lines, kinds, {_Kind.NEW})
    quoted = _collect(lines, kinds, {_Kind.QUOTED})
    signature = _collect(lines, kinds, {_Kind.SIGNATURE, _Kind.DEVICE})
    return Cut(reply, f"{quoted}\n{rest}".strip() if rest else quoted, signature)


def _mark_quotes(lines: Sequence[str]) -> list[_Kind]:
    """Give every line its kind, with separators as part of what they separate."""
    kinds = [_Kind.NEW] * len(lines)
    fresh: list[int] = []
    index = 0
    while index < len(lines):
        if is_marked(lines[index]):
            kinds[index] = _Kind.QUOTED
        elif (first := find_attribution(lines, index)) >= 0:
            while fresh and fresh[-1] >= first:
                fresh.pop()
            _fill(kinds, first, index + 1)
            # With nothing new above and no quote marks below, the answer must stand below.
            if fresh and not _goes_on_marked(lines, index + 1):
                _fill(kinds, first, len(lines))
                break
        elif end := _separator_end(lines, index):
            _fill(kinds, _with_rules_before(lines, index), end)
            if not _goes_on_marked(lines, end):
                _fill(kinds, index, len(lines))
                break
            index = end - 1
        elif lines[index].strip() and not is_device_line(lines[index]):
            fresh.append(index)
        index += 1
    return kinds


def _separator_end(lines: Sequence[str], index: int) -> int:
    """Return the line after a separator that begins here, or 0."""
    if is_original_line(lines[index]):
        following = next((i for i in range(index + 1, min(index + 4, len(lines))) if lines[i].strip()), None)
        block = header_block_length(lines, following) if following is not None else 0
        return following + block if following is not None and block else index + 1
    block = header_block_length(lines, index)
    return index + block if block else 0


def _with_rules_before(lines: Sequence[str], index: int) -> int:
    """Return where the rule begins that a mail program drew above a separator."""
    first = index
    while first > 0 and index - first < SIGNATURE_LINES and (not lines[first - 1].strip() or is_rule(lines[first - 1])):
        first -= 1
    return first


def _goes_on_marked(lines: Sequence[str], first: int) -> bool:
    """Tell whether quote marks follow, so that lines without them are answers between the quotes or below."""
    index = first
    while index < len(lines) and not lines[index].strip():
        index += 1
    return index < len(lines) and is_marked(lines[index])


def _fill(kinds: list[_Kind], first: int, end: int) -> None:
    kinds[first:end] = [_Kind.QUOTED] * (end - first)


def _mark_signatures(lines: Sequence[str], kinds: list[_Kind]) -> None:
    """Mark signatures at the end of each stretch of new text."""
    earlier = False
    for first, end in _stretches(kinds):
        filled = [i for i in range(first, end) if lines[i].strip()]
        for i in filled:
            if is_device_line(lines[i]):
                kinds[i] = _Kind.DEVICE
        start = _signature_start(lines, kinds, filled, earlier=earlier)
        for i in range(start, end) if start is not None else ():
            if kinds[i] is _Kind.NEW:
                kinds[i] = _Kind.SIGNATURE
        earlier = earlier or any(kinds[i] is _Kind.NEW for i in filled)


def _stretches(kinds: Sequence[_Kind]) -> list[tuple[int, int]]:
    """Return first line and end of each stretch of new text."""
    found: list[tuple[int, int]] = []
    for index, kind in enumerate(kinds):
        if kind != _Kind.NEW:
            continue
        if found and found[-1][1] == index:
            found[-1] = (found[-1][0], index + 1)
        else:
            found.append((index, index + 1))
    return found


def _signature_start(
    lines: Sequence[str], kinds: Sequence[_Kind], filled: Sequence[int], *, earlier: bool
) -> int | None:
    """Return the line where the signature of a stretch begins: after a mark, a rule, or a farewell with a name."""
    own = [i for i in filled if kinds[i] is _Kind.NEW]
    mark = next((i for i in own if is_signature_mark(lines[i])), None)
    before = [i for i in own if mark is None or i < mark]
    for position in range(max(0, len(before) - FOOTER_LINES - 1), len(before)):
        if is_rule(lines[before[position]]) and lines[before[position]].strip()[0] == "_" and (position or earlier):
            return before[position]
    for position in range(max(0, len(before) - SIGNATURE_LINES - 1), len(before)):
        following = before[position + 1 :]
        if not is_closing(lines[before[position]]) or not (position or earlier):
            continue
        if all(is_signature_text(lines[i]) or is_closing(lines[i]) for i in following):
            return before[position]
    return mark


def _collect(lines: Sequence[str], kinds: Sequence[_Kind], wanted: set[_Kind]) -> str:
    """Join the lines of these kinds; where something was taken out, one empty line stays."""
    kept: list[str] = []
    gap = False
    for line, kind in zip(lines, kinds, strict=True):
        if kind not in wanted:
            gap = True
            continue
        if gap and kept and kept[-1].strip() and line.strip():
            kept.append("")
        gap = False
        if line.strip() or (kept and kept[-1].strip()):
            kept.append(line.rstrip())
    return "\n".join(kept).strip()
