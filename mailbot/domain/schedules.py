"""When the regular letters are due: every working hour, each working day, once a week, once a month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime, time

    from mailbot.domain.calendar import Calendar

HOUR = timedelta(hours=1)


class Every(StrEnum):
    """How often something is due."""

    HOUR = "hour"
    WORKING_DAY = "working_day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Schedule:
    """A regular letter: on which days, and at which local time. What is due every hour needs no time."""

    name: str
    every: Every
    at: time


@dataclass(frozen=True, slots=True)
class DueSchedule:
    """A regular letter whose time has come; one that was missed several times is due once."""

    name: str
    due_at: datetime


def next_due(schedule: Schedule, after: datetime, calendar: Calendar) -> datetime:
    """Return when a regular letter is due next, later than `after`: always on a working day.

    The weekly one comes on the first working day of a week, the monthly one on the first of a month.
    """
    if schedule.every is Every.HOUR:
        return calendar.add_working(calendar.next_working(after), HOUR)
    day = calendar.local_day(after)
    if not calendar.is_working_day(day) or calendar.moment_on(day, schedule.at) <= after:
        day = calendar.next_working_day(day)
    while not _is_its_day(schedule.every, day, calendar):
        day = calendar.next_working_day(day)
    return calendar.moment_on(day, schedule.at)


def _is_its_day(every: Every, day: date, calendar: Calendar) -> bool:
    """Tell whether a working day is the first one of its period."""
    if every is Every.WORKING_DAY:
        return True
    first = day - timedelta(days=day.weekday()) if every is Every.WEEK else day.replace(day=1)
    return not any(calendar.is_working_day(first + timedelta(days=count)) for count in range((day - first).days))
