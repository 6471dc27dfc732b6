"""The outbox: letters are claimed in order, each attempt leaves a trace, and each letter comes to an end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mailbot.adapters.store.engine import reading
from mailbot.adapters.store.outbox import DOUBTFUL_AT_ONCE
from mailbot.adapters.store.queries import find_history
from mailbot.adapters.store.statistics import find_digest
from mailbot.deliver import UNKNOWN_LIMIT, Claim, Settlement
from mailbot.domain.letter import LetterKind
from tests.builders import ASHA, CHITRA
from tests.store.conftest import LEASE
from tests.store.desk_work import NOW, claim, mail_for, open_one, order, update


@pytest.fixture
def number(store):
    """Return the number of a ticket whose two first letters wait: Asha's and Chitra's."""
    return open_one(store)


def second_letter(store, number):
    """Write Asha another letter about her ticket."""
    (entry,) = claim(store, 2)
    store.apply(entry, mail_for(entry), update(number, 1, letters=(order(kind=LetterKind.RESOLVED),)), NOW)


def settle(outbox, letter, state, *, due=None, unknowns=0, answer="250 2.0.0 Ok: queued", now=NOW):
    """Write down how one letter ended."""
    outbox.settle([Settlement(letter.id, state, answer, unknowns, due)], now)


def lines(store, number):
    """Return recipient, state, attempts and answer of a ticket's letters."""
    return [(line.to, line.state, line.attempts, line.answer) for line in find_history(store.engine, number).letters]


def test_letters_are_claimed_oldest_first_with_the_attempt_counted(store, outbox, number):
    """Before the first byte goes out, the letter says that it is being sent."""
    claimed = outbox.claim_letters(NOW, 10)
    assert [(letter.to, letter.ticket, letter.attempts, letter.unknowns) for letter in claimed] == [
        (ASHA.email, number, 1, 0), (CHITRA.email, number, 1, 0),
    ]  # fmt: skip
    assert [line[1:3] for line in lines(store, number)] == [("sending", 1), ("sending", 1)]
    assert claimed[0].raw.startswith(b"To: asha@tax.up.example\r\n")
    assert claimed[0].written_at == NOW


def test_a_letter_that_is_given_back_waits_as_before(store, outbox, number):
    """It can be claimed at once, no attempt is counted, and one that was settled meanwhile stays as it is."""
    first, second = outbox.claim_letters(NOW, 10)
    settle(outbox, second, "sent")
    outbox.give_back([Claim(first.id, first.attempts), Claim(second.id, second.attempts)])
    assert [line[1:3] for line in lines(store, number)] == [("pending", 0), ("sent", 1)]
    assert [(letter.to, letter.attempts) for letter in outbox.claim_letters(NOW, 10)] == [(ASHA.email, 1)]


def test_a_letter_that_another_worker_has_claimed_since_is_not_given_back(outbox, number):
    """What an earlier program left does not take the letter out of the hands of the one that sends it now."""
    assert number
    first, _ = outbox.claim_letters(NOW, 10)
    late = NOW + 2 * LEASE
    outbox.claim_letters(late, 10)
    outbox.give_back([Claim(first.id, first.attempts)])
    assert outbox.claim_letters(late, 10) == []


def test_a_letter_that_is_still_being_sent_is_nobody_elses(outbox, number):
    """Its lease is renewed; one that ran out may be another worker's and is left alone."""
    assert number
    claimed = outbox.claim_letters(NOW, 10)
    outbox.renew(claimed, NOW + LEASE / 2)
    assert outbox.claim_letters(NOW + LEASE, 10) == []
    late = NOW + 2 * LEASE
    outbox.renew(claimed, late)
    assert [letter.unknowns for letter in outbox.claim_letters(late, 10)] == [1, 1]


def test_a_claim_is_bounded_and_nobody_claims_twice(outbox, number):
    """At most `limit` at once, and a letter that is being sent is nobody else's."""
    assert number
    assert [letter.to for letter in outbox.claim_letters(NOW, 1)] == [ASHA.email]
    assert [letter.to for letter in outbox.claim_letters(NOW, 1)] == [CHITRA.email]
    assert outbox.claim_letters(NOW, 1) == []


def test_a_reader_gets_letters_of_one_ticket_in_order(store, outbox, number):
    """The second letter waits while the first is pending, sending or put off, and goes when that has come to an end."""
    second_letter(store, number)
    first = outbox.claim_letters(NOW, 10)
    assert [letter.to for letter in first] == [ASHA.email, CHITRA.email]
    assert outbox.claim_letters(NOW, 10) == []
    settle(outbox, first[0], "pending", due=NOW + timedelta(minutes=1), answer="451 4.7.1 Greylisted")
    assert outbox.claim_letters(NOW, 10) == []
    (again,) = outbox.claim_letters(NOW + timedelta(minutes=1), 10)
    assert (again.id, again.attempts) == (first[0].id, 2)
    settle(outbox, again, "sent")
    assert [letter.to for letter in outbox.claim_letters(NOW, 10)] == [ASHA.email]


