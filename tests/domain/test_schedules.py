"""When regular letters are due: on working days only, and once for each period."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.calendar import NamedDay
from mailbot.domain.schedules import Every, Schedule, next_due
from tests.builders import the_desk

LUCKNOW = ZoneInfo("Asia/Kolkata")
HOLIDAYS = {day: NamedDay(day, "Holiday", "अवकाश") for day in (date(2026, 11, 30), date(2026, 12, 1))}
CALENDAR = replace(the_desk().calendar, holidays=HOLIDAYS)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)).map(lambda at: at.replace(tzinfo=LUCKNOW))  # noqa: DTZ001


def at(day, hour, minute=0, month=11):
    """Return a moment of 2026 in Lucknow."""
    return datetime(2026, month, day, hour, minute, tzinfo=LUCKNOW)


def due(every, after):
    """Return when something is due that comes at half past nine."""
    return next_due(Schedule("x", every, time(9, 30)), after, CALENDAR)


@pytest.mark.parametrize(
    ("every", "after", "expected"),
    [
        (Every.WORKING_DAY, at(23, 8), at(23, 9, 30)),
        (Every.WORKING_DAY, at(23, 9, 30), at(24, 9, 30)),
        (Every.WORKING_DAY, at(27, 12), at(2, 9, 30, month=12)),
        (Every.WEEK, at(20, 12), at(23, 9, 30)),
        (Every.WEEK, at(23, 12), at(2, 9, 30, month=12)),
        (Every.MONTH, at(23, 12), at(2, 9, 30, month=12)),
        (Every.MONTH, at(2, 12, month=12), datetime(2027, 1, 1, 9, 30, tzinfo=LUCKNOW)),
        (Every.HOUR, at(23, 11, 20), at(23, 12, 20)),
        (Every.HOUR, at(23, 16, 30), at(24, 10, 30)),
        (Every.HOUR, at(22, 12), at(23, 11)),
    ],
    ids=[
        "today", "tomorrow", "after a free Saturday, Sunday and two holidays", "Monday", "Wednesday, after holidays",
        "the first working day", "of the next month", "in an hour", "in an hour of work", "after the opening",
    ],
)  # fmt: skip
def test_when_it_is_due(every, after, expected):
    """Holidays at the beginning of a week or month push the letter to its first working day."""
    assert due(every, after) == expected


@given(st.sampled_from(Every), MOMENTS)
def test_it_always_comes_later_and_on_a_working_day(every, after):
    """Never at once, never on a holiday, and at the latest after forty days."""
    found = due(every, after)
    assert after < found <= after + timedelta(days=40)
    assert CALENDAR.is_working_day(CALENDAR.local_day(found))


@given(st.sampled_from([Every.WORKING_DAY, Every.WEEK, Every.MONTH]), MOMENTS)
def test_one_a_period(every, after):
    """Counted from each to the next, no working day, week or month is left out and none has two."""
    first = due(every, after)
    second = due(every, first)
    days = (CALENDAR.local_day(first), CALENDAR.local_day(second))
    period = {Every.WEEK: lambda day: day.isocalendar()[:2], Every.MONTH: lambda day: (day.year, day.month)}
    if every in period:
        assert period[every](days[0]) != period[every](days[1])
    else:
        assert CALENDAR.next_working_day(days[0]) == days[1]
