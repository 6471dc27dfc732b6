"""What became due long ago, because the desk stood still: everything is done, and each person is told in one letter."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mailbot.domain.letter import Audience, LetterKind, LetterOrder
from mailbot.domain.table import CellKind, Column, Table
from mailbot.domain.ticket import Status
from mailbot.domain.timers import TIMERS, WEIGHTS, DueTimer, Reader, TimerKind, decide_timer, find_readers, is_meant
from mailbot.domain.trust import normal_address
from mailbot.domain.verbs import Verb

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from mailbot.domain.decision import Decision
    from mailbot.domain.desk import Desk
    from mailbot.domain.people import Language
    from mailbot.domain.table import Cell

# Gmail cuts a letter of more than 102 kB; a row with its button takes some three, and an officer has three tables.
LATE_ROWS, OFFICER_ROWS = 20, 10
_BUTTON = Column("step", CellKind.BUTTON)
_COLUMNS = (
    Column("number", CellKind.TICKET),
    Column("title"),
    Column("priority", CellKind.PRIORITY),
    Column("late", CellKind.WORD),
    Column("due_at", CellKind.MOMENT),
    _BUTTON,
)
_OFFICER_COLUMNS = (Column("number", CellKind.TICKET), Column("title"), _BUTTON)
_CLOSING_COLUMNS = (*_OFFICER_COLUMNS, Column("closes_at", CellKind.MOMENT))
_OFFICER_TABLES = {
    TimerKind.WAITING_1: "late_waiting",
    TimerKind.WAITING_2: "late_waiting",
    TimerKind.CLOSING_SOON: "late_closing",
    TimerKind.CLOSE: "late_closed",
}
_OFFERED = {"late_waiting": Verb.CANCEL, "late_closing": Verb.REOPEN, "late_closed": Verb.REOPEN}


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """What late timers come to: `decisions` change tickets and write no letters, `spent` are the timers done by it."""

    decisions: tuple[Decision, ...]
    spent: tuple[DueTimer, ...]
    letters: tuple[LetterOrder, ...]


@dataclass(frozen=True, slots=True)
class _Told:
    """One person and the tickets to tell of; `may_quote` is false for an address that nobody verified."""

    to: str
    name: str
    language: Language
    audience: Audience
    may_quote: bool
    timers: list[DueTimer]


def is_late(timer: DueTimer, desk: Desk, now: datetime) -> bool:
    """Tell whether a timer became due so long ago that a letter of its own would come too late."""
    return desk.calendar.working_between(timer.due_at, now) > desk.service.late_after


def catch_up(timers: Iterable[DueTimer], desk: Desk, now: datetime) -> CaughtUp:
    """Return what late timers come to.

    Of several on one ticket the one that weighs most is carried out, and everybody whom one of them concerns is told.
    """
    spent = tuple(timers)
    heaviest: dict[str, DueTimer] = {}
    readers: dict[str, set[Reader]] = {}
    for timer in sorted(filter(is_meant, spent), key=lambda timer: WEIGHTS.index(timer.kind)):
        heaviest[timer.ticket.number] = timer
        readers.setdefault(timer.ticket.number, set()).update(TIMERS[timer.kind].readers)
    decisions = tuple(replace(decide_timer(timer, desk, now), letters=()) for timer in heaviest.values())
    told: dict[tuple[str, Audience], _Told] = {}
    for timer in heaviest.values():
        for one in _people(timer, readers[timer.ticket.number], desk, now):
            told.setdefault((normal_address(one.to), one.audience), one).timers.append(timer)
    key = f"caught up {now.isoformat()}"
    return CaughtUp(decisions, spent, tuple(_letter(one, desk, key) for one in told.values()))


def _people(timer: DueTimer, readers: set[Reader], desk: Desk, now: datetime) -> list[_Told]:
    """Return everybody whom late timers of one ticket concern; what they tell the officer tells nobody else."""
    if Reader.REQUESTER in readers:
        officer = _to_officer(timer)
        return [officer] if officer.to else []
    staff = find_readers(timer, readers, now)
    return [_Told(one.email, one.name, one.language or desk.language, Audience.STAFF, True, []) for one in staff]  # noqa: FBT003


def _to_officer(timer: DueTimer) -> _Told:
    person, ticket = timer.requester, timer.ticket
    return _Told(
        person.email if person else ticket.requester,
        person.name if person else "",
        (person.language if person else None) or ticket.language,
        Audience.REQUESTER,
        ticket.verified,
        [],
    )


def _letter(told: _Told, desk: Desk, key: str) -> LetterOrder:
    timers = sorted(told.timers, key=lambda timer: timer.due_at)
    tables = _staff_tables(timers, told) if told.audience is Audience.STAFF else _officer_tables(timers, told, desk)
    return LetterOrder(
        kind=LetterKind.CAUGHT_UP,
        to=told.to,
        to_name=told.name,
        language=told.language,
        audience=told.audience,
        quote_sender=told.may_quote,
        values=(("count", str(len(timers))),),
        tables=tables,
        formats=("xlsx",) if any(table.is_cut for table in tables) else (),
        key=key,
    )


def _staff_tables(timers: list[DueTimer], told: _Told) -> tuple[Table, ...]:
    rows = tuple(
        (*_what(timer, told), timer.ticket.priority, f"late_{timer.kind}", timer.due_at, _offered(timer))
        for timer in timers
    )
    return (Table("late", _COLUMNS, rows, shown=LATE_ROWS),)


def _officer_tables(timers: list[DueTimer], told: _Told, desk: Desk) -> tuple[Table, ...]:
    """Return what waits for the officer, what closes soon, and what has closed; only what there is."""
    rows: dict[str, list[tuple[Cell, ...]]] = {name: [] for name in _OFFICER_TABLES.values()}
    for timer in timers:
        closes = (_closes_at(timer, desk),) if timer.kind is TimerKind.CLOSING_SOON else ()
        name = _OFFICER_TABLES[timer.kind]
        rows[name].append((*_what(timer, told), _OFFERED[name], *closes))
    columns = {"late_closing": _CLOSING_COLUMNS}
    return tuple(
        Table(name, columns.get(name, _OFFICER_COLUMNS), tuple(lines), shown=OFFICER_ROWS)
        for name, lines in rows.items()
        if lines
    )


def _offered(timer: DueTimer) -> Verb:
    return Verb.TAKE if timer.ticket.status is Status.NEW else Verb.RESOLVE


def _closes_at(timer: DueTimer, desk: Desk) -> datetime | None:
    resolved = timer.ticket.resolved_at
    return resolved + desk.close_after if resolved else None


def _what(timer: DueTimer, told: _Told) -> tuple[Cell, Cell]:
    return timer.ticket.number, timer.ticket.title if told.may_quote else ""
