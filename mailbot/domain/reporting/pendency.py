"""The weekly pendency sheet to the leads: what is open, by age, zone, office and module."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from mailbot.domain.letter import LetterKind
from mailbot.domain.reporting.bulletin import Bulletin, leads, readers, write_each
from mailbot.domain.reporting.figures import AGES
from mailbot.domain.table import Cell, CellKind, Column, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mailbot.domain.reporting.bulletin import Occasion
    from mailbot.domain.reporting.figures import OpenCount

NOWHERE = "–"
# From this class on a ticket is called old.
OLD_CLASS = 4

_FIGURES = (
    Column("open", CellKind.SHARE),
    *(Column(key, CellKind.NUMBER, in_letter=False) for _, _, key in AGES),
    Column("old", CellKind.NUMBER),
    Column("overdue", CellKind.NUMBER),
    Column("reopened", CellKind.NUMBER),
)
_AGE_COLUMNS = (Column("age_class", CellKind.WORD), Column("open", CellKind.SHARE))
_ZONE_COLUMNS = (Column("zone"), *_FIGURES)
_OFFICE_COLUMNS = (Column("office"), Column("zone", in_letter=False), *_FIGURES)
_MODULE_COLUMNS = (Column("module", CellKind.MODULE), *_FIGURES)


def write_pendency(counts: tuple[OpenCount, ...], occasion: Occasion) -> Bulletin:
    """Return the pendency sheet to the leads, with everything as a spreadsheet."""
    tables = pendency_tables(counts, occasion.rules.rows)
    values: dict[str, object] = {
        "file": f"{occasion.desk.prefix}-pendency-{occasion.day}",
        "at": occasion.said(occasion.now),
        "open": sum(count.open for count in counts),
        "old": sum(_old(count.ages) for count in counts),
        "overdue": sum(count.overdue for count in counts),
        "reopened": sum(count.reopened for count in counts),
    }
    letters = write_each(
        LetterKind.PENDENCY,
        readers(leads(occasion.staff), LetterKind.PENDENCY, occasion.now),
        occasion,
        values=values,
        tables=tables,
        formats=("xlsx",) if counts else (),
        key=f"pendency {occasion.day}",
    )
    return Bulletin("A week begins.", letters)


def pendency_tables(counts: tuple[OpenCount, ...], rows: int) -> tuple[Table, ...]:
    """Return what is open by age, zone, office and module; the longest queues come first."""
    ages = _sum(count.ages for count in counts)
    by_age = tuple((key, number) for (_, _, key), number in zip(AGES, ages, strict=True)) if counts else ()
    return (
        Table("ages", _AGE_COLUMNS, by_age, chart=True),
        Table("zones", _ZONE_COLUMNS, _by(counts, lambda one: (one.zone or NOWHERE,)), chart=True, shown=rows),
        Table("modules", _MODULE_COLUMNS, _by(counts, lambda one: (one.module,)), chart=True, shown=rows),
        Table(
            "offices",
            _OFFICE_COLUMNS,
            _by(counts, lambda one: (one.office or NOWHERE, one.zone or NOWHERE)),
            shown=rows,
        ),
    )


def _by(counts: Iterable[OpenCount], place: Callable[[OpenCount], tuple[str, ...]]) -> tuple[tuple[Cell, ...], ...]:
    groups: dict[tuple[str, ...], list[OpenCount]] = defaultdict(list)
    for count in counts:
        groups[place(count)].append(count)
    rows: list[tuple[int, tuple[str, ...], tuple[Cell, ...]]] = []
    for key, members in groups.items():
        ages = _sum(member.ages for member in members)
        late, again = sum(member.overdue for member in members), sum(member.reopened for member in members)
        rows.append((-sum(ages), key, (*key, sum(ages), *ages, _old(ages), late, again)))
    return tuple(row for _, _, row in sorted(rows))


def _sum(ages: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
    return tuple(map(sum, zip(*ages, strict=True))) or (0,) * len(AGES)


def _old(ages: tuple[int, ...]) -> int:
    return sum(ages[OLD_CLASS:])
