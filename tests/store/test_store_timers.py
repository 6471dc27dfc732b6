"""Timers: one of a kind for a ticket, moved with its promises, obeyed once, folded when they are late."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from mailbot.adapters.store.directory import keep_people
from mailbot.adapters.store.engine import reading, writing
from mailbot.adapters.store.queries import find_history
from mailbot.adapters.store.tables import letters, timers
from mailbot.domain.clock_guard import ClockState
from mailbot.domain.decision import Change, Event, EventKind
from mailbot.domain.errors import ChangedMeanwhileError
from mailbot.domain.late import catch_up
from mailbot.domain.ticket import Status
from mailbot.domain.timers import TimerKind, decide_timer
from tests.builders import ASHA, CHITRA, DEV, the_desk
from tests.store.desk_work import NOW, claim, mail_for, open_one
from tests.store.desk_work import update as make_update

DESK = the_desk()
WEEK = DESK.close_after
LONG = NOW + timedelta(days=60)
PROMISED = {
    TimerKind.ANSWER_SOON, TimerKind.ANSWER_DUE, TimerKind.RESOLVE_SOON, TimerKind.RESOLVE_DUE, TimerKind.ESCALATE_1,
    TimerKind.ESCALATE_2,
}  # fmt: skip


@pytest.fixture
def number(store):
    """Return the number of a ticket that was resolved at noon."""
    number = open_one(store)
    change(store, number, 2, Change(status=Status.RESOLVED))
    return number


def change(store, number, uid, what, now=NOW, **changes):
    """Let a mail change the ticket; the first change has UID 2, so the version is one less."""
    (entry,) = claim(store, uid, now=now)
    decision = make_update(number, uid - 1, change=what, **({"events": (), "letters": ()} | changes))
    store.apply(entry, mail_for(entry), decision, now)


def rows(engine):
    """Return when each timer is due, by its kind."""
    with reading(engine) as connection:
        found = connection.execute(select(timers.c.kind, timers.c.due_at)).all()
    assert len({kind for kind, _ in found}) == len(found)
    return {TimerKind(kind): at for kind, at in found}


def decide(timer, now):
    """Return what a due timer does."""
    return decide_timer(timer, DESK, now)


def test_a_new_ticket_has_its_promises_and_their_timers(store):
    """A normal ticket of Monday 11:30 is promised an answer by Tuesday and a solution by Thursday, at the same time."""
    number = open_one(store)
    ticket = find_history(store.engine, number).ticket
    assert (ticket.answer_due_at, ticket.resolve_due_at) == (NOW + timedelta(days=1), NOW + timedelta(days=3))
    found = rows(store.engine)
    assert set(found) == PROMISED
    assert (found[TimerKind.ANSWER_DUE], found[TimerKind.RESOLVE_DUE]) == (ticket.answer_due_at, ticket.resolve_due_at)


def test_a_resolved_ticket_closes_after_a_week(store, number):
    """The warning and the closing are all that is left, each at its time, with the ticket as it stands."""
    assert store.find_due(NOW + WEEK - timedelta(days=2, seconds=1), 10) == []
    soon, due = store.find_due(NOW + WEEK, 10)
    assert (soon.kind, soon.due_at) == (TimerKind.CLOSING_SOON, NOW + WEEK - timedelta(days=2))
    assert (due.kind, due.due_at, due.ticket.number) == (TimerKind.CLOSE, NOW + WEEK, number)


def test_reopening_promises_anew(store, number):
    """Whoever re-opens a ticket need not fear that it closes; a solution is promised from then on."""
    later = NOW + timedelta(days=3)
    change(store, number, 3, Change(status=Status.IN_PROGRESS, reopened=True), later)
    found = rows(store.engine)
    assert set(found) >= {TimerKind.RESOLVE_DUE, TimerKind.ESCALATE_1}
    assert not set(found) & {TimerKind.CLOSE, TimerKind.CLOSING_SOON}
    assert min(found.values()) > later


def test_resolving_again_starts_the_week_again(store, number):
    """There is one timer, and it counts from the last time the ticket was resolved."""
    change(store, number, 3, Change(status=Status.IN_PROGRESS, reopened=True))
    change(store, number, 4, Change(status=Status.RESOLVED), NOW + timedelta(days=3))
    assert rows(store.engine)[TimerKind.CLOSE] == NOW + timedelta(days=3) + WEEK


def test_a_comment_leaves_the_timers_alone(store, number):
    """Words change no promise; even the rows are the same."""
    before = [timer.id for timer in store.find_due(LONG, 10)]
    change(store, number, 3, None, NOW + timedelta(days=3))
    assert [timer.id for timer in store.find_due(LONG, 10)] == before


def test_an_answer_takes_its_reminders_away(store):
    """The officer heard from the desk; only the solution is still promised."""
    number = open_one(store)
    change(store, number, 2, Change(status=Status.IN_PROGRESS), events=(Event(EventKind.TAKEN, CHITRA.email),))
    assert find_history(store.engine, number).ticket.first_answer_at == NOW
    assert set(rows(store.engine)) == PROMISED - {TimerKind.ANSWER_SOON, TimerKind.ANSWER_DUE}


def test_waiting_stops_the_clock_and_asks_again(store):
    """While the desk waits only the officer is reminded, with the question; then the promises move by that time."""
    number = open_one(store)
    due = rows(store.engine)[TimerKind.RESOLVE_DUE]
    asked = (Event(EventKind.ASKED, CHITRA.email, "आप कौन सा ब्राउज़र चला रहे हैं?"),)
    change(store, number, 2, Change(status=Status.WAITING), events=asked)
    assert set(rows(store.engine)) == {TimerKind.WAITING_1, TimerKind.WAITING_2}
    (first,) = store.find_due(NOW + timedelta(days=3), 10)
    assert first.question == "आप कौन सा ब्राउज़र चला रहे हैं?"
    store.apply_timer(first, decide(first, NOW + timedelta(days=3)), NOW + timedelta(days=3))
    (entry,) = claim(store, 3, now=NOW + timedelta(days=4))
    answer = make_update(number, 3, change=Change(status=Status.IN_PROGRESS), events=(), letters=())
    store.apply(entry, mail_for(entry), answer, NOW + timedelta(days=4))
    moved = DESK.calendar.working_between(due, rows(store.engine)[TimerKind.RESOLVE_DUE])
    assert moved == DESK.calendar.working_between(NOW, NOW + timedelta(days=4))


def test_another_priority_moves_the_promises(store):
    """An urgent ticket is due in hours; of what should have come before, the weightiest is due at once."""
    number = open_one(store)
    later = NOW + timedelta(hours=2)
    change(store, number, 2, Change(priority="urgent"), later)
    found = rows(store.engine)
    assert found[TimerKind.RESOLVE_DUE] == NOW + timedelta(hours=4)
    assert [(timer.kind, timer.due_at) for timer in store.find_due(later, 10)] == [(TimerKind.ANSWER_DUE, later)]


def test_a_reminder_does_not_come_again(store):
    """It was obeyed, and a change of the ticket afterwards does not bring it back."""
    number = open_one(store)
    now = NOW + timedelta(days=1)
    for timer in store.find_due(now, 10):
        if timer.kind is TimerKind.ANSWER_SOON:
            store.apply_timer(timer, decide(timer, now), now)
    change(store, number, 3, Change(status=Status.IN_PROGRESS), now, expected_version=2)
    assert TimerKind.ANSWER_SOON not in rows(store.engine)


def test_a_timer_is_obeyed_once(store, number):
    """Two workers find the same due timer; the second one is told that it is gone, and nothing is doubled."""
    due = store.find_due(NOW + WEEK, 10)[-1]
    decision = decide(due, NOW + WEEK)
    store.apply_timer(due, decision, NOW + WEEK)
    with pytest.raises(ChangedMeanwhileError):
        store.apply_timer(due, decision, NOW + WEEK)
    history = find_history(store.engine, number)
    assert history.ticket.status is Status.CLOSED
    assert [line.kind for line in history.events].count("closed") == 1
    assert [letter.kind for letter in history.letters].count("closed") == 1


def test_a_timer_whose_ticket_changed_stays_for_another_look(store, number):
    """The ticket changed between looking and obeying: nothing happens, and the timer is not lost."""
    due = store.find_due(NOW + WEEK, 10)[-1]
    change(store, number, 3, None)
    with pytest.raises(ChangedMeanwhileError):
        store.apply_timer(due, decide(due, NOW + WEEK), NOW + WEEK)
    assert len(store.find_due(NOW + WEEK, 10)) == 2


def test_a_timer_with_nothing_to_do_is_only_removed(store, number):
    """An old timer of a ticket that moved on goes away without touching the ticket."""
    due = store.find_due(NOW + WEEK, 10)[-1]
    moved_on = replace(due, ticket=replace(due.ticket, status=Status.CLOSED))
    store.apply_timer(due, decide(moved_on, NOW + WEEK), NOW + WEEK)
    assert set(rows(store.engine)) == {TimerKind.CLOSING_SOON}
    assert find_history(store.engine, number).ticket.status is Status.RESOLVED


@pytest.fixture
def neglected(store):
    """Return the numbers of three tickets that nobody looked at for two months; one of them was resolved."""
    keep_people(store.engine, [ASHA, CHITRA, DEV])
    numbers = [open_one(store, uid) for uid in (11, 12, 13)]
    (entry,) = claim(store, 14)
    store.apply(entry, mail_for(entry), make_update(numbers[0], 1, events=(), letters=()), NOW)
    return numbers


def written(engine):
    """Return who got which letter, but those that were written at once."""
    with reading(engine) as connection:
        query = select(letters.c.to, letters.c.kind).where(letters.c.written_at == LONG)
        return {tuple(row) for row in connection.execute(query)}


def test_late_timers_are_one_transaction_and_one_letter_each(store, neglected):
    """One ticket closes, two are escalated, every timer is gone, and each person has one letter."""
    due = store.find_due(LONG, 100)
    assert len(due) == 2 + 2 * len(PROMISED)
    store.apply_late(catch_up(due, DESK, LONG), LONG)
    assert rows(store.engine) == {}
    assert written(store.engine) == {(person.email, "caught_up") for person in (ASHA, CHITRA, DEV)}
    histories = [find_history(store.engine, number) for number in neglected]
    assert [history.ticket.status for history in histories] == [Status.CLOSED, Status.NEW, Status.NEW]
    assert [history.events[-1].kind for history in histories] == ["closed", "escalated", "escalated"]


def test_late_timers_of_two_workers_are_told_once(store, neglected):
    """The second worker finds the timers gone: nothing of its transaction happens."""
    caught_up = catch_up(store.find_due(LONG, 100), DESK, LONG)
    store.apply_late(caught_up, LONG)
    with pytest.raises(ChangedMeanwhileError):
        store.apply_late(caught_up, LONG)
    assert len(find_history(store.engine, neglected[1]).events) == 2


def test_late_timers_of_a_ticket_that_changed_stay(store, neglected):
    """One of the tickets changed between looking and obeying: all of it is looked at again."""
    caught_up = catch_up(store.find_due(LONG, 100), DESK, LONG)
    (entry,) = claim(store, 15)
    store.apply(entry, mail_for(entry), make_update(neglected[2], 1, change=None, events=(), letters=()), NOW)
    with pytest.raises(ChangedMeanwhileError):
        store.apply_late(caught_up, LONG)
    assert written(store.engine) == set()
    assert len(store.find_due(LONG, 100)) == 14


def test_the_senior_of_the_settings_is_found(store):
    """Whoever is named by Employee ID is told, also without working in the IT section; nobody else is."""
    keep_people(store.engine, [ASHA, CHITRA])
    open_one(store)
    store._desk = replace(DESK, service=replace(DESK.service, senior=ASHA.employee_id))
    assert {timer.senior for timer in store.find_due(LONG, 10)} == {ASHA}


def test_the_clock_is_remembered(store):
    """What was believed and what is in doubt survive a restart; a doubt that is over is forgotten."""
    assert store.find_clock() == ClockState()
    doubted = ClockState(NOW, NOW + WEEK, NOW + WEEK + timedelta(minutes=1))
    store.keep_clock(doubted)
    assert store.find_clock() == doubted
    store.keep_clock(ClockState(NOW + WEEK))
    assert store.find_clock() == ClockState(NOW + WEEK)


def test_an_old_ticket_without_promises_stays_as_it_is(store):
    """A ticket from before there were promises gets no timers by a comment."""
    number = open_one(store)
    with writing(store.engine) as connection:
        connection.execute(timers.delete())
        connection.execute(update(timers.metadata.tables["tickets"]).values(answer_due_at=None, resolve_due_at=None))
    change(store, number, 2, None)
    assert rows(store.engine) == {}
