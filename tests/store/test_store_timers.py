"""Timers: one of a kind for a ticket, replaced with its status, obeyed once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from mailbot.adapters.store.engine import reading
from mailbot.adapters.store.queries import find_history
from mailbot.adapters.store.tables import timers
from mailbot.domain.decision import Change
from mailbot.domain.errors import ChangedMeanwhileError
from mailbot.domain.ticket import Status
from mailbot.domain.timers import TimerKind, decide_timer
from tests.builders import the_desk
from tests.store.desk_work import NOW, claim, mail_for, open_one, update

WEEK = the_desk().close_after


@pytest.fixture
def number(store):
    """Return the number of a ticket that was resolved at noon."""
    number = open_one(store)
    change(store, number, 2, Change(status=Status.RESOLVED))
    return number


def change(store, number, uid, what, now=NOW):
    """Let a mail change the ticket; the first change has UID 2, so the version is one less."""
    (entry,) = claim(store, uid, now=now)
    store.apply(entry, mail_for(entry), update(number, uid - 1, change=what), now)


def all_timers(engine):
    """Return when each timer is due."""
    with reading(engine) as connection:
        return connection.execute(select(timers.c.due_at)).scalars().all()


def test_a_resolved_ticket_closes_after_a_week(store, number):
    """The timer is due when the week is over, with the ticket as it stands."""
    assert store.find_due(NOW + WEEK - timedelta(seconds=1), 10) == []
    (due,) = store.find_due(NOW + WEEK, 10)
    assert (due.kind, due.due_at, due.ticket.number) == (TimerKind.CLOSE, NOW + WEEK, number)


def test_reopening_takes_the_timer_away(store, number):
    """Whoever re-opens a ticket need not fear that it closes."""
    change(store, number, 3, Change(status=Status.IN_PROGRESS, reopened=True))
    assert all_timers(store.engine) == []


def test_resolving_again_starts_the_week_again(store, number):
    """There is one timer, and it counts from the last time the ticket was resolved."""
    change(store, number, 3, Change(status=Status.IN_PROGRESS, reopened=True))
    change(store, number, 4, Change(status=Status.RESOLVED), NOW + timedelta(days=3))
    assert all_timers(store.engine) == [NOW + timedelta(days=3) + WEEK]


def test_a_comment_leaves_the_timer_alone(store, number):
    """Only a change of the status replaces timers."""
    change(store, number, 3, None, NOW + timedelta(days=3))
    assert all_timers(store.engine) == [NOW + WEEK]


def test_a_timer_is_obeyed_once(store, number):
    """Two workers find the same due timer; the second one is told that it is gone, and nothing is doubled."""
    (due,) = store.find_due(NOW + WEEK, 10)
    decision = decide_timer(due.kind, due.ticket, due.requester)
    store.apply_timer(due, decision, NOW + WEEK)
    with pytest.raises(ChangedMeanwhileError):
        store.apply_timer(due, decision, NOW + WEEK)
    history = find_history(store.engine, number)
    assert history.ticket.status is Status.CLOSED
    assert [line.kind for line in history.events].count("closed") == 1
    assert [letter.kind for letter in history.letters].count("closed") == 1


def test_a_timer_whose_ticket_changed_stays_for_another_look(store, number):
    """The ticket changed between looking and obeying: nothing happens, and the timer is not lost."""
    (due,) = store.find_due(NOW + WEEK, 10)
    change(store, number, 3, None)
    with pytest.raises(ChangedMeanwhileError):
        store.apply_timer(due, decide_timer(due.kind, due.ticket, due.requester), NOW + WEEK)
    assert len(store.find_due(NOW + WEEK, 10)) == 1


def test_a_timer_with_nothing_to_do_is_only_removed(store, number):
    """An old timer of a ticket that moved on goes away without touching the ticket."""
    (due,) = store.find_due(NOW + WEEK, 10)
    decision = decide_timer(TimerKind.CLOSE, replace(due.ticket, status=Status.CLOSED), None)
    store.apply_timer(due, decision, NOW + WEEK)
    assert all_timers(store.engine) == []
    assert find_history(store.engine, number).ticket.status is Status.RESOLVED
