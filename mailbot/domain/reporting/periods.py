"""Days, weeks, months, quarters and financial years, and the moments in which they begin and end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import tzinfo

_DAY = timedelta(days=1)
_APRIL = 4


@dataclass(frozen=True, slots=True)
class Period:
    """From the first to the last day, both included."""

    first: date
    last: date

    @property
    def days(self) -> tuple[date, ...]:
        """Every day of it."""
        return tuple(self.first + count * _DAY for count in range((self.last - self.first).days + 1))

    def begin(self, zone: tzinfo) -> datetime:
        """Return its first moment."""
        return datetime.combine(self.first, time.min, zone)

    def end(self, zone: tzinfo) -> datetime:
        """Return the first moment that no longer belongs to it."""
        return datetime.combine(self.last + _DAY, time.min, zone)


def week_of(day: date) -> Period:
    """Return the week of a day, from Monday to Sunday."""
    first = day - day.weekday() * _DAY
    return Period(first, first + 6 * _DAY)


def week_before(day: date) -> Period:
    """Return the week before that of a day."""
    return week_of(day - 7 * _DAY)


def month_of(day: date) -> Period:
    """Return the whole month of a day."""
    first = day.replace(day=1)
    return Period(first, (first + 31 * _DAY).replace(day=1) - _DAY)


def month_before(day: date) -> Period:
    """Return the whole month before that of a day."""
    return month_of(day.replace(day=1) - _DAY)


def period_before(period: Period) -> Period:
    """Return what a period is compared with: the month before a whole month, else as many days just before it."""
    if period == month_of(period.first):
        return month_before(period.first)
    return Period(period.first - len(period.days) * _DAY, period.first - _DAY)


def quarter_of(day: date) -> Period:
    """Return the whole quarter of a day; those of the calendar and of the financial year are the same."""
    first = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    return Period(first, month_of(first + 62 * _DAY).last)


def quarter_before(day: date) -> Period:
    """Return the whole quarter before that of a day."""
    return quarter_of(quarter_of(day).first - _DAY)


def financial_year_of(day: date) -> Period:
    """Return the whole financial year of a day, from April to March."""
    year = day.year if day.month >= _APRIL else day.year - 1
    return Period(date(year, _APRIL, 1), date(year + 1, _APRIL, 1) - _DAY)


def year_before(day: date) -> Period:
    """Return the whole financial year before that of a day."""
    return financial_year_of(financial_year_of(day).first - _DAY)
