"""What happens when time passes: who is reminded of what, when a broken promise goes up, and how a ticket closes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from mailbot.domain.decision import EventKind, Outcome
from mailbot.domain.letter import LETTERS, LetterKind
from mailbot.domain.people import Language, Role
from mailbot.domain.promises import with_promises
from mailbot.domain.ticket import Status
from mailbot.domain.timers import TIMERS, DueTimer, TimerKind, decide_timer, timers_after, timers_for
from tests.builders import ASHA, CHITRA, DEV, NOW, STAFF, STRANGER, letters, make_person, make_ticket, the_desk

SENIOR = make_person("Farah Khan", employee_id="300001", designation="Commissioner (IT)")
WEEK = timedelta(days=7)
EARLIER, LATER = NOW - timedelta(minutes=1), NOW + timedelta(minutes=1)


def opened(status=Status.NEW, **changes):
    """Return a ticket of Asha's that was opened now, on Monday at 11:30, with the promises of its priority."""
    return with_promises(make_ticket(status, **({"opened_at": NOW, "changed_at": NOW} | changes)), the_desk())


def due(kind, ticket=None, **changes):
    """Return a timer that is due now, with everybody it may concern."""
    values = {"requester": ASHA, "staff": STAFF, "senior": SENIOR}
    return DueTimer(1, kind, NOW, ticket or opened(next(iter(TIMERS[kind].statuses))), **(values | changes))


def decide(kind, ticket=None, **changes):
    """Return what a due timer does."""
    return decide_timer(due(kind, ticket, **changes), the_desk(), NOW)


def local(ticket):
    """Return when each timer of a ticket is due, in local time."""
    zone = the_desk().timezone
    return {kind: f"{at.astimezone(zone):%a %d %H:%M}" for kind, at in timers_for(ticket, the_desk()).items()}


def test_a_new_urgent_ticket_has_all_its_reminders():
    """One hour to answer and four to resolve, a reminder at three quarters of each, and two levels above."""
    assert local(opened(priority="urgent")) == {
        TimerKind.ANSWER_SOON: "Mon 23 12:15",
        TimerKind.ANSWER_DUE: "Mon 23 12:30",
        TimerKind.RESOLVE_SOON: "Mon 23 14:30",
        TimerKind.RESOLVE_DUE: "Mon 23 15:30",
        TimerKind.ESCALATE_1: "Mon 23 16:30",
        TimerKind.ESCALATE_2: "Wed 25 12:30",
    }


def test_once_answered_only_the_solution_is_promised():
    """The reminders of the first answer are gone, and the escalation counts from the promised solution."""
    assert local(opened(Status.IN_PROGRESS, priority="urgent", first_answer_at=NOW)) == {
        TimerKind.RESOLVE_SOON: "Mon 23 14:30",
        TimerKind.RESOLVE_DUE: "Mon 23 15:30",
        TimerKind.ESCALATE_1: "Tue 24 12:30",
        TimerKind.ESCALATE_2: "Wed 25 15:30",
    }


def test_a_waiting_ticket_reminds_the_officer_twice():
    """After three and after six working days; the free Saturday and the Sunday between do not count."""
    assert local(opened(Status.WAITING, paused_at=NOW)) == {
        TimerKind.WAITING_1: "Thu 26 11:30",
        TimerKind.WAITING_2: "Tue 01 11:30",
    }


def test_a_resolved_ticket_warns_and_closes():
    """Seven days after it was resolved it closes, two days before that the officer hears of it."""
    ticket = opened(Status.RESOLVED, resolved_at=NOW)
    assert timers_for(ticket, the_desk()) == {
        TimerKind.CLOSING_SOON: NOW + timedelta(days=5),
        TimerKind.CLOSE: NOW + WEEK,
    }


@pytest.mark.parametrize("status", [Status.CLOSED, Status.MERGED])
def test_what_is_over_has_no_timer(status):
    """A closed or merged ticket is left in peace."""
    assert timers_for(opened(status), the_desk()) == {}


def test_a_ticket_without_promises_has_no_reminders():
    """Neither a ticket from before there were promises nor one of an unnamed priority is ever late."""
    assert timers_for(make_ticket(), the_desk()) == {}
    assert timers_for(opened(priority="some-day"), the_desk()) == {}


def test_without_a_notice_nobody_is_warned():
    """A desk that closes after two days does not warn two days before."""
    desk = replace(the_desk(), close_after=timedelta(days=2))
    assert set(timers_for(opened(Status.RESOLVED, resolved_at=NOW), desk)) == {TimerKind.CLOSE}


@pytest.mark.parametrize(
    ("before", "after", "row", "kept"),
    [
        (LATER, LATER, True, True),
        (LATER, NOW + WEEK, False, True),
        (EARLIER, EARLIER, False, False),
        (EARLIER, EARLIER, True, True),
        (LATER, EARLIER, True, True),
        (LATER, EARLIER, False, True),
        (None, EARLIER, False, False),
        (None, LATER, False, True),
        (LATER, None, True, False),
    ],
    ids=[
        "nothing moved", "moved on", "it has been", "it is about to come", "suddenly due", "suddenly due, no row",
        "of another time", "new", "gone",
    ],
)  # fmt: skip
def test_what_came_once_does_not_come_again(before, after, row, kept):
    """A change keeps the timers that still wait and adds those that lie ahead, and nothing comes twice."""
    kind = TimerKind.RESOLVE_DUE
    given = [{kind: at} if at else {} for at in (before, after)]
    assert (kind in timers_after(*given, {kind: before or NOW} if row else {}, NOW)) is kept


