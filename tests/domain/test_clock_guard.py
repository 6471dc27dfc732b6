"""A clock that leaps ahead is doubted; one that goes on, or back, is believed."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.clock_guard import LONGEST_STEP, PATIENCE, ClockState, judge_clock
from tests.builders import NOW

MINUTE = timedelta(minutes=1)


def look(moments, state=ClockState()):  # noqa: B008 - nothing can change it
    """Return whether the clock is trusted at each of these looks."""
    trusted = []
    for moment in moments:
        state = judge_clock(state, moment)
        trusted.append(state.is_trusted)
    return trusted


def test_the_first_look_is_believed():
    """There is nothing to compare with."""
    assert look([NOW]) == [True]


def test_a_night_and_a_day_are_believed():
    """Whoever runs the desk from a daily job waits for nothing."""
    assert all(look([NOW, NOW + timedelta(hours=16), NOW + timedelta(hours=40), NOW + timedelta(days=2, hours=16)]))


def test_a_leap_is_doubted_for_ten_minutes():
    """From the tenth minute on it is believed, and everything after it."""
    later = NOW + timedelta(days=30)
    looks = look([NOW, *(later + minute * MINUTE for minute in range(13))])
    assert looks == [True] + [False] * 10 + [True] * 3


def test_back_within_the_doubt_is_as_if_nothing_had_been():
    """The leap was a mistake of the clock, and its doubt is forgotten."""
    assert look([NOW, NOW + timedelta(days=3650), NOW + MINUTE, NOW + 2 * MINUTE]) == [True, False, True, True]


@given(st.lists(st.timedeltas(timedelta(days=-4000), timedelta(days=4000)), min_size=1, max_size=20))
def test_twenty_leaps_ahead_are_all_doubted(leaps):
    """Whatever the clock does, the look right after a leap ahead is never trusted."""
    state, now = judge_clock(ClockState(), NOW), NOW
    for leap in leaps:
        before, now = state, now + leap
        state = judge_clock(state, now)
        if before.is_trusted and leap > LONGEST_STEP:
            assert not state.is_trusted
        if state.is_trusted:
            assert state.believed_at == now


def test_a_daily_job_after_a_long_pause_is_believed_the_next_day():
    """Ten minutes need not be seen minute by minute."""
    later = NOW + timedelta(days=30)
    assert look([NOW, later, later + timedelta(days=1), later + timedelta(days=2)]) == [True, False, True, True]
    assert timedelta(days=1) > PATIENCE
