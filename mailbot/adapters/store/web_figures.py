"""The figures of the statistics page: counted by the database, for a period, a module and a zone.

Only the rows of the period are walked: by the index of registrations, and by the stretch of the history that the period
wrote. Working hours need single tickets; of very many only every so many-th is timed.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, and_, case, cast, func, literal_column, select

from mailbot.adapters.store.deeds import still_holds
from mailbot.adapters.store.statistics import IS_OPEN, find_open_counts
from mailbot.adapters.store.tables import events, people, tickets
from mailbot.domain.decision import EventKind
from mailbot.domain.people import Role
from mailbot.domain.reporting.board import Board, Lot
from mailbot.domain.reporting.periods import Period
from mailbot.domain.reporting.worked import sum_up

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Subquery

    from mailbot.domain.calendar import Calendar

# So many tickets are timed at the most; the middle of so many is that of all, to a hundredth of their ranks.
MOST_TIMED = 2_000
_EPOCH = date(1970, 1, 1)
_DAY_SECONDS = 86_400
# 1970 as SQLite counts days.
_JULIAN_EPOCH = 2_440_587.5
# Rows are written in the order of time, but for those of several workers within moments.
_MARGIN = timedelta(hours=1)
_SCALE = (1, 2, 3, 4, 5)

_t = tickets.c


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which figures: of a period, of one module or of all, of one zone or of all."""

    period: Period
    module: str = ""
    zone: str = ""

    @property
    def places(self) -> tuple[ColumnElement[bool], ...]:
        """The conditions on a ticket for where it belongs."""
        named = ((_t.module, self.module), (_t.zone, self.zone))
        return tuple(column == value for column, value in named if value)


