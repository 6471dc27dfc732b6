"""The story of an outgoing letter: what each answer of the server leads to, how long is waited, when it is given up."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.deliver import Claim, Deliverer, Left, Receipt, Result, Settlement, settle, wait_before
from mailbot.domain.errors import WorldError
from tests.builders import ASHA, CHITRA, NOW
from tests.fakes import Crash, FakeClock, FakeJournal, FakeOutbox, FakePost, crash_at, ignore, make_outgoing

GIVE_UP = timedelta(hours=48)
HOUR = timedelta(hours=1)


def settled(result, *, attempts=1, unknowns=0, age=timedelta(0), chance=0.5):
    """Return what follows from one receipt."""
    letter = make_outgoing(attempts=attempts, unknowns=unknowns, written_at=NOW - age)
    return settle(Receipt(letter, result, "451 try later"), NOW, GIVE_UP, chance)


def test_a_letter_that_met_no_server_is_tried_soon_after_it_is_back():
    """However often no connection could be opened, it waits less than five minutes; it is given up in the end."""
    letter = make_outgoing(attempts=40, unknowns=0, written_at=NOW)
    receipt = Receipt(letter, Result.LATER, "No connection.", unreachable=True)
    due = settle(receipt, NOW, GIVE_UP, 1.0).due
    assert due is not None
    assert timedelta(minutes=1) < due - NOW < timedelta(minutes=5)
    assert settle(receipt, NOW + GIVE_UP, GIVE_UP, 1.0).state == "failed"


def test_while_the_post_rests_no_letter_is_claimed():
    """A server that shall not be asked yet costs no attempt and no write."""
    outbox, post = FakeOutbox([make_outgoing()]), FakePost(resting=True)
    deliverer = Deliverer(outbox, post, GIVE_UP, FakeClock(), lambda: 0.5, ignore)
    assert deliverer.deliver_due() == 0
    assert len(outbox.waiting) == 1
    post.resting = False
    assert deliverer.deliver_due() == 1
    assert [settlement.state for settlement in outbox.settled] == ["sent"]


@pytest.mark.parametrize(
    ("result", "attempts", "unknowns", "age", "state", "wait"),
    [
        (Result.SENT, 1, 0, 0, "sent", None),
        (Result.SENT, 9, 2, 99, "sent", None),
        (Result.REFUSED, 1, 0, 0, "failed", None),
        (Result.REFUSED, 9, 2, 99, "failed", None),
        (Result.LATER, 1, 0, 0, "pending", 30),
        (Result.LATER, 2, 0, 0, "pending", 120),
        (Result.LATER, 3, 0, 0, "pending", 600),
        (Result.LATER, 4, 0, 1, "pending", 1800),
        (Result.LATER, 5, 0, 1, "pending", 3600),
        (Result.LATER, 40, 0, 47, "pending", 3600),
        (Result.LATER, 40, 2, 47, "pending", 3600),
        (Result.LATER, 40, 0, 48, "failed", None),
        (Result.LATER, 1, 0, 49, "failed", None),
        (Result.UNKNOWN, 1, 0, 0, "pending", 30),
        (Result.UNKNOWN, 2, 1, 0, "pending", 120),
        (Result.UNKNOWN, 3, 2, 0, "failed", None),
        (Result.UNKNOWN, 1, 0, 48, "failed", None),
    ],
)
def test_what_follows_from_an_answer(result, attempts, unknowns, age, state, wait):  # noqa: PLR0917 - a row of the table
    """Sent and refused are final; everything else comes again, later and later, until it is given up."""
    settlement = settled(result, attempts=attempts, unknowns=unknowns, age=timedelta(hours=age))
    assert settlement.state == state
    assert settlement.due == (NOW + timedelta(seconds=wait) if wait is not None else None)
    assert settlement.unknowns == unknowns + (result is Result.UNKNOWN)


def test_a_letter_goes_out_at_most_three_times_into_the_unknown():
    """Lost after the final dot again and again, the same bytes are sent three times in all, and the reason is kept."""
    states, unknowns = [], 0
    while not states or states[-1] == "pending":
        last = settled(Result.UNKNOWN, attempts=len(states) + 1, unknowns=unknowns)
        states, unknowns = [*states, last.state], last.unknowns
    assert states == ["pending", "pending", "failed"]
    assert "lost 3 times" in last.answer


@settings(deadline=None)
@given(attempts=st.integers(1, 10_000), chance=st.floats(0, 1))
def test_waits_grow_and_are_spread_by_a_fifth(attempts, chance):
    """Every wait lies within a fifth of its step, at least 24 seconds and at most 72 minutes."""
    middle = wait_before(attempts, 0.5)
    assert 0.79 * middle <= wait_before(attempts, chance) <= 1.21 * middle
    assert timedelta(seconds=24) <= wait_before(attempts, chance) <= timedelta(minutes=72)


def make_deliverer(outbox, post, reached=ignore):
    """Return a deliverer with a fixed chance."""
    return Deliverer(outbox, post, GIVE_UP, FakeClock(), lambda: 0.5, reached)


def test_nothing_waiting_sends_nothing():
    """An empty outbox costs no connection."""
    post = FakePost()
    assert make_deliverer(FakeOutbox(), post).deliver_due() == 0
    assert post.bytes_sent == []


def test_each_letter_is_settled_by_its_own_answer():
    """One refused address does not hold up the others, and every claimed letter is settled once."""
    outbox = FakeOutbox(
        [make_outgoing(ASHA.email, id=1), make_outgoing(CHITRA.email, id=2), make_outgoing("x@y", id=3)]
    )
    post = FakePost({CHITRA.email: Result.REFUSED, "x@y": Result.LATER})
    assert make_deliverer(outbox, post).deliver_due() == 3
    assert [(done.id, done.state) for done in outbox.settled] == [(1, "sent"), (2, "failed"), (3, "pending")]


def test_a_batch_takes_no_more_than_its_limit():
    """The rest stays in the outbox for the next round."""
    outbox = FakeOutbox([make_outgoing(id=number) for number in range(5)])
    assert make_deliverer(outbox, FakePost()).deliver_due(limit=2) == 2
    assert len(outbox.waiting) == 3


def test_letters_in_hand_are_renewed_until_they_are_settled():
    """A server that takes longer than a lease does not let another worker send the same letters."""
    outbox = FakeOutbox([make_outgoing(id=number) for number in range(2)])
    deliverer = make_deliverer(outbox, FakePost(), lambda _: deliverer.renew())
    deliverer.deliver_due()
    deliverer.renew()
    assert outbox.renewed == [[0, 1]] * 3  # claimed, sent, settled; afterwards nothing is in hand


def test_a_stop_gives_back_what_was_not_begun():
    """The letter in hand is settled by its answer; the others wait as before, with no attempt counted."""
    outbox = FakeOutbox([make_outgoing(id=number) for number in range(4)])
    post = FakePost()
    assert make_deliverer(outbox, post).deliver_due(stopping=iter([False, True, True, True]).__next__) == 4
    assert (len(post.bytes_sent), [done.id for done in outbox.settled]) == (1, [0])
    assert [(letter.id, letter.attempts) for letter in outbox.waiting] == [(1, 0), (2, 0), (3, 0)]


def test_an_ending_that_cannot_be_written_down_is_owed():
    """While the database is away nothing more is sent, the leases are renewed, and then each ending is written once."""
    outbox, post = FakeOutbox([make_outgoing(id=number) for number in range(3)]), FakePost()
    deliverer = make_deliverer(outbox, post)
    write = outbox.settle
    outbox.settle = unwritable
    for _ in range(3):
        with pytest.raises(WorldError):
            deliverer.deliver_due()
    deliverer.renew()
    assert (len(post.bytes_sent), outbox.renewed) == (3, [[0, 1, 2]])
    outbox.settle = write
    assert deliverer.deliver_due() == 0
    assert [(done.id, done.state) for done in outbox.settled] == [(0, "sent"), (1, "sent"), (2, "sent")]


def unwritable(*_):
    """Be a database that is away."""
    raise WorldError("The database is away.")


def test_what_a_dead_program_left_is_written_down_before_anything_is_sent():
    """What the server had taken is sent, what was not begun waits as before; neither is in doubt."""
    taken = Settlement(7, "sent", "250 2.0.0 Ok", 0)
    outbox, post = FakeOutbox(), FakePost()
    outbox.claimed[8] = make_outgoing(id=8, attempts=1)
    journal = FakeJournal([Left((taken,), (Claim(8, 1),))])
    deliverer = Deliverer(outbox, post, GIVE_UP, FakeClock(), lambda: 0.5, ignore, journal)
    assert deliverer.deliver_due() == 1
    assert [(done.id, done.state) for done in outbox.settled] == [(7, "sent"), (8, "sent")]
    assert journal.noted == [[8], "settled"]


@pytest.mark.parametrize(
    ("step", "sent", "settlements"), [("letters-claimed", 0, 0), ("letters-sent", 1, 0), ("letters-settled", 1, 1)]
)
def test_the_attempt_is_counted_before_and_settled_after_the_network(step, sent, settlements):
    """Dying before, between or after leaves exactly the trace that the next start needs."""
    outbox, post = FakeOutbox([make_outgoing()]), FakePost()
    with pytest.raises(Crash):
        make_deliverer(outbox, post, crash_at(step)).deliver_due()
    assert (len(post.bytes_sent), len(outbox.settled), outbox.waiting) == (sent, settlements, [])
