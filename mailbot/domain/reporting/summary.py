"""The figures of a period by module, zone or staff member, by day, and against another period."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from mailbot.domain.reporting.counting import middle, ninetieth, per_cent
from mailbot.domain.reporting.figures import PeriodFigures
from mailbot.domain.table import Cell, CellKind, Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from mailbot.domain.calendar import Calendar
    from mailbot.domain.reporting.figures import Course

NOBODY = "–"


class By(StrEnum):
    """What the figures are divided by; the value is the field of a Course."""

    MODULE = "module"
    ZONE = "zone"
    STAFF = "staff"


_KINDS = {By.MODULE: CellKind.MODULE}
_FIGURES = (
    Column("received", CellKind.SHARE),
    Column("resolved", CellKind.SHARE),
    Column("answer_hours", CellKind.HOURS),
    Column("answer_hours_90", CellKind.HOURS, in_letter=False),
    Column("resolve_hours", CellKind.HOURS),
    Column("resolve_hours_90", CellKind.HOURS, in_letter=False),
    Column("reopened", CellKind.NUMBER, in_letter=False),
    Column("reopened_share", CellKind.NUMBER, in_letter=False),
    Column("rating", CellKind.NUMBER, in_letter=False),
    Column("rated", CellKind.NUMBER, in_letter=False),
)
_MEASURES = (
    Column("measure", CellKind.WORD),
    Column("this_period", CellKind.NUMBER),
    Column("period_before", CellKind.NUMBER),
)
_DAYS = (Column("day", CellKind.DAY), Column("received", CellKind.SHARE), Column("resolved", CellKind.SHARE))


@dataclass(frozen=True, slots=True)
class Summary:
    """What can be said of a group of tickets; a figure that nothing stands behind is None."""

    received: int
    resolved: int
    answer_hours: float | None
    answer_hours_90: float | None
    resolve_hours: float | None
    resolve_hours_90: float | None
    reopened: int
    reopened_share: float | None
    rating: float | None
    rated: int

    def cells(self) -> tuple[Cell, ...]:
        """Return the figures in the order of their columns."""
        return tuple(getattr(self, column.name) for column in _FIGURES)


def summarize(figures: PeriodFigures, calendar: Calendar) -> Summary:
    """Return the figures of all tickets of a period."""
    answers = [_hours(calendar, one.opened_at, one.answered_at) for one in figures.received if one.answered_at]
    solutions = [
        _hours(calendar, one.opened_at, one.resolved_at, one.waited_seconds)
        for one in figures.resolved
        if one.resolved_at
    ]
    ratings = [one.rating for one in figures.resolved if one.rating is not None]
    return Summary(
        received=len(figures.received),
        resolved=len(figures.resolved),
        answer_hours=middle(answers),
        answer_hours_90=ninetieth(answers),
        resolve_hours=middle(solutions),
        resolve_hours_90=ninetieth(solutions),
        reopened=len(figures.reopened),
        reopened_share=per_cent(len(figures.reopened), len(figures.resolved)),
        rating=middle(ratings),
        rated=len(ratings),
    )


def by_table(figures: PeriodFigures, by: By, calendar: Calendar, rows: int | None = None) -> Table:
    """Return the figures of each module, zone or staff member, those with most tickets first."""
    groups = _divide(figures, by)
    ordered = sorted(groups.items(), key=lambda item: (-len(item[1].received), -len(item[1].resolved), item[0]))
    lines = tuple((name or NOBODY, *summarize(group, calendar).cells()) for name, group in ordered)
    columns = (Column(by.value, _KINDS.get(by, CellKind.TEXT)), *_FIGURES)
    return Table(f"by_{by}", columns, lines, chart=True, shown=rows)


def measures_table(now: Summary, before: Summary) -> Table:
    """Return the figures of a period beside those of the period before."""
    lines = tuple((column.name, getattr(now, column.name), getattr(before, column.name)) for column in _FIGURES)
    return Table("measures", _MEASURES, lines)


def flow_table(figures: PeriodFigures, calendar: Calendar) -> Table:
    """Return what came in and what was resolved on each day of the period."""
    received = Counter(calendar.local_day(one.opened_at) for one in figures.received)
    resolved = Counter(calendar.local_day(one.resolved_at) for one in figures.resolved if one.resolved_at)
    lines = tuple((day, received[day], resolved[day]) for day in figures.period.days)
    return Table("flow", _DAYS, lines, chart=True)


def _hours(calendar: Calendar, start: datetime, end: datetime, waited_seconds: int = 0) -> float:
    """Return the working hours between two moments without those spent waiting; never less than none."""
    worked = calendar.working_between(start, end) - timedelta(seconds=waited_seconds)
    return max(worked, timedelta()) / timedelta(hours=1)


def _divide(figures: PeriodFigures, by: By) -> dict[str, PeriodFigures]:
    parts: dict[str, dict[str, list[Course]]] = defaultdict(lambda: defaultdict(list))
    for kind in ("received", "resolved", "reopened"):
        courses: Iterable[Course] = getattr(figures, kind)
        for course in courses:
            parts[getattr(course, by.value)][kind].append(course)
    return {
        name: PeriodFigures(figures.period, **{kind: tuple(courses) for kind, courses in group.items()})
        for name, group in parts.items()
    }
