"""Sets of UIDs as they travel in commands and answers (RFC 9051 9, sequence-set; RFC 4315, COPYUID)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mailbot.ports import find_runs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# Servers limit a command line; RFC 7162 4 asks them for 8,192 bytes, and older ones take less.
LONGEST = 1_000
MOST_MAILS = 2_000

_COPYUID = re.compile(rb"\d+ ([\d:,]+) [\d:,]+")


def sequences(uids: Sequence[int]) -> Iterator[str]:
    """Yield sets that name all these UIDs, such as "4:2003,2007", each short enough and of not too many mails."""
    parts: list[str] = []
    length = mails = 0
    for first, last in _short_runs(uids):
        part = str(first) if first == last else f"{first}:{last}"
        if parts and (length + len(part) >= LONGEST or mails + last - first >= MOST_MAILS):
            yield ",".join(parts)
            parts, length, mails = [], 0, 0
        parts.append(part)
        length += len(part) + 1
        mails += last - first + 1
    if parts:
        yield ",".join(parts)


def copied_uids(codes: Sequence[bytes | None]) -> set[int]:
    """Return the UIDs that a COPYUID names as copied, such as b"38505 304,319:320 3956:3958"; none without one."""
    uids: set[int] = set()
    for code in codes:
        found = _COPYUID.fullmatch(code or b"")
        for part in found[1].decode().split(",") if found else ():
            first, _, last = part.partition(":")
            if first:
                low, high = sorted((int(first), int(last or first)))
                uids.update(range(low, min(high, low + MOST_MAILS) + 1))
    return uids


def _short_runs(uids: Sequence[int]) -> Iterator[tuple[int, int]]:
    for first, last in find_runs(uids):
        for start in range(first, last + 1, MOST_MAILS):
            yield start, min(last, start + MOST_MAILS - 1)
