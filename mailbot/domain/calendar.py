"""The working time of the desk: office hours of each weekday, Saturdays off, holidays, special working days.

All sums are made with moments in UTC; the desk's time zone only says when a day's hours begin and end, so that a zone
with summer time neither doubles nor swallows an hour.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import tzinfo

    from mailbot.domain.people import Language

DAYS_OF_WEEK = 7
SATURDAY = 5
NO_TIME = timedelta(0)
# The longest row of days without work that is believed; no calendar of an office has one of two years.
_LONGEST_PAUSE = 750


@dataclass(frozen=True, slots=True)
class Hours:
    """From when to when a day is worked, in local time."""

    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class NamedDay:
    """A holiday or a special working day, with its name in both languages."""

    day: date
    en: str
    hi: str

    def name(self, language: Language) -> str:
        """Return the name in a reader's language."""
        return self.hi if language == "hi" else self.en


@dataclass(frozen=True, slots=True)
class Calendar:
    """When the desk works. `hours` are those of Monday to Sunday, None for a weekly off.

    `saturdays_off` are the Saturdays of a month that are free, such as the second and the fourth. `special` are days
    that are worked although the rules above say no; they have the hours of the first weekday that has any.
    """

    timezone: tzinfo
    hours: tuple[Hours | None, ...]
    saturdays_off: frozenset[int] = frozenset()
    holidays: Mapping[date, NamedDay] = field(default_factory=dict, hash=False)
    special: Mapping[date, NamedDay] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        """Refuse a week in which nobody ever works: every promise would be due never."""
        if len(self.hours) != DAYS_OF_WEEK or not any(self.hours):
            raise ValueError("a calendar needs seven weekdays, and hours on one of them at least")

    def hours_of(self, day: date) -> Hours | None:
        """Return the office hours of a day, or None when it is not worked."""
        usual = self.hours[day.weekday()]
        if day in self.special:
            return usual or next(hours for hours in self.hours if hours)
        is_off = day.weekday() == SATURDAY and (day.day - 1) // DAYS_OF_WEEK + 1 in self.saturdays_off
        return None if is_off or day in self.holidays else usual

    def is_working_day(self, day: date) -> bool:
        """Tell whether the desk works on this day."""
        return self.hours_of(day) is not None

    def local_day(self, at: datetime) -> date:
        """Return the day that a moment falls on at the desk."""
        return at.astimezone(self.timezone).date()

    def add_working(self, start: datetime, span: timedelta) -> datetime:
        """Return the earliest moment by which `span` of working time has passed since `start`."""
        if span < NO_TIME:
            raise ValueError("working time cannot be taken away")
        left = span
        if not left:
            return start
        for opens, closes in self._days_from(self.local_day(start)):
            begin = max(start, opens)
            here = max(closes - begin, NO_TIME)
            if left <= here:
                return begin + left
            left -= here
        raise AssertionError("the days from any day on do not end")

    def before_working(self, end: datetime, span: timedelta) -> datetime:
        """Return the latest moment from which `span` of working time passes until `end`."""
        left = span
        day = self.local_day(end)
        while left > NO_TIME:
            opens, closes = self._opening(day)
            until = min(end, closes)
            here = max(until - opens, NO_TIME)
            if left <= here:
                return until - left
            left -= here
            day = self._working_day_from(day, -1)
        return end

    def working_between(self, start: datetime, end: datetime) -> timedelta:
        """Return the working time between two moments; none when the second one is not the later one."""
        total = NO_TIME
        if end <= start:
            return total
        for opens, closes in self._days_from(self.local_day(start)):
            if opens >= end:
                return total
            total += max(min(end, closes) - max(start, opens), NO_TIME)
        return total

    def next_working(self, start: datetime) -> datetime:
        """Return `start` itself when the desk works then, else the moment when it opens next."""
        for opens, closes in self._days_from(self.local_day(start)):
            if start < closes:
                return max(start, opens)
        raise AssertionError("the days from any day on do not end")

    def after_working_days(self, start: datetime, days: int) -> datetime:
        """Return the same time of day so many working days later, within the office hours of that day."""
        day = self.local_day(start)
        for _ in range(days):
            day = self.next_working_day(day)
        hours = self.hours_of(day)
        wanted = start.astimezone(self.timezone).time()
        if hours is None:
            return self.next_working(start)
        return self.moment_on(day, min(max(wanted, hours.opens), hours.closes))

    def next_working_day(self, day: date) -> date:
        """Return the first working day after this one."""
        return self._working_day_from(day, 1)

    def moment_on(self, day: date, at: time) -> datetime:
        """Return a local time of a day as a moment."""
        return datetime.combine(day, at, self.timezone).astimezone(UTC)

    def _days_from(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """Return opening and closing of each working day, the given one first if it is one."""
        if not self.is_working_day(day):
            day = self.next_working_day(day)
        while True:
            yield self._opening(day)
            day = self.next_working_day(day)

    def _opening(self, day: date) -> tuple[datetime, datetime]:
        """Return opening and closing of a day; on a day off it closes as it opens."""
        hours = self.hours_of(day) or Hours(time.max, time.max)
        opens = self.moment_on(day, hours.opens)
        return opens, max(opens, self.moment_on(day, hours.closes))

    def _working_day_from(self, day: date, step: int) -> date:
        for count in range(1, _LONGEST_PAUSE):
            other = day + timedelta(days=count * step)
            if self.is_working_day(other):
                return other
        raise ValueError(f"the calendar has no working day within two years of {day}")
