"""Lists of tickets for pages and the API: filtered, sorted, in parts, and never with one that its reader may not see.

A part ends with a cursor, which names its last line; the next part begins behind it, whatever was added meanwhile.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, func, literal, or_, select

from mailbot.adapters.store.engine import reading
from mailbot.adapters.store.searching import find_matching
from mailbot.adapters.store.tables import people, tickets
from mailbot.adapters.store.visible import is_visible_to
from mailbot.domain.ticket import Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, Select

    from mailbot.domain.people import Person

RUNNING = (Status.NEW, Status.IN_PROGRESS, Status.WAITING)
NOBODY = "-"
MOST_LINES = 200
# Beyond so many hits of a search no page looks.
MOST_HITS = 1_000
_NO_DUE = datetime(9999, 12, 31, tzinfo=UTC)


class Sort(StrEnum):
    """In which order a list stands."""

    NEWEST = "newest"
    OLDEST = "oldest"
    DUE = "due"
    PRIORITY = "priority"
    CHANGED = "changed"


class CursorError(ValueError):
    """A cursor that no list of ours ended with."""


@dataclass(frozen=True, slots=True)
class TicketQuery:
    """Which tickets, in which order, which part. Empty values do not filter.

    `assignee` is an address, or "-" for nobody. `priorities` is the catalogue's order, the most urgent first, and is
    needed for Sort.PRIORITY alone. Periods begin with `_from` and end before `_to`.
    """

    statuses: tuple[Status, ...] = ()
    modules: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    request_type: str = ""
    priority: str = ""
    assignee: str = ""
    requester: str = ""
    words: str = ""
    is_overdue: bool = False
    is_reopened: bool = False
    opened_from: datetime | None = None
    opened_to: datetime | None = None
    resolved_from: datetime | None = None
    resolved_to: datetime | None = None
    sort: Sort = Sort.NEWEST
    priorities: tuple[str, ...] = ()
    cursor: str = ""
    limit: int = 50


@dataclass(frozen=True, slots=True)
class ListedTicket:
    """One line of a list; `assignee_name` is the directory's."""

    id: int
    number: str
    title: str
    status: Status
    request_type: str
    module: str
    priority: str
    requester: str
    requester_name: str
    employee_id: str
    office: str
    zone: str
    assignee: str
    assignee_name: str
    source: str
    reopen_count: int
    rating: int | None
    answer_due_at: datetime | None
    resolve_due_at: datetime | None
    paused_at: datetime | None
    first_answer_at: datetime | None
    opened_at: datetime
    changed_at: datetime
    resolved_at: datetime | None
    closed_at: datetime | None
    resolution: str
    merged_into: str
    parent: str

    def is_overdue(self, now: datetime) -> bool:
        """Tell whether it should be resolved by now."""
        runs = self.status in RUNNING and self.paused_at is None
        return runs and self.resolve_due_at is not None and self.resolve_due_at <= now


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a list; `next_cursor` is empty behind the last one."""

    lines: tuple[ListedTicket, ...]
    next_cursor: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of the tickets that somebody may see stand where."""

    by_status: dict[str, int] = field(default_factory=dict)
    overdue: int = 0
    unassigned: int = 0
    mine: int = 0
    reopened: int = 0

    @property
    def running(self) -> int:
        """How many are not resolved yet."""
        return sum(self.by_status.get(status, 0) for status in RUNNING)


_STORED = tuple(tickets.c[name] for name in ListedTicket.__dataclass_fields__ if name != "assignee_name")


def find_part(engine: Engine, viewer: Person, wanted: TicketQuery, now: datetime) -> Part:
    """Return one part of a list. Raises CursorError for a cursor that is none."""
    key, falls = _key_of(wanted)
    query = select(*_STORED, people.c.name.label("assignee_name"), key.label("sort_key"))
    query = query.select_from(tickets.outerjoin(people, people.c.email == tickets.c.assignee))
    with reading(engine) as connection:
        query = query.where(is_visible_to(viewer), *_conditions(connection, viewer, wanted, now))
        if wanted.cursor:
            query = query.where(_behind(wanted, key, falls=falls))
        order = (key.desc(), tickets.c.id.desc()) if falls else (key, tickets.c.id)
        limit = max(1, min(wanted.limit, MOST_LINES))
        rows = connection.execute(query.order_by(*order).limit(limit + 1)).mappings().all()
    lines = tuple(_line(row) for row in rows[:limit])
    return Part(lines, _cursor(wanted, rows[limit - 1]) if len(rows) > limit else "")


def count_tickets(
    engine: Engine, viewer: Person, now: datetime, requester: str = "", *, only_running: bool = False
) -> Counts:
    """Return how many tickets stand where, of those somebody may see; one walk over the index of status.

    With `requester` only that address's tickets are counted. Without the settled ones the walk over all is short.
    """
    t = tickets.c
    whose = and_(is_visible_to(viewer), t.requester == requester) if requester else is_visible_to(viewer)
    with reading(engine) as connection:
        runs = and_(t.status.in_(RUNNING), whose)
        counted = select(t.status, func.count()).where(runs if only_running else whose).group_by(t.status)
        by_status = connection.execute(counted).all()
        sums = select(
            func.coalesce(func.sum(case((_overdue(now), 1), else_=0)), 0),
            func.coalesce(func.sum(case((t.assignee == "", 1), else_=0)), 0),
            func.coalesce(func.sum(case((t.assignee == viewer.email, 1), else_=0)), 0),
            func.coalesce(func.sum(case((t.reopen_count > 0, 1), else_=0)), 0),
        ).where(runs)
        overdue, unassigned, mine, reopened = connection.execute(sums).one()
    return Counts(dict(by_status), overdue, unassigned, mine, reopened)


