"""Leases: one holder at a time, renewed by the living, taken over from the dead."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from mailbot.adapters.store.engine import writing
from mailbot.adapters.store.leases import Leases, take_turn
from tests.store.conftest import LEASE
from tests.store.desk_work import MAILBOX, NOW


@pytest.fixture
def first(engine):
    """Return the leases of one worker."""
    return Leases(engine, "lucknow-1:4711", LEASE)


@pytest.fixture
def second(engine):
    """Return the leases of another worker."""
    return Leases(engine, "lucknow-2:815", LEASE)


def test_the_second_one_waits(first, second):
    """While the lease of one worker holds, the other one does not get it."""
    assert first.acquire(MAILBOX, NOW)
    assert not second.acquire(MAILBOX, NOW + LEASE - timedelta(seconds=1))


def test_the_holder_renews(first, second):
    """A living worker keeps its lease as long as it likes."""
    assert first.acquire(MAILBOX, NOW)
    assert first.acquire(MAILBOX, NOW + timedelta(seconds=100))
    assert not second.acquire(MAILBOX, NOW + LEASE)


def test_the_lease_of_a_dead_worker_runs_out(first, second):
    """Afterwards the first worker has to wait."""
    first.acquire(MAILBOX, NOW)
    assert second.acquire(MAILBOX, NOW + LEASE)
    assert not first.acquire(MAILBOX, NOW + LEASE)


def test_releasing_frees_it_at_once(first, second):
    """A clean stop leaves nobody waiting."""
    first.acquire(MAILBOX, NOW)
    first.release(MAILBOX)
    assert second.acquire(MAILBOX, NOW)


def test_nobody_releases_what_another_one_holds(first, second):
    """A worker that lost its lease cannot give it away."""
    first.acquire(MAILBOX, NOW)
    second.release(MAILBOX)
    assert not second.acquire(MAILBOX, NOW)


def test_mailboxes_do_not_wait_for_each_other(first, second):
    """A lease is for one name."""
    assert first.acquire(MAILBOX, NOW)
    assert second.acquire("another@tax.up.example/INBOX", NOW)


def test_a_turn_is_somebody_elses_when_the_transaction_ends(engine):
    """Who takes a turn waits for the transaction that took it before, and sees what that one wrote."""
    order = []

    def follow():
        with writing(engine) as connection:
            take_turn(connection, "counting", NOW)
            order.append("second")

    with writing(engine) as connection:
        take_turn(connection, "counting", NOW)
        second = threading.Thread(target=follow)
        second.start()
        second.join(0.3)  # long enough to go on, if nothing held it up
        order.append("first")
    second.join()
    assert order == ["first", "second"]
