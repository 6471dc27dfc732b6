"""Cuts a reply out of a mail: what is new, what is quoted, what is signature. Work grows with the length, never faster.

When in doubt a line is new: a quote too much is a nuisance, a lost sentence is a broken promise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from mailbot.domain.quote_attributions import find_attribution, may_share_lines, split_shared_line
from mailbot.domain.quote_lines import (
    LONGEST_LINE,
    TIME,
    header_block_length,
    is_device_line,
    is_marked,
    is_original_line,
    is_rule,
)
from mailbot.domain.quote_signatures import Kind, mark_signatures

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST_TEXT = 1_000_000
MOST_LINES = 100_000
_RULE_DISTANCE = 6
_COLONS = (":", "：")
_BELOW = frozenset({Kind.SIGNATURE, Kind.FAREWELL})
_EMPTY_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Cut:
    """A mail in its three kinds of text; together they hold every line of it.

    The reply keeps the sender's farewell and name, and quoted lines that new text answers further down. `doubtful`
    tells that more was kept than is surely new.
    """

    reply: str
    quoted: str
    signature: str
    doubtful: bool = False


def cut_reply(text: str) -> Cut:
    """Cut a readable body into new text, quoted text and signature; what is beyond the limits is quoted."""
    head, rest = _limit(text)
    lines, kinds, doubtful = _mark(head)
    shown = _find_shown(lines, kinds)
    reply = _join(lines, shown)
    quoted = {Kind.MARKED, Kind.QUOTED}
    left = [not show for show in shown]
    quoted_text = _join(lines, [hidden and kind in quoted for hidden, kind in zip(left, kinds, strict=True)])
    signature = _join(lines, [hidden and kind not in quoted for hidden, kind in zip(left, kinds, strict=True)])
    return Cut(reply, f"{quoted_text}\n{rest}".strip() if rest else quoted_text, signature, doubtful)


def find_own_words(reply: str) -> str:
    """Return what of a reply its sender says now: no quoted line and no farewell, in which no command may stand.

    Words that stand only in a signature are kept when there are no others.
    """
    lines, kinds, _ = _mark(_limit(reply)[0])
    own = _join(lines, [kind is Kind.NEW for kind in kinds])
    own = own or _join(lines, [kind in _BELOW for kind in kinds])
    return _EMPTY_LINES.sub("\n\n", own)


def find_farewell(reply: str) -> str:
    """Return what stands below the words of a reply: the farewell, the name, and what else a signature holds."""
    lines, kinds, _ = _mark(_limit(reply)[0])
    return _join(lines, [kind in _BELOW for kind in kinds])


def _limit(text: str) -> tuple[str, str]:
    """Return the text that is looked at, and what is beyond a million characters or a hundred thousand lines."""
    head = text[:LONGEST_TEXT]
    if head.count("\n") > MOST_LINES:
        head = "\n".join(head.split("\n", MOST_LINES)[:MOST_LINES])
    return head, text[len(head) :]


def _split(text: str) -> list[str]:
    lines = text.replace("\r\n", "\n").split("\n")
    return [part for line in lines for part in split_shared_line(line)] if may_share_lines(text) else lines


@lru_cache(maxsize=2)  # several rules ask about the mail in hand, one after the other
def _mark(text: str) -> tuple[Sequence[str], Sequence[Kind], bool]:
    """Return the lines of a text with the kind of each, and whether that is doubtful."""
    lines = _split(text)
    kinds, doubtful = _mark_quotes(lines)
    mark_signatures(lines, kinds)
    return lines, kinds, doubtful


def _find_shown(lines: Sequence[str], kinds: Sequence[Kind]) -> list[bool]:
    """Tell of each line whether it is part of the reply.

    Quoted lines above an answer stay in their place, as do the answers between them; only when one attributed quote
    stands above everything new is it no more than what is answered. A farewell is no answer to the quote above it.
    Marked lines that the sender announces ("The error is:") are no quote of a mail and stay as well.
    """
    own = {Kind.NEW, Kind.FAREWELL}
    filled = [(i, kinds[i]) for i, line in enumerate(lines) if line.strip()]
    new = [i for i, kind in filled if kind in own]
    if not new:
        only_marked = bool(filled) and all(kind is Kind.MARKED for _, kind in filled)
        return [only_marked and kind in {Kind.MARKED, Kind.NEW} for kind in kinds]
    leading = filled[0][1] is Kind.QUOTED and not any(kind is Kind.MARKED and i > new[0] for i, kind in filled)
    last = new[0] if leading else max((i for i in new if kinds[i] is Kind.NEW), default=new[-1])
    below = [(i, kind) for i, kind in filled if i > last]
    if below and not leading and _is_evidence(lines, last, below):
        last = next((i for i, kind in below if kind is not Kind.MARKED), len(lines))
    return [
        (kind in own and (not leading or i >= new[0])) or (kind is Kind.MARKED and i < last and not leading)
        for i, kind in enumerate(kinds)
    ]


def _is_evidence(lines: Sequence[str], last: int, below: Sequence[tuple[int, Kind]]) -> bool:
    """Tell whether the marked lines below the last new one are the sender's own, not the mail that is answered.

    The sender announces them, or that mail stands under its attribution further down. With an address or a time a line
    does not announce, but names whom it quotes.
    """
    line, first = lines[last].rstrip(), lines[below[0][0]].rstrip()
    if below[0][1] is not Kind.MARKED or first.endswith(_COLONS):
        return False
    announced = line.endswith(_COLONS) and "@" not in line and TIME.search(line[:LONGEST_LINE]) is None
    return announced or any(kind is Kind.QUOTED for _, kind in below)


def _mark_quotes(lines: Sequence[str]) -> tuple[list[Kind], bool]:
    """Give every line its kind, with separators as part of what they separate, and tell whether it is doubtful."""
    kinds = [Kind.NEW] * len(lines)
    fresh: list[int] = []
    doubtful = False
    last_marked = max((i for i, line in enumerate(lines) if is_marked(line)), default=-1)
    index = 0
    while index < len(lines):
        if is_marked(lines[index]):
            kinds[index] = Kind.MARKED
        elif (first := find_attribution(lines, index)) >= 0:
            while fresh and fresh[-1] >= first:
                fresh.pop()
            _fill(kinds, first, index + 1)
            # With nothing new above and no quote marks below, the answer must stand below.
            if not _goes_on_marked(lines, index + 1):
                if fresh:
                    _fill(kinds, first, len(lines))
                    break
                doubtful = True
        elif end := _separated_end(lines, index, last_marked, above=bool(fresh)):
            _fill(kinds, _with_rules_before(lines, index), end)
            index = end - 1
        elif lines[index].strip() and not is_device_line(lines[index]):
            fresh.append(index)
        index += 1
    return kinds, doubtful


def _separated_end(lines: Sequence[str], index: int, last_marked: int, *, above: bool) -> int:
    """Return the line after what a separator that begins here sets aside, or 0: everything below, unless it is marked.

    Of marked lines the separator alone is set aside, as answers may stand between them. Where there is one stretch of
    them below new text, a mail was handed on whole, and it goes too.
    """
    end = _separator_end(lines, index, above=above)
    if not end:
        return 0
    if not _goes_on_marked(lines, end):
        return len(lines)
    return last_marked + 1 if above and _is_marked_until(lines, end, last_marked) else end


def _separator_end(lines: Sequence[str], index: int, *, above: bool) -> int:
    """Return the line after a separator that begins here, or 0."""
    if is_original_line(lines[index]):
        following = next((i for i in range(index + 1, min(index + 4, len(lines))) if lines[i].strip()), None)
        block = header_block_length(lines, following, above=above) if following is not None else 0
        return following + block if following is not None and block else index + 1
    block = header_block_length(lines, index, above=above)
    return index + block if block else 0


def _with_rules_before(lines: Sequence[str], index: int) -> int:
    """Return where the rule begins that a mail program drew above a separator."""
    first = index
    while first > 0 and index - first < _RULE_DISTANCE and _is_gap(lines[first - 1]):
        first -= 1
    return first


def _is_gap(line: str) -> bool:
    """Tell whether the line is empty, or a rule of any length; above a separator a short one belongs to it."""
    return not line.strip() or is_rule(line) or line.strip() == "---"


def _is_marked_until(lines: Sequence[str], first: int, last: int) -> bool:
    """Tell whether nothing but marked and empty lines stands between two lines."""
    return all(is_marked(lines[i]) or not lines[i].strip() for i in range(first, last))


def _goes_on_marked(lines: Sequence[str], first: int) -> bool:
    """Tell whether quote marks follow, so that lines without them are answers between the quotes or below."""
    index = first
    while index < len(lines) and not lines[index].strip():
        index += 1
    return index < len(lines) and is_marked(lines[index])


def _fill(kinds: list[Kind], first: int, end: int) -> None:
    kinds[first:end] = [Kind.QUOTED] * (end - first)


def _join(lines: Sequence[str], wanted: Sequence[bool]) -> str:
    """Join the wanted lines as they stand; where words were taken out between two of them, one empty line stays."""
    kept: list[str] = []
    gap = False
    for line, want in zip(lines, wanted, strict=True):
        if not want:
            gap = gap or bool(line.strip())
            continue
        if gap and not line.strip() and kept and not kept[-1].strip():
            continue
        if gap and line.strip():
            if kept and kept[-1].strip() and not is_marked(line):
                kept.append("")
            gap = False
        kept.append(line.rstrip())
    return "\n".join(kept).strip()
