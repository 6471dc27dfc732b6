"""Whose turn a kept mail is: one address that sends very many mails waits until those of others are done."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select

from mailbot.adapters.store.engine import reading
from mailbot.adapters.store.tables import mails

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Engine

HOUR = timedelta(hours=1)
# Nobody writes more by hand in an hour.
FEW = 30
FIRST, LAST = 0, 1


def find_turns(engine: Engine, senders: Sequence[str], now: datetime) -> list[int]:
    """Return for each of these new mails, in their order, whether it is among the first or the last to be handled."""
    seen = _count_lately(engine, set(senders) - {""}, now)
    turns = []
    for sender in senders:
        turns.append(LAST if seen[sender] >= FEW else FIRST)
        if sender:
            seen[sender] += 1
    return turns


def _count_lately(engine: Engine, senders: set[str], now: datetime) -> Counter[str]:
    """Count the mails of each sender that wait or were handled within the hour, up to what matters."""
    seen: Counter[str] = Counter()
    if not senders:
        return seen
    with reading(engine) as connection:
        for sender in sorted(senders):
            is_late = or_(mails.c.done_at.is_(None), mails.c.done_at > now - HOUR)
            few = select(mails.c.id).where(mails.c.sender == sender, is_late).limit(FEW).subquery()
            seen[sender] = connection.execute(select(func.count()).select_from(few)).scalar_one()
    return seen