def find_board(connection: Connection, wanted: Wanted, calendar: Calendar, now: datetime) -> Board:
    """Return the figures that were asked for; the calendar says when days begin and what is working time."""
    begin, end = wanted.period.begin(calendar.timezone), wanted.period.end(calendar.timezone)
    names = _find_names(connection)
    received = _find_received(connection, wanted, calendar, now)
    happened = _find_happened(connection, wanted, calendar, names)
    resolved = happened.get(EventKind.RESOLVED, ())
    count = max(sum(lot.count for lot in lots) for lots in (received, resolved))
    every = max(-(-count // MOST_TIMED), 1)
    answers = _find_answers(connection, wanted, (begin, end), every)
    solutions = _find_solutions(connection, wanted, (begin, end), every)
    return Board(
        wanted.period,
        received,
        resolved,
        happened.get(EventKind.REOPENED, ()),
        _hours(answers, calendar),
        _hours(solutions, calendar),
        find_open_counts(connection, now, *wanted.places),
        _find_open_of(connection, wanted, names),
        every,
    )


def _find_received(connection: Connection, wanted: Wanted, calendar: Calendar, now: datetime) -> tuple[Lot, ...]:
    begin, end = wanted.period.begin(calendar.timezone), wanted.period.end(calendar.timezone)
    day = _day_of(connection, _t.opened_at, wanted.period, calendar).label("day")
    kept = _t.first_answer_at <= _t.answer_due_at
    never = and_(_t.first_answer_at.is_(None), _t.paused_at.is_(None), _t.answer_due_at < now, IS_OPEN)
    missed = (_t.first_answer_at > _t.answer_due_at) | never
    query = (
        select(day, _t.module, _t.zone, _t.priority, func.count(), _count(kept), _count(missed))
        .where(_t.opened_at >= begin, _t.opened_at < end, *wanted.places)
        .group_by(day, _t.module, _t.zone, _t.priority)
    )
    return tuple(
        Lot(_date(number), module, zone, priority, "", count, good, bad)
        for number, module, zone, priority, count, good, bad in connection.execute(query)
    )


def _find_happened(
    connection: Connection, wanted: Wanted, calendar: Calendar, names: dict[str, str]
) -> dict[str, tuple[Lot, ...]]:
    """Return what was resolved and what was re-opened, by the kind of the step."""
    done = _steps(connection, wanted, calendar)
    day = _day_of(connection, done.c.at, wanted.period, calendar).label("day")
    kept, missed = done.c.at <= _t.resolve_due_at, done.c.at > _t.resolve_due_at
    ratings = (_count(_t.rating == rating) for rating in _SCALE)
    place = (done.c.kind, day, _t.module, _t.zone, _t.priority, _t.assignee)
    query = (
        select(*place, func.count(), _count(kept), _count(missed), *ratings)
        .select_from(done.join(tickets, _t.id == done.c.ticket_id))
        .where(*wanted.places)
        .group_by(*place)
    )
    found: defaultdict[str, list[Lot]] = defaultdict(list)
    for kind, number, module, zone, priority, staff, count, good, bad, *rated in connection.execute(query):
        lot = Lot(_date(number), module, zone, priority, names.get(staff, staff), count, good, bad, tuple(rated))
        found[kind].append(lot)
    return {kind: tuple(lots) for kind, lots in found.items()}


def _steps(connection: Connection, wanted: Wanted, calendar: Calendar) -> Subquery:
    """Return the tickets that were resolved or re-opened and still hold that, each once with the last time of a kind.

    Both are found in one walk through the stretch of the history that the period wrote.
    """
    e = events.c
    begin, end = wanted.period.begin(calendar.timezone), wanted.period.end(calendar.timezone)
    first = _first_line(connection, _t.opened_at < begin - _MARGIN, _t.opened_at.desc()) or 0
    kinds = (EventKind.RESOLVED, EventKind.REOPENED)
    conditions = [e.id >= first, e.kind.in_(kinds), e.at >= begin, e.at < end, still_holds()]
    if last := _first_line(connection, _t.opened_at >= end + _MARGIN, _t.opened_at):
        conditions.append(e.id <= last)
    # Left alone, SQLite would walk the whole index of tickets to spare itself the grouping.
    ticket, last_time = (e.ticket_id + 0).label("ticket_id"), func.max(e.at).label("at")
    return select(ticket, e.kind, last_time).where(*conditions).group_by(ticket, e.kind).subquery()


def _first_line(connection: Connection, condition: ColumnElement[bool], order: ColumnElement[Any]) -> int | None:
    """Return where the history of a ticket begins: a border of a stretch that two indexes find."""
    ticket = select(_t.id).where(condition).order_by(order).limit(1).scalar_subquery()
    return connection.execute(select(events.c.id).where(events.c.ticket_id == ticket, events.c.sequence == 1)).scalar()


def _find_answers(
    connection: Connection, wanted: Wanted, stretch: tuple[datetime, datetime], every: int
) -> list[tuple[Any, ...]]:
    begin, end = stretch
    query = select(_t.priority, _t.opened_at, _t.first_answer_at, literal_column("0")).where(
        _t.opened_at >= begin, _t.opened_at < end, _t.first_answer_at.is_not(None), _t.id % every == 0, *wanted.places
    )
    return [tuple(row) for row in connection.execute(query)]


def _find_solutions(
    connection: Connection, wanted: Wanted, stretch: tuple[datetime, datetime], every: int
) -> list[tuple[Any, ...]]:
    """Return the tickets whose solution of this period still stands; one that came back has no time yet."""
    begin, end = stretch
    query = select(_t.priority, _t.opened_at, _t.resolved_at, _t.waited_seconds).where(
        _t.resolved_at >= begin, _t.resolved_at < end, _t.id % every == 0, *wanted.places
    )
    return [tuple(row) for row in connection.execute(query)]


def _hours(timed: list[tuple[Any, ...]], calendar: Calendar) -> dict[str, tuple[float, ...]]:
    """Return the working hours of each ticket, by priority."""
    if not timed:
        return {}
    first, last = min(row[1] for row in timed), max(row[2] for row in timed)
    worked = sum_up(calendar, calendar.local_day(first), calendar.local_day(last))
    found: defaultdict[str, list[float]] = defaultdict(list)
    for priority, start, end, waited in timed:
        found[priority].append(worked.hours(start, end, waited))
    return {priority: tuple(hours) for priority, hours in found.items()}


def _find_open_of(connection: Connection, wanted: Wanted, names: dict[str, str]) -> dict[str, int]:
    query = select(_t.assignee, func.count()).where(IS_OPEN, _t.assignee != "", *wanted.places).group_by(_t.assignee)
    return {names.get(staff, staff): count for staff, count in connection.execute(query)}


def _find_names(connection: Connection) -> dict[str, str]:
    query = select(people.c.email, people.c.name).where(people.c.role.in_((Role.STAFF, Role.LEAD)))
    return {row.email: row.name for row in connection.execute(query)}


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _day_of(
    connection: Connection, moment: ColumnElement[datetime], period: Period, calendar: Calendar
) -> ColumnElement[int]:
    """Return the local day of a moment as a number, counted from 1970."""
    *earlier, (_, last) = _shifts(period, calendar)
    ahead: ColumnElement[int] | int = (
        case(*((moment < until, seconds) for until, seconds in earlier), else_=last) if earlier else last
    )
    if connection.dialect.name == "sqlite":
        milliseconds = cast((func.julianday(moment) - _JULIAN_EPOCH) * _DAY_SECONDS * 1000 + 0.5, Integer)
        return cast((milliseconds + ahead * 1000) // (_DAY_SECONDS * 1000), Integer)
    return cast(func.floor((func.extract("epoch", moment) + ahead) / _DAY_SECONDS), Integer)


def _shifts(period: Period, calendar: Calendar) -> list[tuple[datetime, int]]:
    """Return by how many seconds local time is ahead, each with the moment until which it is as a day begins."""
    found: list[tuple[datetime, int]] = []
    for day in period.days:
        whole = Period(day, day)
        begin, end = whole.begin(calendar.timezone), whole.end(calendar.timezone)
        seconds = int((begin.utcoffset() or timedelta()).total_seconds())
        if found and found[-1][1] == seconds:
            found.pop()
        found.append((end, seconds))
    return found


def _date(number: int) -> date:
    return _EPOCH + timedelta(days=number)
