"""Whose turn a kept mail is: one address that sends very many mails waits until those of others are done."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, or_, select

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
_LATELY = select(func.count()).select_from(
    select(mails.c.id)
    .where(mails.c.sender == bindparam("sender"))
    .where(or_(mails.c.done_at.is_(None), mails.c.done_at > bindparam("since")))
    .limit(FEW)
    .subquery()
)


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
            seen[sender] = connection.execute(_LATELY, {"sender": sender, "since": now - HOUR}).scalar_one()
    return seen
