"""REPORT: everything that was resolved for an officer in a month, in the letter and as files to work with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailbot.domain.asking import to_asker
from mailbot.domain.effects import Effects
from mailbot.domain.letter import LetterKind, Notice
from mailbot.domain.months import parse_month
from mailbot.domain.table import CellKind, Column, Table

if TYPE_CHECKING:
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
    today = asking.now.astimezone(asking.desk.timezone).date()
    period = parse_month(command.argument.strip(" ?"), today, asking.desk.grammar)
    if asking.known.person is None or period is None:
        is_unknown = asking.known.person is None
        notice = Notice("not_in_directory") if is_unknown else Notice("month_unknown", command.argument, MONTH_FORMS)
        letters = to_asker(LetterKind.REPORT, asking, values=_values(None, (), asking), notices=(notice,))
        reason = "Its sender is not in the directory." if is_unknown else f"{command.argument!r} is no month."
        return Effects(letters=letters, reasons=(reason,))
    lines = asking.known.lists.get(RESOLVED, ())
    rows = tuple(_row(line, asking.desk) for line in lines)
    tables = (Table("resolved_tickets", _COLUMNS, rows, shown=SHOWN),) if rows else ()
    letters = to_asker(
        LetterKind.REPORT, asking, values=_values(period, lines, asking), tables=tables, formats=FORMATS if rows else ()
    )
    return Effects(letters=letters, reasons=(f"It asks for a report of {period.first:%Y-%m}: {len(rows)} tickets.",))


def _values(period: Period | None, lines: tuple[TicketLine, ...], asking: Asking) -> tuple[tuple[str, str], ...]:
    hours = [_hours(line, asking.desk) or 0.0 for line in lines]
    return (
        ("first", f"{period.first:%d.%m.%Y}" if period else ""),
        ("last", f"{period.last:%d.%m.%Y}" if period else ""),
        ("count", str(len(lines))),
        ("hours", f"{sum(hours) / len(hours):.1f}" if hours else ""),
        ("reopened", str(sum(1 for line in lines if line.reopen_count))),
        ("file", f"{asking.desk.prefix}-report-{period.first:%Y-%m}" if period else ""),
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
    """Return the working hours from the registration to the solution."""
    if line.resolved_at is None:
        return None
    worked = desk.calendar.working_between(line.opened_at, line.resolved_at)
    return round(worked.total_seconds() / _SECONDS_OF_AN_HOUR, 1)
