"""When silence is an alarm, and when a test mail is sent and lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mailbot.domain.alarms import AlarmCode
from mailbot.domain.watching import Beat, Canary, CanaryRules, Part, find_lost_canary, find_silences, wants_canary

NOON = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
RULES = CanaryRules(timedelta(minutes=30), timedelta(minutes=15))
NEVER = CanaryRules(None, timedelta(minutes=15))
LIMITS = dict.fromkeys(Part, 600.0)


def beat(silent, error=""):
    """Return how a part fares that is silent for so many seconds."""
    return Beat(None, None, error, silent)


def test_a_part_that_is_silent_for_too_long_is_an_alarm():
    """Each part leads to its own code with its last trouble; two parts of one code are one alarm."""
    assert find_silences(dict.fromkeys(Part, beat(600)), LIMITS) == {}
    found = find_silences(dict.fromkeys(Part, beat(660, "no such host.")), LIMITS)
    assert set(found) == {
        AlarmCode.MAILBOX_SILENT,
        AlarmCode.SENDING_SILENT,
        AlarmCode.WORK_STUCK,
        AlarmCode.DATABASE_TROUBLE,
    }
    assert found[AlarmCode.MAILBOX_SILENT].startswith("The mailbox could not be read for 11 minutes (no such host). ")
    assert "No mail could be handled" in found[AlarmCode.WORK_STUCK]
    assert "Nothing that became due" in found[AlarmCode.WORK_STUCK]


def ago(minutes, *, left=True, back=None):
    """Return a test mail that was sent so many minutes before noon."""
    sent = NOON - timedelta(minutes=minutes)
    return Canary(sent, left, None if back is None else sent + timedelta(seconds=back))


@pytest.mark.parametrize(
    ("last", "rules", "wanted"),
    [
        (None, RULES, False),
        (ago(29, back=3), RULES, False),
        (ago(30, back=3), RULES, True),
        (ago(30), RULES, True),
        (ago(300, left=False), RULES, False),
        (ago(300, back=3), NEVER, False),
    ],
)
def test_when_a_test_mail_is_sent(last, rules, wanted):
    """Every half hour, not at once after a start, and not while the last one still waits to be sent."""
    assert wants_canary(last, NOON, rules, NOON) is wanted
    assert wants_canary(None, NOON - timedelta(minutes=30), RULES, NOON)


def test_when_a_test_mail_is_lost():
    """Nothing is said before its time is over; then the sentence says how far it came."""
    assert find_lost_canary(None, RULES, NOON) == ""
    assert find_lost_canary(ago(20, back=3), RULES, NOON) == ""
    assert find_lost_canary(ago(20), NEVER, NOON) == ""
    assert find_lost_canary(ago(14), RULES, NOON) is None
    assert "did not come back" in (find_lost_canary(ago(15), RULES, NOON) or "")
    assert "waits to be sent for 15 minutes" in (find_lost_canary(ago(15, left=False), RULES, NOON) or "")
