"""The ledger: which mails were seen, which wait, who has them in hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from mailbot.adapters.store.queries import find_mail, find_mails, find_sums
from mailbot.adapters.store.statements import CHUNK
from mailbot.ports import Entry
from tests.store.conftest import LEASE
from tests.store.desk_work import EPOCH, MAILBOX, NOW, claim, kept, listed, open_one


def test_a_mail_that_is_kept_twice_stands_once(store):
    """The key of a mail is mailbox, UIDVALIDITY and UID; a second keep changes nothing."""
    store.keep(MAILBOX, EPOCH, [kept(1), kept(2)], NOW)
    store.keep(MAILBOX, EPOCH, [kept(2), kept(3)], NOW + timedelta(hours=1))
    assert sorted(store.find_raw_names().values()) == [f"{uid:064x}" for uid in (1, 2, 3)]


def test_the_same_uid_elsewhere_is_another_mail(store):
    """A new UIDVALIDITY or another folder starts counting anew."""
    store.keep(MAILBOX, EPOCH, [kept(1)], NOW)
    store.keep(MAILBOX, EPOCH + 1, [kept(1)], NOW)
    store.keep("support@tax.up.example/Archive", EPOCH, [kept(1)], NOW)
    assert find_sums(store.engine).states == {"kept": 3}


def test_find_filed_tells_known_from_moved(store):
    """A kept mail is known and not moved until the server moved it; a mail never seen is not named."""
    store.keep(MAILBOX, EPOCH, [kept(1), kept(2)], NOW)
    store.settle_filed(MAILBOX, EPOCH, [2])
    assert store.find_filed(MAILBOX, EPOCH, [1, 2, 3]) == {1: False, 2: True}
    assert store.find_filed(MAILBOX, EPOCH + 1, [1, 2, 3]) == {}
    assert store.find_filed(MAILBOX, EPOCH, []) == {}


def test_many_uids_are_asked_for_in_pieces(store):
    """More UIDs than one statement may carry give one answer."""
    uids = range(1, 2 * CHUNK + 2)
    store.keep(MAILBOX, EPOCH, [kept(uid) for uid in uids], NOW)
    store.settle_filed(MAILBOX, EPOCH, list(uids))
    assert store.find_filed(MAILBOX, EPOCH, list(uids)) == dict.fromkeys(uids, True)


def test_ignored_mail_is_settled_and_stays_where_it_is(store):
    """Mail from before the start date is known, done, never claimed and never moved."""
    store.keep_ignored(MAILBOX, EPOCH, [listed(7)], "Arrived before imap.start_date.", NOW)
    assert store.find_filed(MAILBOX, EPOCH, [7]) == {7: True}
    assert store.claim_mails(NOW, 10) == []
    (line,) = find_mails(store.engine, "done")
    assert (line.outcome, line.reasons, line.sha256) == ("ignored", ["Arrived before imap.start_date."], "")


def test_highest_uid_and_first_visit(store):
    """An empty ledger has seen nothing; afterwards the highest UID of that folder and epoch is known."""
    assert store.is_first_visit(MAILBOX)
    assert store.find_highest_uid(MAILBOX, EPOCH) == 0
    store.keep(MAILBOX, EPOCH, [kept(4), kept(9)], NOW)
    assert not store.is_first_visit(MAILBOX)
    assert store.is_first_visit("another@tax.up.example/INBOX")
    assert store.find_highest_uid(MAILBOX, EPOCH) == 9
    assert store.find_highest_uid(MAILBOX, EPOCH + 1) == 0


def test_a_visit_to_the_empty_mailbox_is_remembered(store):
    """Whatever arrives in a mailbox that was empty when it was first read is new, so no start date is needed later."""
    store.keep_visit(MAILBOX, NOW)
    store.keep_visit(MAILBOX, NOW)
    assert not store.is_first_visit(MAILBOX)
    assert store.is_first_visit("another@tax.up.example/INBOX")


def test_the_largest_numbers_of_imap_fit(store):
    """UIDVALIDITY and UID are 32 bits without a sign (RFC 9051 2.3.1.1)."""
    store.keep(MAILBOX, 2**32 - 1, [kept(2**32 - 1)], NOW)
    assert store.find_highest_uid(MAILBOX, 2**32 - 1) == 2**32 - 1


def test_a_claim_is_oldest_first_and_bounded(store):
    """The mail that was kept first is handled first, at most `limit` at once."""
    store.keep(MAILBOX, EPOCH, [kept(uid) for uid in (5, 6, 7)], NOW)
    first = store.claim_mails(NOW, 2)
    assert [entry.sha256 for entry in first] == [f"{5:064x}", f"{6:064x}"]
    assert first[0] == Entry(
        first[0].id, MAILBOX, f"{5:064x}", 4_096, NOW, 0, oversized=False, leased_until=NOW + LEASE
    )
    assert [entry.sha256 for entry in store.claim_mails(NOW, 2)] == [f"{7:064x}"]


def test_a_mail_that_met_a_crash_lets_the_others_go_first(store):
    """If it is what kills the program the others are handled first; if it is not, the next crash hits another mail."""
    store.keep(MAILBOX, EPOCH, [kept(uid) for uid in (5, 6)], NOW)
    suspect = store.begin(store.claim_mails(NOW, 1)[0], NOW)
    assert suspect is not None
    assert [entry.sha256 for entry in store.claim_mails(NOW + LEASE, 2)] == [f"{6:064x}", f"{5:064x}"]


def test_a_claimed_mail_is_free_again_when_its_lease_runs_out(store):
    """A worker that died loses its mails after the lease and not earlier."""
    (entry,) = claim(store, 1)
    assert store.claim_mails(NOW + LEASE - timedelta(seconds=1), 10) == []
    assert store.claim_mails(NOW + LEASE, 10) == [replace(entry, leased_until=NOW + 2 * LEASE)]


def test_beginning_counts_the_attempt_and_renews_the_lease(store):
    """The attempt is committed before anything is read, so that a mail that kills the program is noticed."""
    (entry,) = claim(store, 1)
    begun = store.begin(entry, NOW + timedelta(seconds=100))
    assert begun.attempt == 1
    assert store.claim_mails(NOW + LEASE, 10) == []
    (again,) = store.claim_mails(NOW + timedelta(seconds=100) + LEASE, 10)
    assert again.attempt == 1


def test_a_mail_that_was_not_at_fault_gets_its_attempt_back(store):
    """When the world fails, the mails in hand are as if they had never been claimed."""
    (entry,) = claim(store, 1)
    begun = store.begin(entry, NOW)
    store.give_back([replace(begun, attempt=entry.attempt)])
    assert store.claim_mails(NOW, 10) == [entry]


def test_a_worker_that_was_too_slow_leaves_the_mail_to_who_took_it_over(store):
    """Its lease ran out: it neither begins, nor gives back, nor postpones what another worker has in hand."""
    (slow,) = claim(store, 1)
    later = NOW + LEASE
    (taken_over,) = store.claim_mails(later, 10)

    assert store.begin(slow, later) is None
    store.give_back([slow])
    store.postpone(slow, "too late", later)
    assert store.claim_mails(later, 10) == []

    begun = store.begin(taken_over, later)
    assert begun is not None
    assert begun.attempt == 1


def test_a_postponed_mail_waits_until_its_time(store):
    """A failed attempt is tried again when it is due, and tells what happened; long errors are shortened."""
    (entry,) = claim(store, 1)
    store.postpone(store.begin(entry, NOW), "UnreadableMailError: " + "x" * 2_000, NOW + timedelta(minutes=1))
    assert store.claim_mails(NOW + timedelta(seconds=59), 10) == []
    (again,) = store.claim_mails(NOW + timedelta(minutes=1), 10)
    assert again.attempt == 1
    line = find_mail(store.engine, entry.id)
    assert line is not None
    assert line.error.startswith("UnreadableMailError: xxx")
    assert len(line.error) == 500


@pytest.mark.parametrize("give_up", ["give_back", "postpone"])
def test_a_handled_mail_does_not_come_back(store, give_up):
    """A worker whose lease had run out cannot put a mail back that another one finished meanwhile."""
    (entry,) = claim(store, 1)
    open_one(store, now=NOW + LEASE)
    if give_up == "give_back":
        store.give_back([entry])
    else:
        store.postpone(entry, "too late", NOW)
    assert store.claim_mails(NOW + 2 * LEASE, 10) == []
    assert find_sums(store.engine).outcomes == {"opened": 1}


def test_the_next_lease_that_runs_out_is_known(store):
    """`mailbot once` waits for work that a stopped program left behind."""
    assert store.find_next_lease() is None
    claim(store, 1)
    claim(store, 2, now=NOW + timedelta(seconds=30))
    assert store.find_next_lease() == NOW + LEASE
