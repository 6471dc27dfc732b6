"""Several workers at once: nobody gets what another one has, and no serial is given twice."""

from __future__ import annotations

import multiprocessing
import threading
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from mailbot.adapters.store.leases import Leases
from mailbot.adapters.store.outbox import Outbox
from mailbot.adapters.store.queries import TicketFilter, find_sums, find_tickets
from mailbot.domain.numbering import number_from_digits
from tests.store.conftest import LEASE
from tests.store.desk_work import EPOCH, MAILBOX, NOW, claim, kept, mail_for, open_one, opening
from tests.store.worker_process import open_tickets

WORKERS = 4


def at_once(work, times=WORKERS):
    """Run the same work in threads that all begin together; return what each returned."""
    start = threading.Barrier(times)
    results, failures = [], []

    def run(number):
        start.wait(10)
        try:
            results.append(work(number))
        except Exception as error:  # noqa: BLE001 - reported below
            failures.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    return results


def test_two_workers_never_get_the_same_mail(store):
    """Four workers claim until nothing is left: every mail has gone to exactly one of them."""
    store.keep(MAILBOX, EPOCH, [kept(uid) for uid in range(1, 41)], NOW)

    def work(_number):
        mine = []
        while entries := store.claim_mails(NOW, 3):
            mine += [entry.id for entry in entries]
        return mine

    taken = [entry for worker in at_once(work) for entry in worker]
    assert len(taken) == len(set(taken)) == 40


def test_two_workers_never_get_the_same_letter(store, outbox):
    """Four workers claim letters: every letter has gone to exactly one of them."""
    for uid in range(1, 11):
        open_one(store, uid)

    def work(_number):
        mine = []
        while found := outbox.claim_letters(NOW, 3):
            mine += [letter.id for letter in found]
        return mine

    taken = [letter for worker in at_once(work) for letter in worker]
    assert len(taken) == len(set(taken)) == 20


def test_only_one_worker_gets_the_lease(engine):
    """Four workers want to read one mailbox; one may."""
    won = at_once(lambda number: Leases(engine, f"worker-{number}", LEASE).acquire(MAILBOX, NOW))
    assert sorted(won) == [False, False, False, True]


def test_one_mail_in_two_hands_is_handled_once(store):
    """Two workers apply the decision about one mail at once; there is one ticket with one set of letters."""
    (entry,) = claim(store, 1)
    numbers = at_once(lambda _number: store.apply(entry, mail_for(entry), opening(), NOW), times=2)
    assert sorted(bool(number) for number in numbers) == [False, True]
    assert len(find_tickets(store.engine, TicketFilter())) == 1
    assert find_sums(store.engine).letters == {"pending": 2}


def test_numbers_are_unique_under_four_processes(store):
    """Four processes open ten tickets each; the serials are 1 to 40 without a gap and every check digit is right."""
    store.keep(MAILBOX, EPOCH, [kept(uid) for uid in range(1, 41)], NOW)
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload(["tests.store.worker_process"])
    begin, opened = server.Barrier(WORKERS), server.Queue()
    url = store.engine.url.render_as_string(hide_password=False)
    workers = [server.Process(target=open_tickets, args=(url, 10, begin, opened)) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    numbers = sorted(number for _ in workers for number in opened.get(timeout=60))
    for worker in workers:
        worker.join(30)
    assert [int(number.split("-")[2]) for number in numbers] == list(range(1, 41))
    assert all(number_from_digits("TMS", "".join(number.split("-")[1:])) == number for number in numbers)
    opened_at = [ticket.number for ticket in find_tickets(store.engine, TicketFilter())]
    assert all(later > earlier for later, earlier in pairwise(opened_at))


@pytest.mark.parametrize(
    ("moment", "month"),
    [
        (datetime(2026, 11, 30, 18, 29, 59, tzinfo=UTC), "2611"),
        (datetime(2026, 11, 30, 18, 30, tzinfo=UTC), "2612"),
        (datetime(2026, 12, 31, 18, 29, 59, tzinfo=UTC), "2612"),
        (datetime(2026, 12, 31, 18, 30, tzinfo=UTC), "2701"),
    ],
)
def test_a_month_begins_at_midnight_in_lucknow(store, moment, month):
    """India is five and a half hours ahead of UTC; the number names the officers' month."""
    assert open_one(store, now=moment).startswith(f"TMS-{month}-00001-")


def test_each_month_counts_from_one(store):
    """The serial starts again with the month and goes on within it."""
    days = (NOW, NOW + timedelta(days=1), NOW + timedelta(days=8), NOW + timedelta(days=9))
    numbers = [open_one(store, uid, now=day) for uid, day in enumerate(days, start=1)]
    assert [number[:14] for number in numbers] == [
        "TMS-2611-00001", "TMS-2611-00002", "TMS-2612-00001", "TMS-2612-00002",
    ]  # fmt: skip


def test_a_ticket_that_was_rolled_back_leaves_no_gap(store):
    """The serial belongs to the transaction of the ticket."""
    (entry,) = claim(store, 1)
    open_one(store, 2)
    store.apply(entry, mail_for(entry), opening(), NOW)
    store.apply(entry, mail_for(entry), opening(), NOW)
    assert open_one(store, 3).startswith("TMS-2611-00003-")


def test_two_outboxes_keep_the_order_of_one_reader(store, engine):
    """While one worker sends Asha's first letter, another one does not get her second."""
    open_one(store)
    first = Outbox(engine, LEASE).claim_letters(NOW, 1)
    others = Outbox(engine, LEASE).claim_letters(NOW, 10)
    assert {letter.to for letter in first}.isdisjoint({letter.to for letter in others})
