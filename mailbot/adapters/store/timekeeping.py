"""Timers that are due, with the ticket each belongs to; what was late; and what the clock said last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from mailbot.adapters.store.engine import reading, writing
from mailbot.adapters.store.kin import find_parts
from mailbot.adapters.store.people_rows import find_people, find_person, find_staff
from mailbot.adapters.store.rows import TICKET_COLUMNS, ticket_of
from mailbot.adapters.store.statements import chunks, upsert
from mailbot.adapters.store.tables import events, schedules, tickets, timers
from mailbot.domain.clock_guard import ClockState
from mailbot.domain.decision import EventKind
from mailbot.domain.ticket import Status
from mailbot.domain.timers import DueTimer, TimerKind
from mailbot.domain.trust import normal_address

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from sqlalchemy import Connection, Engine

CLOCK, DOUBT = "clock", "clock in doubt"


def find_due_timers(engine: Engine, senior_id: str, now: datetime, limit: int) -> list[DueTimer]:
    """Return timers whose time has come, oldest first."""
    columns = (timers.c.id.label("timer_id"), timers.c.kind, timers.c.due_at, *TICKET_COLUMNS)
    query = select(*columns).join(tickets).where(timers.c.due_at <= now).order_by(timers.c.due_at).limit(limit)
    with reading(engine) as connection:
        rows = connection.execute(query).mappings().all()
        if not rows:
            return []
        found = [ticket_of(row) for row in rows]
        requesters = find_people(connection, {normal_address(ticket.requester) for ticket in found})
        questions = _find_questions(connection, {t.number for t in found if t.status is Status.WAITING})
        parts = find_parts(connection, {row["number"] for row in rows if row["kind"] == TimerKind.CLOSE})
        staff, senior = find_staff(connection), find_person(connection, senior_id)
        return [
            DueTimer(
                id=row["timer_id"],
                kind=TimerKind(row["kind"]),
                due_at=row["due_at"],
                ticket=ticket,
                requester=requesters.get(normal_address(ticket.requester)),
                staff=staff,
                senior=senior,
                question=questions.get(ticket.number, ""),
                followers=parts.get(ticket.number, ()),
            )
            for row, ticket in zip(rows, found, strict=True)
        ]


def remove_timers(connection: Connection, spent: Collection[int]) -> bool:
    """Remove timers that are done; False when another worker removed one of them."""
    removed = 0
    ids = list(spent)
    for some in chunks(ids):
        statement = delete(timers).where(timers.c.id.in_(some))
        removed += connection.execute(statement).rowcount
    return removed == len(ids)


def find_clock(engine: Engine) -> ClockState:
    """Return what the clock said at the last look."""
    query = select(schedules.c.name, schedules.c.due_at, schedules.c.done_at).where(
        schedules.c.name.in_([CLOCK, DOUBT])
    )
    with reading(engine) as connection:
        rows = {row.name: row for row in connection.execute(query)}
    doubt = rows.get(DOUBT)
    return ClockState(
        believed_at=rows[CLOCK].due_at if CLOCK in rows else None,
        doubted_since=doubt.done_at if doubt else None,
        doubted_at=doubt.due_at if doubt else None,
    )


def keep_clock(engine: Engine, state: ClockState) -> None:
    """Keep what the clock said."""
    with writing(engine) as connection:
        if state.believed_at is not None:
            _keep_moment(connection, CLOCK, state.believed_at, None)
        if state.doubted_at is None:
            connection.execute(delete(schedules).where(schedules.c.name == DOUBT))
        else:
            _keep_moment(connection, DOUBT, state.doubted_at, state.doubted_since)


def _keep_moment(connection: Connection, name: str, due_at: datetime, done_at: datetime | None) -> None:
    values = {"due_at": due_at, "done_at": done_at}
    statement = upsert(connection, schedules).values(name=name, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=[schedules.c.name], set_=values))


def _find_questions(connection: Connection, numbers: Collection[str]) -> Mapping[str, str]:
    """Return what was asked last on each of these tickets."""
    wanted = sorted(numbers)
    found: dict[str, str] = {}
    for some in chunks(wanted):
        last = (
            select(func.max(events.c.id))
            .join(tickets)
            .where(tickets.c.number.in_(some), events.c.kind == EventKind.ASKED)
            .group_by(events.c.ticket_id)
        )
        query = select(tickets.c.number, events.c.text).join(events).where(events.c.id.in_(last))
        found |= dict(connection.execute(query).all())
    return found