def test_a_failed_letter_does_not_hold_up_the_next(store, outbox, number):
    """A letter that was refused for good is out of the way."""
    second_letter(store, number)
    settle(outbox, outbox.claim_letters(NOW, 1)[0], "failed", answer="550 5.1.1 No such user")
    assert [letter.to for letter in outbox.claim_letters(NOW, 10)] == [ASHA.email, CHITRA.email]


def test_two_tickets_of_one_reader_do_not_wait_for_each_other(store, outbox, number):
    """The order is kept per ticket; a stuck letter holds up its own conversation only."""
    other = open_one(store, 2)
    claimed = outbox.claim_letters(NOW, 10)
    assert [letter.ticket for letter in claimed if letter.to == ASHA.email] == [number, other]


def test_a_lost_lease_counts_as_a_letter_that_may_have_arrived(outbox, number):
    """The program died while it sent: the same bytes again, and the doubt is counted."""
    assert number
    (first, _) = outbox.claim_letters(NOW, 10)
    assert outbox.claim_letters(NOW + LEASE - timedelta(seconds=1), 10) == []
    (again, _) = outbox.claim_letters(NOW + LEASE, 10)
    assert (again.id, again.raw, again.attempts, again.unknowns) == (first.id, first.raw, 2, 1)


def test_letters_in_doubt_are_sent_a_few_at_a_time(store, outbox):
    """A death meets a whole batch, of which little was sent; the next death shall not meet the whole batch again."""
    for uid in range(1, 5):
        open_one(store, uid)
    batch = outbox.claim_letters(NOW, 10)
    open_one(store, 5)
    few = outbox.claim_letters(NOW + LEASE, 10)
    assert [letter.id for letter in few] == [letter.id for letter in batch[:DOUBTFUL_AT_ONCE]]
    assert [letter.unknowns for letter in few] == [1] * DOUBTFUL_AT_ONCE
    rest = outbox.claim_letters(NOW + LEASE, 10)
    assert [letter.id for letter in rest] == [letter.id for letter in batch[DOUBTFUL_AT_ONCE:]]
    assert [letter.unknowns for letter in outbox.claim_letters(NOW + LEASE, 10)] == [0, 0]


def test_after_the_limit_of_doubts_the_letter_has_failed(store, outbox, number):
    """At most three copies of one letter ever leave because the program died; then a person looks at it."""
    for copies in range(UNKNOWN_LIMIT):
        assert len(outbox.claim_letters(NOW + copies * LEASE, 10)) == 2
    assert outbox.claim_letters(NOW + UNKNOWN_LIMIT * LEASE, 10) == []
    assert [(state, attempts) for _, state, attempts, _ in lines(store, number)] == [("failed", UNKNOWN_LIMIT)] * 2
    assert all("nobody knows whether it arrived" in answer for *_, answer in lines(store, number))


def test_a_letter_lost_after_the_last_digest_stands_in_the_next(store, outbox, number):
    """It was written before that digest and given up after it: the next one counts it."""
    assert number
    for copies in range(UNKNOWN_LIMIT + 1):
        outbox.claim_letters(NOW + copies * LEASE, 10)
    given_up = NOW + UNKNOWN_LIMIT * LEASE
    with reading(store.engine) as connection:
        digest = find_digest(connection, given_up - timedelta(seconds=1), given_up, given_up)
    assert {(letter.to, letter.failed_at) for letter in digest.undelivered} == {
        (ASHA.email, given_up), (CHITRA.email, given_up),
    }  # fmt: skip


def test_settling_writes_down_how_it_ended(store, outbox, number):
    """Sent letters have a time, failed ones an answer; a long answer is shortened."""
    first, second = outbox.claim_letters(NOW, 10)
    settle(outbox, first, "sent", now=NOW + timedelta(seconds=3))
    settle(outbox, second, "failed", answer="550 " + "x" * 2_000)
    sent, failed = find_history(store.engine, number).letters
    assert (sent.state, sent.sent_at, sent.answer) == ("sent", NOW + timedelta(seconds=3), "250 2.0.0 Ok: queued")
    assert (failed.state, failed.sent_at, len(failed.answer)) == ("failed", None, 500)


def test_a_letter_that_came_to_an_end_is_not_settled_again(store, outbox, number):
    """A worker that comes late cannot bring a sent letter back."""
    (letter, _) = outbox.claim_letters(NOW, 10)
    settle(outbox, letter, "sent")
    settle(outbox, letter, "pending", due=NOW, answer="late")
    assert lines(store, number)[0][1] == "sent"


def test_an_answer_of_the_server_may_hold_anything(store, outbox, number):
    """What a mail server says is not text until we made it so."""
    (letter, _) = outbox.claim_letters(NOW, 10)
    settle(outbox, letter, "failed", answer="550 \x00\udcff नहीं")
    assert lines(store, number)[0][3] == "550 \ufffd\ufffd नहीं"
