"""Timers that are due, with the ticket each belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from mailbot.adapters.store.engine import reading
from mailbot.adapters.store.knowledge import find_requester
from mailbot.adapters.store.rows import TICKET_COLUMNS, ticket_of
from mailbot.adapters.store.tables import tickets, timers
from mailbot.domain.timers import TimerKind
from mailbot.remind import DueTimer

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Engine


def find_due_timers(engine: Engine, now: datetime, limit: int) -> list[DueTimer]:
    """Return timers whose time has come, oldest first."""
    columns = (timers.c.id.label("timer_id"), timers.c.kind, timers.c.due_at, *TICKET_COLUMNS)
    query = select(*columns).join(tickets).where(timers.c.due_at <= now).order_by(timers.c.due_at).limit(limit)
    with reading(engine) as connection:
        due = []
        for row in connection.execute(query).mappings().all():
            ticket = ticket_of(row)
            requester = find_requester(connection, ticket)
            due.append(DueTimer(row["timer_id"], TimerKind(row["kind"]), row["due_at"], ticket, requester))
        return due
