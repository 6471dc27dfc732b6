"""Working time: office hours, Saturdays off, holidays, and no hour that summer time doubles or swallows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.calendar import Calendar, Hours, NamedDay
from tests.builders import the_desk

LUCKNOW = ZoneInfo("Asia/Kolkata")
REPUBLIC = NamedDay(date(2026, 1, 26), "Republic Day", "गणतंत्र दिवस")
INVENTORY = NamedDay(date(2026, 11, 28), "Year-end work", "वर्षांत कार्य")
OFFICE = replace(the_desk().calendar, holidays={REPUBLIC.day: REPUBLIC}, special={INVENTORY.day: INVENTORY})
DAY_AND_NIGHT = Hours(time(1, 0), time(5, 0))
# Berlin and New York change their clocks at night, Lord Howe by half an hour, Apia once left out a whole day.
ZONES = ("Asia/Kolkata", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia")
MOMENTS = st.datetimes(datetime(2010, 1, 1), datetime(2037, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001
SPANS = st.timedeltas(timedelta(0), timedelta(hours=120))
CALENDARS = st.builds(
    lambda zone, hours, off: Calendar(ZoneInfo(zone), (hours, *OFFICE.hours[1:]), frozenset(off), OFFICE.holidays),
    st.sampled_from(ZONES),
    st.sampled_from([DAY_AND_NIGHT, OFFICE.hours[0], None]),
    st.sets(st.integers(1, 5)),
)


def at(day, hour, minute=0, month=11):
    """Return a moment of 2026 in Lucknow."""
    return datetime(2026, month, day, hour, minute, tzinfo=LUCKNOW)


def hours(count):
    """Return a span of working time."""
    return timedelta(hours=count)


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 11, 7), True),
        (date(2026, 11, 14), False),
        (date(2026, 11, 21), True),
        (date(2026, 10, 24), False),
        (date(2026, 10, 31), True),
        (date(2026, 11, 22), False),
        (date(2026, 11, 23), True),
        (REPUBLIC.day, False),
        (INVENTORY.day, True),
    ],
)
def test_which_days_are_worked(day, worked):
    """The second and the fourth Saturday, Sundays and holidays are off; a special working day is not."""
    assert OFFICE.is_working_day(day) is worked


@pytest.mark.parametrize(
    ("start", "span", "end"),
    [
        (at(23, 11, 30), hours(1), at(23, 12, 30)),
        (at(23, 16, 30), hours(1), at(24, 10, 30)),
        (at(23, 16), hours(1), at(23, 17)),
        (at(23, 3), hours(2), at(23, 12)),
        (at(21, 16), hours(2), at(23, 11)),
        (at(13, 16), hours(2), at(16, 11)),
        (at(24, 16, month=1), hours(2), at(27, 12, month=1)),
        (at(23, 11, 30), timedelta(0), at(23, 11, 30)),
    ],
    ids=["within", "overnight", "to closing", "from the night", "Sunday", "second Saturday", "holiday", "nothing"],
)
def test_working_time_is_added(start, span, end):
    """Nights, Sundays, free Saturdays and holidays do not count."""
    assert OFFICE.add_working(start, span) == end


def test_working_time_between_two_moments():
    """From Friday noon to Monday noon there are seven hours around a free Saturday and a Sunday."""
    assert OFFICE.working_between(at(13, 12), at(16, 12)) == hours(7)
    assert OFFICE.working_between(at(16, 12), at(13, 12)) == timedelta(0)
    assert OFFICE.working_between(at(14, 12), at(15, 12)) == timedelta(0)


@pytest.mark.parametrize(
    ("start", "expected"), [(at(23, 12), at(23, 12)), (at(23, 17), at(24, 10)), (at(14, 12), at(16, 10))]
)
def test_when_the_desk_works_next(start, expected):
    """Now while it is open, else when it opens."""
    assert OFFICE.next_working(start) == expected


def test_days_are_counted_in_working_days():
    """Three working days after a Friday before a free Saturday is Wednesday, at the same time of day."""
    assert OFFICE.after_working_days(at(13, 12), 3) == at(18, 12)
    assert OFFICE.after_working_days(at(13, 22), 1) == at(16, 17)
    assert OFFICE.after_working_days(at(13, 12), 0) == at(13, 12)


def test_an_hour_of_summer_time_counts_once():
    """In the night in which Berlin leaves out an hour the shift from one to five has three hours, in autumn five."""
    berlin = Calendar(ZoneInfo("Europe/Berlin"), (DAY_AND_NIGHT,) * 7)
    spring, autumn = datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)
    assert berlin.working_between(spring - hours(2), spring + hours(10)) == hours(3)
    assert berlin.working_between(autumn - hours(4), autumn + hours(10)) == hours(5)


def test_a_week_without_work_is_refused():
    """Every promise would be due never."""
    with pytest.raises(ValueError, match="seven weekdays"):
        Calendar(LUCKNOW, (None,) * 7)


def test_working_time_is_not_taken_away():
    """A negative span is a mistake of the program."""
    with pytest.raises(ValueError, match="taken away"):
        OFFICE.add_working(at(23, 12), hours(-1))


def test_years_without_a_working_day_are_refused():
    """A file that calls every day a holiday ends in a sentence and not in an endless search."""
    days = (date(2026, 1, 1) + timedelta(days=count) for count in range(1_500))
    never = replace(OFFICE, special={}, holidays={day: NamedDay(day, "x", "x") for day in days})
    with pytest.raises(ValueError, match="no working day"):
        never.add_working(at(1, 12, month=2), hours(1))


@given(CALENDARS, MOMENTS, SPANS)
def test_what_is_added_lies_between(calendar, start, span):
    """Add a span, measure it, and it is the same; take it away again, and no more lies between."""
    end = calendar.add_working(start, span)
    assert calendar.working_between(start, end) == span
    before = calendar.before_working(end, span)
    assert start <= before <= end
    assert calendar.working_between(before, end) == span


@given(CALENDARS, MOMENTS, SPANS, SPANS)
def test_more_time_is_never_earlier(calendar, start, first, second):
    """A longer span ends later, a later start does not end earlier, and two spans are as long as their sum."""
    end = calendar.add_working(start, first)
    assert start <= end <= calendar.add_working(start, first + second)
    assert end <= calendar.add_working(start + second, first)
    both = calendar.working_between(start, start + first) + calendar.working_between(start + first, start + 2 * first)
    assert both == calendar.working_between(start, start + 2 * first)


@given(CALENDARS, MOMENTS)
def test_the_next_working_moment_is_worked(calendar, start):
    """It is not before, nothing is worked until then, and work goes on from there."""
    begin = calendar.next_working(start)
    assert begin >= start
    assert calendar.working_between(start, begin) == timedelta(0)
    assert calendar.working_between(begin, begin + timedelta(minutes=1)) > timedelta(0)
