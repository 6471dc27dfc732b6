"""How a ticket's promises move with it: made, stopped while it waits, moved on, made anew, and kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from mailbot.domain.decision import Decision, EventKind, Outcome
from mailbot.domain.promises import is_answered_by, move_promises, with_promises
from mailbot.domain.ticket import Status
from mailbot.domain.timers import TimerKind, timers_after, timers_for
from tests.builders import ASHA, CHITRA, DEV, NOW, decide_mail, make_known, make_mail, make_ticket, the_desk, when

NOTHING = Decision(Outcome.UPDATED, ())
DESK = the_desk()


def local(at):
    """Return a moment as people at the desk read it."""
    return f"{at.astimezone(DESK.timezone):%a %d %H:%M}" if at else None


def opened(priority="normal", **changes):
    """Return a ticket that was opened on Monday at 11:30, with its promises."""
    return with_promises(make_ticket(Status.NEW, priority=priority, **({"opened_at": NOW} | changes)), DESK)


def promises(ticket):
    """Return what is promised."""
    return local(ticket.answer_due_at), local(ticket.resolve_due_at)


def move(ticket, now, decision=NOTHING, **changes):
    """Return the ticket after a change at that moment."""
    return move_promises(ticket, replace(ticket, **changes), decision, DESK, now)


@pytest.mark.parametrize(
    ("priority", "expected"),
    [
        ("urgent", ("Mon 23 12:30", "Mon 23 15:30")),
        ("high", ("Mon 23 15:30", "Tue 24 11:30")),
        ("normal", ("Tue 24 11:30", "Thu 26 11:30")),
        ("low", ("Wed 25 11:30", "Mon 30 11:30")),
        ("of-old-times", (None, None)),
    ],
)
def test_each_priority_has_its_promise(priority, expected):
    """In working hours of the calendar; a priority without a promise has none."""
    assert promises(opened(priority)) == expected


def test_a_mail_at_night_is_promised_from_the_opening():
    """What comes on Saturday night is urgent from Monday ten o'clock on."""
    assert promises(opened("urgent", opened_at=NOW - timedelta(days=1, hours=14))) == ("Mon 23 11:00", "Mon 23 14:00")


def test_the_clock_stops_while_the_desk_waits():
    """Asked after an hour and answered two days later: both promises move by the fourteen hours that it waited."""
    ticket = move(opened(), NOW + timedelta(hours=1), status=Status.WAITING)
    assert ticket.paused_at == NOW + timedelta(hours=1)
    back = move(ticket, NOW + timedelta(days=2, hours=1), status=Status.IN_PROGRESS)
    assert back.paused_at is None
    assert promises(back) == ("Thu 26 11:30", "Mon 30 11:30")


def test_every_wait_is_added_up_in_working_time():
    """Two waits: from Monday 12:30 for two days (14 working hours), then half an hour; the reports leave them out."""
    ticket = move(opened(), NOW + timedelta(hours=1), status=Status.WAITING)
    back = move(ticket, NOW + timedelta(days=2, hours=1), status=Status.IN_PROGRESS)
    again = move(back, NOW + timedelta(days=2, hours=2), status=Status.WAITING)
    solved = move(again, NOW + timedelta(days=2, hours=2, minutes=30), status=Status.RESOLVED)
    assert [one.waited_seconds for one in (ticket, back, again, solved)] == [0, 14 * 3600, 14 * 3600, 14 * 3600 + 1800]


def test_a_resolved_ticket_no_longer_waits():
    """Resolved while it waited: the clock is running again, should it be re-opened."""
    ticket = move(opened(), NOW, status=Status.WAITING)
    assert move(ticket, NOW + timedelta(days=1), status=Status.RESOLVED).paused_at is None


def test_what_was_overdue_stays_overdue():
    """Asked an hour too late, and answered the next day: it is an hour late still, and nobody is reminded again."""
    asked, answered = NOW + timedelta(hours=5), NOW + timedelta(days=1, hours=5)
    waiting = move(opened("urgent"), asked, status=Status.WAITING)
    back = move(waiting, answered, status=Status.IN_PROGRESS)
    assert DESK.calendar.working_between(back.resolve_due_at, answered) == timedelta(hours=1)
    assert set(timers_after(timers_for(waiting, DESK), timers_for(back, DESK), {}, answered)) == {TimerKind.ESCALATE_2}


def test_a_reopened_ticket_is_promised_anew():
    """The officer waits for a solution again, from now; the first answer was given."""
    ticket = opened("high", first_answer_at=NOW)
    later = NOW + timedelta(days=7)
    again = move(ticket, later, status=Status.IN_PROGRESS, reopen_count=1)
    assert promises(again) == (promises(ticket)[0], "Tue 01 11:30")


def test_another_priority_counts_from_the_same_beginning():
    """Two hours after it was opened the ticket becomes urgent: its answer is overdue, its solution due at 15:30."""
    ticket = move(opened(), NOW + timedelta(hours=2), priority="urgent")
    assert promises(ticket) == ("Mon 23 12:30", "Mon 23 15:30")
    assert promises(move(ticket, NOW, priority="normal")) == ("Tue 24 11:30", "Thu 26 11:30")


def test_the_time_it_waited_stays_counted_out_of_another_priority():
    """A ticket that waited for a day and then becomes high is due a day later than one that did not."""
    waited = move(move(opened(), NOW, status=Status.WAITING), NOW + timedelta(days=1), status=Status.IN_PROGRESS)
    assert promises(move(waited, NOW + timedelta(days=1), priority="high")) == ("Tue 24 15:30", "Wed 25 11:30")


def test_a_priority_without_a_promise_takes_it_away():
    """Nothing is promised, so nothing becomes due."""
    ticket = move(opened(), NOW, priority="of-old-times")
    assert (promises(ticket), timers_for(ticket, DESK)) == ((None, None), {})


def test_an_answer_that_was_given_is_not_promised_again():
    """The first answer keeps the promise it had."""
    ticket = opened(first_answer_at=NOW)
    assert move(ticket, NOW, priority="urgent").answer_due_at == ticket.answer_due_at


@pytest.mark.parametrize(
    ("sender", "says", "answers"),
    [
        (CHITRA, "Please clear the cache and try again.", True),
        (CHITRA, "RESOLVED\nThe ledger was rebuilt.", True),
        (CHITRA, "TAKE", True),
        (CHITRA, "ASK\nWhich browser do you use?", True),
        (CHITRA, "NOTE\nProbably the gateway again.", False),
        (ASHA, "It still does not work.", False),
        (ASHA, "रद्द करें", False),
        (DEV, "यह समस्या कल से सभी खण्डों में है, जाँच हो रही है।", True),
    ],
)
def test_what_counts_as_the_first_answer(sender, says, answers):
    """A public word or step of the IT section; neither a note nor the officer's own words."""
    decision = when(sender, says)
    assert is_answered_by(decision) is answers
    moved = move(make_ticket(), NOW, decision)
    assert (moved.first_answer_at == NOW) is answers


def test_opening_a_ticket_answers_nobody():
    """The acknowledgement is no answer of a person."""
    assert not is_answered_by(decide_mail(make_mail("GSTR-3B does not open"), make_known()))


def test_the_first_answer_is_the_first_one():
    """What comes later does not move it."""
    decision = when(CHITRA, "Please try again.")
    assert any(event.kind is EventKind.COMMENTED for event in decision.events)
    assert move(make_ticket(first_answer_at=NOW), NOW + timedelta(hours=1), decision).first_answer_at == NOW
