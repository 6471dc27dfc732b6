"""REPORT: everything that was resolved for an officer in a month, in the letter and as files to work with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailbot.domain.asking import to_asker
from mailbot.domain.effects import Effects
from mailbot.domain.letter import LetterKind, Notice
from mailbot.domain.months import parse_month
from mailbot.domain.table import CellKind, Column, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mailbot.domain.asking import Asking
    from mailbot.domain.desk import Desk, TicketLine
    from mailbot.domain.grammar import Command
    from mailbot.domain.reporting.periods import Period
    from mailbot.domain.table import Cell

RESOLVED = "resolved"
FORMATS = ("xlsx", "csv")
MONTH_FORMS = "October, Oct 2026, 2026-10, last month, अक्टूबर, पिछले महीने"
SHOWN = 30
_SECONDS_OF_AN_HOUR = 3600
_COLUMNS = (
    Column("number", CellKind.TICKET),
    Column("title"),
    Column("module", CellKind.MODULE),
    Column("opened_at", CellKind.MOMENT),
    Column("resolved_at", CellKind.MOMENT),
    Column("hours", CellKind.HOURS),
    Column("resolved_by"),
    Column("reopened", CellKind.YES_NO),
    Column("rating", CellKind.NUMBER),
)


def answer_report(command: Command, asking: Asking) -> Effects:
    """Send the report of a month: what, when, in how many working hours, by whom, re-opened or not, and the rating."""
    return answer_reports((command,), asking)


def answer_reports(commands: Sequence[Command], asking: Asking) -> Effects:
    """Send the report of each month that a mail asks for, in one letter and one file."""
    if asking.known.person is None:
        letters = to_asker(
            LetterKind.REPORT, asking, values=_values((), (), asking), notices=(Notice("not_in_directory"),)
        )
        return Effects(letters=letters, reasons=("Its sender is not in the directory.",))
    today = asking.now.astimezone(asking.desk.timezone).date()
    asked = {
        command.argument: parse_month(command.argument.strip(" ?"), today, asking.desk.grammar) for command in commands
    }
    periods = tuple(sorted({period for period in asked.values() if period}, key=lambda period: period.first))
    unknown = tuple(said for said, period in asked.items() if period is None)
    lines = asking.known.lists.get(RESOLVED, ()) if periods else ()
    table = resolved_table(lines, asking.desk)
    letters = to_asker(
        LetterKind.REPORT,
        asking,
        values=_values(periods, lines, asking),
        tables=(table,) if table.rows else (),
        formats=FORMATS if table.rows else (),
        notices=tuple(Notice("month_unknown", said, MONTH_FORMS) for said in unknown),
    )
    months = ", ".join(f"{period.first:%Y-%m}" for period in periods)
    reasons = (f"It asks for a report of {months}: {len(lines)} tickets.",) if periods else ()
    return Effects(letters=letters, reasons=(*reasons, *(f"{said!r} is no month." for said in unknown)))


def resolved_table(lines: Sequence[TicketLine], desk: Desk) -> Table:
    """Return what was resolved as a table."""
    return Table("resolved_tickets", _COLUMNS, tuple(_row(line, desk) for line in lines), shown=SHOWN)


def _values(periods: Sequence[Period], lines: tuple[TicketLine, ...], asking: Asking) -> tuple[tuple[str, str], ...]:
    hours = [_hours(line, asking.desk) or 0.0 for line in lines]
    months = [f"{period.first:%Y-%m}" for period in periods]
    return (
        ("periods", ", ".join(f"{period.first:%d.%m.%Y} – {period.last:%d.%m.%Y}" for period in periods)),
        ("count", str(len(lines))),
        ("hours", f"{sum(hours) / len(hours):.1f}" if hours else ""),
        ("reopened", str(sum(1 for line in lines if line.reopen_count))),
        ("file", f"{asking.desk.prefix}-report-{'-and-'.join(months[:2])}" if periods else ""),
    )


def _row(line: TicketLine, desk: Desk) -> tuple[Cell, ...]:
    return (
        line.number,
        line.title,
        line.module,
        line.opened_at,
        line.resolved_at,
        _hours(line, desk),
        line.assignee,
        int(line.reopen_count > 0),
        line.rating,
    )


def _hours(line: TicketLine, desk: Desk) -> float | None:
    """Return the working hours from the registration to the solution, without those spent waiting for the officer."""
    if line.resolved_at is None:
        return None
    worked = desk.calendar.working_between(line.opened_at, line.resolved_at).total_seconds() - line.waited_seconds
    return round(max(worked, 0) / _SECONDS_OF_AN_HOUR, 1)
