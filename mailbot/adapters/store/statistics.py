"""What is open now: the figures of the daily digest and of the weekly pendency sheet, counted by the database.

Tickets that are settled are never read: everything starts from the index of statuses, or from what is newest.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, exists, func, select

from mailbot.adapters.store.found_mails import found_mails
from mailbot.adapters.store.queries import LedgerSums
from mailbot.adapters.store.tables import events, letters, mails, people, tickets
from mailbot.domain.decision import EventKind
from mailbot.domain.reporting.figures import (
    AGES,
    DigestFigures,
    FailedLetter,
    FoundLine,
    Listed,
    MailLine,
    OpenCount,
    OpenLine,
)
from mailbot.domain.ticket import Status
from mailbot.reconcile import balance

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Select

# So many lines of a list go into the spreadsheet; what is more is only counted.
MOST_LINES = 2_000
OPEN = (Status.NEW, Status.IN_PROGRESS, Status.WAITING)

_t = tickets.c
IS_OPEN = _t.status.in_(OPEN)
# The first answer is promised before the solution; while the desk waits for the officer nothing is late.
_WAITS_FOR_ANSWER = and_(_t.first_answer_at.is_(None), _t.answer_due_at.is_not(None))
_due = case((_WAITS_FOR_ANSWER, _t.answer_due_at), else_=_t.resolve_due_at)
_RUNS = and_(IS_OPEN, _t.paused_at.is_(None))
STAFF_NAME = func.coalesce(people.c.name, _t.assignee)


def find_digest(connection: Connection, since: datetime, now: datetime, day_end: datetime) -> DigestFigures:
    """Return what a digest tells at `now`: what happened since the last one, and what is due until the day ends."""
    overdue, due_today = and_(_RUNS, _due <= now), and_(_RUNS, _due > now, _due <= day_end)
    unassigned = and_(IS_OPEN, _t.assignee == "")
    sums = _find_sums(connection, since)
    is_balanced, _ = balance(sums)
    return DigestFigures(
        since=since,
        new=_find_lines(connection, _t.opened_at >= since, _t.opened_at),
        due_today=_find_lines(connection, due_today, _due),
        overdue=_find_lines(connection, overdue, _due),
        reopened=_find_lines(connection, _came_back(since), _t.id),
        unassigned=_find_lines(connection, unassigned, _t.id),
        quarantined=_find_quarantined(connection),
        undelivered=_find_undelivered(connection, since),
        elsewhere=_find_elsewhere(connection, since),
        states=sums.states,
        outcomes=sums.outcomes,
        is_balanced=is_balanced,
        open_count=connection.execute(select(func.count()).where(IS_OPEN)).scalar_one(),
    )


def find_open_counts(connection: Connection, now: datetime, *places: ColumnElement[bool]) -> tuple[OpenCount, ...]:
    """Return how many tickets are open, a row for each zone, office and module that has any; `places` narrow it."""
    ages = [_count(_is_aged(now, first, last)) for first, last, _ in AGES]
    query = (
        select(
            _t.zone,
            _t.office,
            _t.module,
            _count(and_(_t.paused_at.is_(None), _due <= now)),
            _count(_t.reopen_count > 0),
            *ages,
        )
        .where(IS_OPEN, *places)
        .group_by(_t.zone, _t.office, _t.module)
        .order_by(_t.zone, _t.office, _t.module)
    )
    return tuple(
        OpenCount(zone, office, module, tuple(by_age), overdue, reopened)
        for zone, office, module, overdue, reopened, *by_age in connection.execute(query)
    )


def last_before(connection: Connection, table: Any, column: ColumnElement[Any], moment: datetime) -> int:
    """Return the id of the last row written before a moment, 0 without one.

    Rows are written in the order of time, so the search walks back from the newest and needs no index on the column.
    """
    query = select(table.c.id).where(column < moment).order_by(table.c.id.desc()).limit(1)
    return connection.execute(query).scalar() or 0


def _is_aged(now: datetime, first: int, last: int | None) -> ColumnElement[bool]:
    youngest = _t.opened_at <= now - timedelta(days=first) if first else _t.id.is_not(None)
    return and_(youngest, _t.opened_at > now - timedelta(days=last + 1)) if last is not None else youngest


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _came_back(since: datetime) -> ColumnElement[bool]:
    reopened = exists().where(events.c.ticket_id == _t.id, events.c.kind == EventKind.REOPENED, events.c.at >= since)
    return and_(IS_OPEN, _t.reopen_count > 0, reopened)


def _find_lines(connection: Connection, condition: ColumnElement[bool], order: ColumnElement[Any]) -> Listed:
    """Return the tickets of a condition: the first ones, and how many there are."""
    columns = (
        _t.number, _t.title, _t.module, _t.priority, func.coalesce(func.nullif(_t.requester_name, ""), _t.requester),
        _t.office, STAFF_NAME, _t.opened_at, _due,
    )  # fmt: skip
    query = _with_staff(select(*columns)).where(condition).order_by(order).limit(MOST_LINES)
    lines = tuple(OpenLine(*row) for row in connection.execute(query))
    if len(lines) < MOST_LINES:
        return Listed(lines, len(lines))
    return Listed(lines, connection.execute(select(func.count()).where(condition)).scalar_one())


def _with_staff(query: Select[Any]) -> Select[Any]:
    """Join the directory's row of who has the ticket."""
    return query.select_from(tickets.outerjoin(people, people.c.email == _t.assignee))


def _find_quarantined(connection: Connection) -> tuple[MailLine, ...]:
    m = mails.c
    query = select(m.id, func.coalesce(m.sender, ""), func.coalesce(m.subject, ""), m.arrived_at)
    query = query.where(m.state == "quarantined").order_by(m.id).limit(MOST_LINES)
    return tuple(MailLine(*row) for row in connection.execute(query))


def _find_undelivered(connection: Connection, since: datetime) -> tuple[FailedLetter, ...]:
    """Return the letters that were given up; that they are tried no more is written where they were due."""
    m = letters.c
    query = select(m.to, m.kind, m.subject, m.answer, m.due_at).where(m.state == "failed", m.due_at >= since)
    return tuple(FailedLetter(*row) for row in connection.execute(query.order_by(m.due_at).limit(MOST_LINES)))


def _find_elsewhere(connection: Connection, since: datetime) -> tuple[FoundLine, ...]:
    """Return the mails that were found beside the inbox since a moment and not taken in."""
    query = found_mails().where(mails.c.id > last_before(connection, mails, mails.c.kept_at, since))
    rows = connection.execute(query.order_by(mails.c.id).limit(MOST_LINES))
    return tuple(
        FoundLine(row.id, row.mailbox.partition("/")[2], row.sender, row.subject, row.arrived_at) for row in rows
    )


def _find_sums(connection: Connection, since: datetime) -> LedgerSums:
    """Return what became of the mails that came in since a moment."""
    m = mails.c
    # Single rows: to group them, SQLite would walk the whole ledger by its index of states.
    query = select(m.state, m.outcome).where(m.id > last_before(connection, mails, m.kept_at, since))
    ends = connection.execute(query).all()
    return LedgerSums(dict(Counter(state for state, _ in ends)), dict(Counter(outcome for _, outcome in ends)), {})
