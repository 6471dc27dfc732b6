"""The monthly report to the leads: what came, what was done and how fast, against the month before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailbot.domain.letter import LetterKind
from mailbot.domain.reporting.bulletin import Bulletin, leads, readers, write_each
from mailbot.domain.reporting.summary import By, by_table, flow_table, measures_table, summarize

if TYPE_CHECKING:
    from mailbot.domain.reporting.bulletin import Occasion
    from mailbot.domain.reporting.figures import PeriodFigures
    from mailbot.domain.table import Table


def write_monthly(month: PeriodFigures, before: PeriodFigures, occasion: Occasion) -> Bulletin:
    """Return the report about a month to the leads, with everything as a spreadsheet with charts."""
    first = month.period.first
    values: dict[str, object] = {
        "file": f"{occasion.desk.prefix}-report-{first:%Y-%m}",
        "month": first.month,
        "year": first.year,
        "received": len(month.received),
        "resolved": len(month.resolved),
        "received_before": len(before.received),
        "resolved_before": len(before.resolved),
    }
    letters = write_each(
        LetterKind.MONTHLY,
        readers(leads(occasion.staff), LetterKind.MONTHLY, occasion.now),
        occasion,
        values=values,
        tables=monthly_tables(month, before, occasion),
        formats=("xlsx",),
        key=f"monthly {first:%Y-%m}",
    )
    return Bulletin("A month is over.", letters)


def monthly_tables(month: PeriodFigures, before: PeriodFigures, occasion: Occasion) -> tuple[Table, ...]:
    """Return the figures against those of the month before, day by day, and by module, zone and staff member."""
    calendar = occasion.desk.calendar
    return (
        measures_table(summarize(month, calendar), summarize(before, calendar)),
        flow_table(month, calendar),
        *(by_table(month, by, calendar, occasion.rules.rows) for by in By),
    )
