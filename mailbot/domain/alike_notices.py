"""What the IT section reads of tickets that look like a new one, and how to tie them; no officer reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailbot.domain.letter import Notice
from mailbot.domain.ticket import Status

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mailbot.domain.desk import Desk
    from mailbot.domain.likeness import LookAlike

# As many numbers as a sentence can hold.
MOST_NAMED = 5
_OPEN = frozenset({Status.NEW, Status.IN_PROGRESS, Status.WAITING})


def alike_notices(alike: Sequence[LookAlike], desk: Desk, now: datetime) -> tuple[Notice, ...]:
    """Return how many tickets look like a new one since when, and the line that ties them; `alike` is oldest first."""
    if not alike:
        return ()
    return (_told(alike, desk, now), *_tie(alike))


def _told(alike: Sequence[LookAlike], desk: Desk, now: datetime) -> Notice:
    since = alike[0].opened_at
    is_today = since.astimezone(desk.timezone).date() == now.astimezone(desk.timezone).date()
    # Where as many were found as are compared, there may be more.
    count = f"{len(alike)}{'+' if len(alike) >= desk.similar.most_candidates else ''}"
    numbers = [one.number for one in alike[:MOST_NAMED]]
    named = ", ".join((*numbers, "…") if len(alike) > MOST_NAMED else numbers)
    return Notice("alike_today" if is_today else "alike", count, named, at=since)


def _tie(alike: Sequence[LookAlike]) -> tuple[Notice, ...]:
    """Return the line that ties a new ticket to those that are open: to their parent, or else to the oldest of them."""
    still_open = [one for one in alike if one.status in _OPEN]
    if not still_open:
        return ()
    parent = next((one.parent for one in still_open if one.parent), "")
    leading = parent or still_open[0].number
    others = [one.number for one in still_open if not one.parent and one.number != leading][:MOST_NAMED]
    line = f"{leading}: {' '.join(others)}" if others else ""
    return (Notice("alike_parent" if parent else "alike_tie", leading, line),)
