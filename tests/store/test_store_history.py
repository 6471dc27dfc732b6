"""The history of a ticket is a chain: no line can be changed, dropped or moved unseen."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select, update

from mailbot.adapters.store.changes import event_hash
from mailbot.adapters.store.engine import reading, writing
from mailbot.adapters.store.tables import events, tickets
from mailbot.domain.decision import Event
from tests.store.desk_work import NOW, claim, mail_for, open_one
from tests.store.desk_work import update as resolve


@pytest.fixture
def number(store):
    """Return the number of a ticket with four lines of history, with characters that no database keeps."""
    number = open_one(store)
    for uid in (2, 3, 4):
        (entry,) = claim(store, uid)
        happened = (Event("commented", "asha\x00@tax.up.example", f"पंक्ति {uid}\x00\ud800", "A reply."),)
        store.apply(entry, mail_for(entry), resolve(number, uid - 1, change=None, events=happened), NOW)
    return number


def is_whole(engine, number):
    """Tell whether the chain of a ticket comes out right when it is computed again from the tables."""
    query = select(events).join(tickets).where(tickets.c.number == number).order_by(events.c.sequence)
    previous = ""
    with reading(engine) as connection:
        for sequence, row in enumerate(connection.execute(query).all(), start=1):
            line = Event(row.kind, row.actor, row.text, row.reason, row.internal)
            previous = event_hash(previous, number, sequence, row.at, line)
            if (row.sequence, row.hash) != (sequence, previous):
                return False
    return bool(previous)


def test_the_chain_can_be_computed_again(store, number):
    """What was hashed is what is stored, whatever the mail said."""
    assert is_whole(store.engine, number)


@pytest.mark.parametrize("column", ["text", "actor", "reason", "kind"])
def test_a_changed_line_is_noticed(store, number, column):
    """Whoever changes one word breaks the chain."""
    with writing(store.engine) as connection:
        connection.execute(update(events).where(events.c.sequence == 2).values({column: "changed"}))
    assert not is_whole(store.engine, number)


def test_a_missing_line_is_noticed(store, number):
    """Whoever takes a line away breaks the chain."""
    with writing(store.engine) as connection:
        connection.execute(delete(events).where(events.c.sequence == 3))
    assert not is_whole(store.engine, number)


def test_two_tickets_have_chains_of_their_own(store, number):
    """The first line of another ticket does not continue this one."""
    other = open_one(store, 9)
    assert is_whole(store.engine, other)
    assert is_whole(store.engine, number)
