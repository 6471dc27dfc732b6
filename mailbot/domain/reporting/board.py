"""The board of the leads: what a period brought, how fast it went, and what was promised and kept."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, TypeVar

from mailbot.domain.reporting.counting import middle, ninetieth, per_cent
from mailbot.domain.reporting.pendency import NOWHERE, OLD_CLASS, pendency_tables
from mailbot.domain.table import Cell, CellKind, Column, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from mailbot.domain.reporting.figures import OpenCount
    from mailbot.domain.reporting.periods import Period
    from mailbot.domain.service import Promise

Key = TypeVar("Key")

# Longer periods are told week by week.
MOST_DAYS = 31
RATINGS = (5, 4, 3, 2, 1)

_N, _H = CellKind.NUMBER, CellKind.HOURS
_COUNTS = (Column("received", CellKind.SHARE), Column("resolved", CellKind.SHARE), Column("reopened", _N))
_PENDING = (Column("open", _N), Column("old", _N), Column("overdue", _N))
_SPEED = (
    Column("priority", CellKind.PRIORITY),
    *(Column(name, _H) for name in ("answer_hours", "answer_hours_90", "answer_promised")),
    *(Column(name, _H) for name in ("resolve_hours", "resolve_hours_90", "resolve_promised")),
)
_KEPT = (
    Column("priority", CellKind.PRIORITY),
    *(Column(name, _N) for name in ("answer_kept", "answer_missed", "answer_kept_share")),
    *(Column(name, _N) for name in ("resolve_kept", "resolve_missed", "resolve_kept_share")),
)
_AGAIN = (
    Column("module", CellKind.MODULE),
    Column("resolved", _N),
    Column("reopened", _N),
    Column("reopened_share", _N),
)
_RATED = (Column("rating", _N), Column("rated", CellKind.SHARE))
_STAFF = (Column("staff"), Column("resolved", CellKind.SHARE), Column("open", CellKind.SHARE))


@dataclass(frozen=True, slots=True)
class Lot:
    """Tickets to which the same happened on one day: registered, resolved or re-opened, as the list says that holds it.

    `kept` and `missed` count promises: of the first answer for what was registered, of the solution for what was
    resolved. `ratings` are how many gave 1, 2, 3, 4 and 5.
    """

    day: date
    module: str
    zone: str
    priority: str
    staff: str
    count: int
    kept: int = 0
    missed: int = 0
    ratings: tuple[int, ...] = (0,) * len(RATINGS)


@dataclass(frozen=True, slots=True)
class Board:
    """The figures of a period, and what is open now. `answers` and `solutions` are working hours for each priority.

    `every` tells that of a very large number of tickets only every so many-th was timed.
    """

    period: Period
    received: tuple[Lot, ...] = ()
    resolved: tuple[Lot, ...] = ()
    reopened: tuple[Lot, ...] = ()
    answers: Mapping[str, Sequence[float]] = field(default_factory=dict)
    solutions: Mapping[str, Sequence[float]] = field(default_factory=dict)
    open: tuple[OpenCount, ...] = ()
    open_of: Mapping[str, int] = field(default_factory=dict)
    every: int = 1


@dataclass(frozen=True, slots=True)
class Known:
    """What the board needs to know of the desk: its priorities in their order, and what it promises for each."""

    priorities: Sequence[str]
    promises: Mapping[str, Promise]


def board_tables(board: Board, known: Known) -> dict[str, Table]:
    """Return the tables of the board by the names of their questions, in the order in which they are asked."""
    ages, _, _, offices = pendency_tables(board.open, 0)
    return {
        "flow": _flow(board),
        "ages": ages,
        "speed": _speed(board, known),
        "kept": _kept(board, known),
        "modules": _places("by_module", Column("module", CellKind.MODULE), board, lambda one: one.module),
        "zones": _places("by_zone", Column("zone"), board, lambda one: one.zone),
        "offices": offices,
        "again": _again(board),
        "ratings": _ratings(board),
        "staff": _staff(board),
    }


def buckets_of(period: Period) -> dict[date, date]:
    """Return for each day of a period the day that it is told under: itself, or the first day of its week."""
    days = period.days
    if len(days) <= MOST_DAYS:
        return {day: day for day in days}
    return {day: max(day - timedelta(days=day.weekday()), period.first) for day in days}


def _flow(board: Board) -> Table:
    buckets = buckets_of(board.period)
    received, resolved = (_count(lots, lambda one: buckets.get(one.day)) for lots in (board.received, board.resolved))
    rows = tuple((day, received[day], resolved[day]) for day in dict.fromkeys(buckets.values()))
    name = "day" if len(rows) == len(buckets) else "week_from"
    return Table("flow", (Column(name, CellKind.DAY), *_COUNTS[:2]), rows, chart=True)


def _speed(board: Board, known: Known) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for code in _in_order(known.priorities, {*board.answers, *board.solutions}):
        answers, solutions = board.answers.get(code, ()), board.solutions.get(code, ())
        if not answers and not solutions:
            continue
        promise = known.promises.get(code)
        promised = (promise.answer, promise.resolve) if promise else (None, None)
        answer, resolve = (span / timedelta(hours=1) if span else None for span in promised)
        rows.append((
            code, middle(answers), ninetieth(answers), answer, middle(solutions), ninetieth(solutions), resolve
        ))  # fmt: skip
    return Table("speed", _SPEED, tuple(rows))


def _kept(board: Board, known: Known) -> Table:
    rows: list[tuple[Cell, ...]] = []
    sums = [_promises(lots) for lots in (board.received, board.resolved)]
    for code in _in_order(known.priorities, {code for found in sums for code in found}):
        figures: list[Cell] = []
        for kept, missed in (found.get(code, (0, 0)) for found in sums):
            figures += (kept, missed, per_cent(kept, kept + missed))
        if any(figures):
            rows.append((code, *figures))
    return Table("kept", _KEPT, tuple(rows))


def _promises(lots: Iterable[Lot]) -> dict[str, tuple[int, int]]:
    sums: dict[str, tuple[int, int]] = {}
    for lot in lots:
        kept, missed = sums.get(lot.priority, (0, 0))
        sums[lot.priority] = (kept + lot.kept, missed + lot.missed)
    return sums


def _in_order(known: Sequence[str], found: set[str]) -> tuple[str, ...]:
    """Return the codes that were found in the order of the settings, those that the settings no longer name last."""
    return (*(code for code in known if code in found), *sorted(found.difference(known)))


def _places(name: str, column: Column, board: Board, place: Callable[[Lot | OpenCount], str]) -> Table:
    """Return what came and was done at each place of a kind, and what is open there; the busiest come first."""
    lists = (board.received, board.resolved, board.reopened)
    counts = [_count(lots, place) for lots in lists]
    pending: dict[str, list[OpenCount]] = defaultdict(list)
    for one in board.open:
        pending[place(one)].append(one)
    found: set[str] = set().union(*counts, pending)
    ordered = sorted(found, key=lambda key: (-counts[0][key], -counts[1][key], key))
    rows: list[tuple[Cell, ...]] = [
        (key or NOWHERE, *(count[key] for count in counts), *_pending(pending[key])) for key in ordered
    ]
    return Table(name, (column, *_COUNTS, *_PENDING), tuple(rows), chart=True)


def _pending(counts: Sequence[OpenCount]) -> tuple[int, int, int]:
    old = sum(sum(one.ages[OLD_CLASS:]) for one in counts)
    return sum(one.open for one in counts), old, sum(one.overdue for one in counts)


def _again(board: Board) -> Table:
    resolved, reopened = (_count(lots, lambda one: one.module) for lots in (board.resolved, board.reopened))
    codes = sorted({*resolved, *reopened}, key=lambda code: (-reopened[code], -resolved[code], code))
    rows = ((code, resolved[code], reopened[code], per_cent(reopened[code], resolved[code])) for code in codes)
    return Table("again", _AGAIN, tuple(rows))


def _ratings(board: Board) -> Table:
    sums = [sum(given) for given in zip(*(lot.ratings for lot in board.resolved), strict=True)]
    rows = tuple((rating, sums[rating - 1]) for rating in RATINGS) if any(sums) else ()
    return Table("ratings", _RATED, rows, chart=True)


def _staff(board: Board) -> Table:
    """Return who resolved how many and has how many, by name: it is about who needs help, and no ranking."""
    resolved = _count(board.resolved, lambda one: one.staff)
    names = sorted({*resolved, *board.open_of} - {""}, key=str.casefold)
    return Table(
        "staff", _STAFF, tuple((name, resolved[name], board.open_of.get(name, 0)) for name in names), chart=True
    )


def _count(lots: Iterable[Lot], key: Callable[[Lot], Key]) -> Counter[Key]:
    counter: Counter[Key] = Counter()
    for lot in lots:
        counter[key(lot)] += lot.count
    return counter
