"""What happened in a period: the tickets that were registered, resolved and re-opened, for monthly and other reports.

Working time and medians need single moments, so a row for each ticket is read, but only those of the period: by the
index of registrations, and by the stretch of the history that the period wrote.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from mailbot.adapters.store.deeds import still_holds
from mailbot.adapters.store.statistics import STAFF_NAME, last_before
from mailbot.adapters.store.tables import events, people, tickets
from mailbot.domain.decision import EventKind
from mailbot.domain.reporting.figures import Course, PeriodFigures

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from sqlalchemy import Connection

    from mailbot.domain.reporting.periods import Period

_t = tickets.c
_PLACE = (_t.module, _t.zone, STAFF_NAME)


def find_period(connection: Connection, period: Period, zone: tzinfo) -> PeriodFigures:
    """Return the figures of a period; the zone says when its days begin and end."""
    begin, end = period.begin(zone), period.end(zone)
    return PeriodFigures(
        period,
        received=_find_received(connection, begin, end),
        resolved=_find_happened(connection, EventKind.RESOLVED, begin, end),
        reopened=_find_happened(connection, EventKind.REOPENED, begin, end),
    )


def _find_received(connection: Connection, begin: datetime, end: datetime) -> tuple[Course, ...]:
    query = (
        select(*_PLACE, _t.opened_at, _t.first_answer_at)
        .select_from(tickets.outerjoin(people, people.c.email == _t.assignee))
        .where(_t.opened_at >= begin, _t.opened_at < end)
        .order_by(_t.id)
    )
    return tuple(Course(*row) for row in connection.execute(query))


def _find_happened(connection: Connection, kind: EventKind, begin: datetime, end: datetime) -> tuple[Course, ...]:
    """Return the tickets to which something happened that holds; each once, with the last time it did."""
    e = events.c
    first, last = (last_before(connection, events, e.at, moment) for moment in (begin, end))
    happened = (
        select(e.ticket_id, func.max(e.at).label("at"))
        .where(e.id > first, e.id <= last, e.kind == kind, e.at >= begin, e.at < end, still_holds())
        .group_by(e.ticket_id)
        .subquery()
    )
    query = (
        select(*_PLACE, _t.opened_at, happened.c.at, _t.rating, _t.waited_seconds)
        .select_from(
            happened.join(tickets, _t.id == happened.c.ticket_id).outerjoin(people, people.c.email == _t.assignee)
        )
        .order_by(_t.id)
    )
    return tuple(
        Course(module, zone, staff, opened, resolved_at=at, rating=rating, waited_seconds=waited)
        for module, zone, staff, opened, at, rating, waited in connection.execute(query)
    )