def find_newest_id(engine: Engine) -> int:
    """Return the id of the last ticket that was opened; what comes later has a higher one."""
    with reading(engine) as connection:
        return int(connection.execute(select(func.coalesce(func.max(tickets.c.id), 0))).scalar_one())


def count_newer(engine: Engine, viewer: Person, wanted: TicketQuery, since: int, now: datetime) -> int:
    """Return how many tickets of a list were opened after the one with this id; at most so many as a part may have."""
    with reading(engine) as connection:
        conditions = _conditions(connection, viewer, wanted, now)
        newer = select(tickets.c.id).where(tickets.c.id > since, is_visible_to(viewer), *conditions)
        return int(
            connection.execute(select(func.count()).select_from(newer.limit(MOST_LINES).subquery())).scalar_one()
        )


def _conditions(
    connection: Connection, viewer: Person, wanted: TicketQuery, now: datetime
) -> Iterable[ColumnElement[bool]]:
    t = tickets.c
    yield from _chosen(wanted)
    if wanted.is_overdue:
        yield _overdue(now)
    if wanted.is_reopened:
        yield t.reopen_count > 0
    if wanted.words.strip():
        among = None if viewer.is_staff else select(t.id).where(is_visible_to(viewer))
        yield t.id.in_(find_matching(connection, wanted.words, among, MOST_HITS))


def _chosen(wanted: TicketQuery) -> Iterable[ColumnElement[bool]]:
    """Yield the conditions on fields and periods; what is empty chooses everything."""
    t = tickets.c
    lists = ((t.status, wanted.statuses), (t.module, wanted.modules), (t.zone, wanted.zones))
    yield from (column.in_(values) for column, values in lists if values)
    values = ((t.request_type, wanted.request_type), (t.priority, wanted.priority), (t.requester, wanted.requester))
    yield from (column == value for column, value in values if value)
    if wanted.assignee:
        yield t.assignee == ("" if wanted.assignee == NOBODY else wanted.assignee)
    begins = ((t.opened_at, wanted.opened_from), (t.resolved_at, wanted.resolved_from))
    yield from (column >= moment for column, moment in begins if moment is not None)
    ends = ((t.opened_at, wanted.opened_to), (t.resolved_at, wanted.resolved_to))
    yield from (column < moment for column, moment in ends if moment is not None)


def _overdue(now: datetime) -> ColumnElement[bool]:
    t = tickets.c
    return and_(t.status.in_(RUNNING), t.paused_at.is_(None), t.resolve_due_at <= now)


def _key_of(wanted: TicketQuery) -> tuple[ColumnElement[Any], bool]:
    """Return by what a list is sorted, and whether it falls; lines with the same key stand by their id."""
    t = tickets.c
    match wanted.sort:
        case Sort.NEWEST:
            return t.id, True
        case Sort.OLDEST:
            return t.id, False
        case Sort.CHANGED:
            return t.changed_at, True
        case Sort.DUE:
            return func.coalesce(t.resolve_due_at, literal(_NO_DUE, t.resolve_due_at.type)), False
        case Sort.PRIORITY:
            ranks = {code: place for place, code in enumerate(wanted.priorities)}
            return case(ranks, value=t.priority, else_=len(ranks)) if ranks else literal(0), False


def _behind(wanted: TicketQuery, key: ColumnElement[Any], *, falls: bool) -> ColumnElement[bool]:
    value, last = _parse_cursor(wanted)
    further = key < value if falls else key > value
    beyond = tickets.c.id < last if falls else tickets.c.id > last
    return or_(further, and_(key == value, beyond))


def _cursor(wanted: TicketQuery, row: RowMapping) -> str:
    key = row["sort_key"]
    written = key.isoformat() if isinstance(key, datetime) else key
    packed = json.dumps([wanted.sort.value, written, row["id"]]).encode()
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def _parse_cursor(wanted: TicketQuery) -> tuple[Any, int]:
    try:
        packed = base64.urlsafe_b64decode(wanted.cursor + "=" * (-len(wanted.cursor) % 4))
        sort, key, last = json.loads(packed)
        if sort != wanted.sort.value or not isinstance(last, int) or not -1 < last < 1 << 63:
            raise CursorError
        if wanted.sort in {Sort.DUE, Sort.CHANGED}:
            moment = datetime.fromisoformat(key)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC), last
        if not isinstance(key, int) or not -1 < key < 1 << 63:
            raise CursorError
    except (ValueError, TypeError, binascii.Error) as error:
        raise CursorError("This is no cursor of this list; begin without one.") from error
    return key, last


def _line(row: RowMapping) -> ListedTicket:
    values = {name: row[name] for name in ListedTicket.__dataclass_fields__}
    values["status"] = Status(row["status"])
    values["assignee_name"] = row["assignee_name"] or row["assignee"]
    return ListedTicket(**values)


def find_zones(engine: Engine) -> tuple[str, ...]:
    """Return the zones of the directory, for filters."""
    query: Select[Any] = select(people.c.zone).where(people.c.zone != "").distinct().order_by(people.c.zone)
    with reading(engine) as connection:
        return tuple(connection.execute(query).scalars())
