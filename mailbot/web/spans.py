"""Periods that a page offers: weeks, months, quarters and financial years (April to March) up to today, or own days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from mailbot.domain.reporting.periods import (
    Period,
    financial_year_of,
    month_before,
    month_of,
    quarter_before,
    quarter_of,
    week_before,
    week_of,
    year_before,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mailbot.web.forms import Form

OWN = "own"
_SPANS = {
    "this_week": week_of,
    "last_week": week_before,
    "this_month": month_of,
    "last_month": month_before,
    "this_quarter": quarter_of,
    "last_quarter": quarter_before,
    "this_year": financial_year_of,
    "last_year": year_before,
}
NAMES = (*_SPANS, OWN)
FIELD, FIRST, LAST = "period", "from", "to"
# Earlier and later ones are typing mistakes.
_YEARS = range(2000, 2100)


@dataclass(frozen=True, slots=True)
class Span:
    """What was chosen: the name of the choice, and its days; None for all time, or where the days make no sense."""

    name: str
    period: Period | None

    @property
    def values(self) -> Mapping[str, str]:
        """What stands in the address of a page about this period."""
        if not self.name:
            return {}
        days = {FIRST: str(self.period.first), LAST: str(self.period.last)} if self.period and self.name == OWN else {}
        return {FIELD: self.name, **days}


def read_span(form: Form, today: date, default: str = "") -> Span:
    """Return the period that a form chooses; a mistake is noted beside its field.

    A running period ends today. Of own days one may be missing: then it begins with the first ticket, or ends today.
    """
    name = form.choice(FIELD, NAMES) or (default if FIELD not in form.errors else "")
    if name != OWN:
        period = _SPANS[name](today) if name else None
        return Span(name, Period(period.first, min(period.last, today)) if period else None)
    first, last = form.day(FIRST), form.day(LAST)
    if not first and not last and not form.errors:
        form.wrong(FIRST, "common.no_day")
    for field, day in ((FIRST, first), (LAST, last)):
        if day and day.year not in _YEARS:
            form.wrong(field, "common.no_day")
    if first and last and last < first:
        form.wrong(LAST, "spans.turned")
    if {FIRST, LAST} & form.errors.keys():
        return Span(OWN, None)
    end = last or today
    return Span(OWN, Period(min(first or date(_YEARS.start, 1, 1), end), end))