def test_what_is_suddenly_due_is_one_reminder():
    """A ticket that becomes urgent after two days missed everything at once; who works on it gets one letter, now."""
    before, after = opened(), opened(priority="urgent")
    later = NOW + timedelta(hours=23)
    rows = timers_for(before, the_desk())
    assert timers_after(rows, timers_for(after, the_desk()), rows, later) == {
        TimerKind.ESCALATE_1: later,
        TimerKind.ESCALATE_2: timers_for(after, the_desk())[TimerKind.ESCALATE_2],
        TimerKind.ANSWER_SOON: rows[TimerKind.ANSWER_SOON],
    }


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (TimerKind.ANSWER_SOON, {(CHITRA.email, LetterKind.REMINDER)}),
        (TimerKind.ANSWER_DUE, {(CHITRA.email, LetterKind.REMINDER)}),
        (TimerKind.RESOLVE_SOON, {(CHITRA.email, LetterKind.REMINDER)}),
        (TimerKind.RESOLVE_DUE, {(CHITRA.email, LetterKind.REMINDER)}),
        (TimerKind.ESCALATE_1, {(CHITRA.email, LetterKind.ESCALATED), (DEV.email, LetterKind.ESCALATED)}),
        (TimerKind.ESCALATE_2, {(SENIOR.email, LetterKind.ESCALATED), (DEV.email, LetterKind.ESCALATED)}),
        (TimerKind.WAITING_1, {(ASHA.email, LetterKind.WAITING_REMINDER)}),
        (TimerKind.WAITING_2, {(ASHA.email, LetterKind.WAITING_REMINDER)}),
        (TimerKind.CLOSING_SOON, {(ASHA.email, LetterKind.CLOSING_SOON)}),
        (TimerKind.CLOSE, {(ASHA.email, LetterKind.CLOSED)}),
    ],
)
def test_who_is_told(kind, told):
    """Chitra has the ticket, Dev leads, Farah is the senior of the settings, Asha is the officer."""
    ticket = opened(next(iter(TIMERS[kind].statuses)), assignee=CHITRA.email)
    decision = decide(kind, ticket)
    assert (decision.outcome, letters(decision)) == (Outcome.UPDATED, told)
    assert decision.events[0].kind is TIMERS[kind].event
    assert decision.events[0].internal is (kind is not TimerKind.CLOSE)


def test_every_kind_has_its_row_and_its_letter():
    """The table of timers is complete, and what it sends is about one ticket."""
    assert set(TIMERS) == set(TimerKind)
    assert not any(LETTERS[rule.letter].about_desk for rule in TIMERS.values())


def test_without_an_assignee_everybody_is_reminded():
    """Somebody has to take it."""
    assert {to for to, _ in letters(decide(TimerKind.ANSWER_DUE))} == {CHITRA.email, DEV.email}


def test_while_the_assignee_is_away_the_leads_stand_in():
    """Chitra is on leave until Friday, so Dev hears of it too."""
    away = replace(CHITRA, away_until=NOW + timedelta(days=4))
    ticket = opened(assignee=CHITRA.email)
    assert {to for to, _ in letters(decide(TimerKind.ANSWER_DUE, ticket, staff=(away, DEV)))} == {
        CHITRA.email,
        DEV.email,
    }


def test_without_lead_and_senior_the_section_hears_of_it():
    """A small desk without roles above still escalates to somebody."""
    alone = replace(CHITRA, role=Role.STAFF)
    assert letters(decide(TimerKind.ESCALATE_2, staff=(alone,), senior=None)) == {(CHITRA.email, LetterKind.ESCALATED)}


def test_the_officer_reads_the_question_again():
    """A reminder that does not say what was asked would only be answered with a question."""
    decision = decide(TimerKind.WAITING_1, question="Which browser do you use?")
    assert decision.letters[0].text == "Which browser do you use?"


@pytest.mark.parametrize("kind", TimerKind)
@pytest.mark.parametrize("status", Status)
def test_a_timer_that_comes_too_late_does_nothing(kind, status):
    """When the ticket has moved on meanwhile, nothing changes and nobody is written to."""
    decision = decide(kind, opened(status))
    if status in TIMERS[kind].statuses:
        assert decision.letters
    else:
        assert (decision.outcome, decision.change, decision.letters) == (Outcome.IGNORED, None, ())


def test_nobody_is_reminded_of_an_answer_that_was_given():
    """The officer heard from the desk a moment before the timer came."""
    answered = opened(Status.IN_PROGRESS, first_answer_at=NOW)
    assert decide(TimerKind.ANSWER_DUE, answered).outcome is Outcome.IGNORED


def test_when_nobody_answers_the_ticket_closes():
    """The ticket closes, its history says why, and Asha gets one letter."""
    decision = decide(TimerKind.CLOSE)
    assert (decision.change.status, decision.expected_version) == (Status.CLOSED, 3)
    assert decision.events[0].kind is EventKind.CLOSED


def test_the_letter_comes_in_the_stored_language():
    """The directory's choice beats the language the ticket was opened in."""
    hindi = replace(ASHA, language=Language.HINDI)
    assert decide(TimerKind.CLOSE, requester=hindi).letters[0].language is Language.HINDI


@pytest.mark.parametrize(("requester", "told"), [(STRANGER, {(STRANGER, LetterKind.CLOSED)}), ("", set())])
def test_a_ticket_of_a_bare_address_or_of_nobody_closes_too(requester, told):
    """A stranger's ticket tells the stranger; a ticket without a sender tells nobody."""
    ticket = opened(Status.RESOLVED, requester=requester, verified=False)
    assert letters(decide(TimerKind.CLOSE, ticket, requester=None)) == told
