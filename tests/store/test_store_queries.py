"""What the commands show: lists that can be narrowed, and everything about one ticket."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from mailbot.adapters.store.desk_store import DeskStore
from mailbot.adapters.store.engine import open_engine
from mailbot.adapters.store.queries import TicketFilter, find_history, find_mail, find_mails, find_sums, find_tickets
from mailbot.adapters.store.setting_aside import discard_mails, retry_mails
from mailbot.adapters.store.tables import metadata
from mailbot.domain.decision import Decision, Outcome
from tests.builders import ASHA, BHARAT, the_desk
from tests.store.conftest import LEASE
from tests.store.desk_work import EPOCH, MAILBOX, NOW, claim, listed, mail_for, open_one, opening, update, write_letter


@pytest.fixture
def numbers(store):
    """Three tickets: Asha's two, the first resolved, and Bharat's about payment."""
    first, second = open_one(store, 1), open_one(store, 2)
    (entry,) = claim(store, 3)
    third = store.apply(entry, mail_for(entry), opening(requester=BHARAT.email, module="payment"), NOW)
    (entry,) = claim(store, 4)
    store.apply(entry, mail_for(entry), update(first, 1), NOW)
    return first, second, third


def quarantine(store, uid):
    """Set one mail aside and return its number in the ledger."""
    (entry,) = claim(store, uid)
    store.apply(entry, None, replace(opening(), outcome=Outcome.QUARANTINED, reasons=("It could not be read.",)), NOW)
    return entry.id


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (TicketFilter(), [2, 1, 0]),
        (TicketFilter(limit=1), [2]),
        (TicketFilter(status="resolved"), [0]),
        (TicketFilter(status="new"), [2, 1]),
        (TicketFilter(module="payment"), [2]),
        (TicketFilter(requester=ASHA.email), [1, 0]),
        (TicketFilter(requester=ASHA.email, status="new"), [1]),
        (TicketFilter(requester="nobody@tax.up.example"), []),
    ],
)
def test_tickets_are_listed_newest_first(store, numbers, wanted, expected):
    """Every filter narrows the list, and several narrow it together."""
    assert [ticket.number for ticket in find_tickets(store.engine, wanted)] == [numbers[index] for index in expected]


def test_a_ticket_tells_its_whole_story(store, numbers):
    """History in order with its reasons, letters with their state; times are in UTC."""
    history = find_history(store.engine, numbers[0])
    assert [(line.kind, line.reason) for line in history.events] == [
        ("opened", "A new mail."), ("resolved", "Commanded by 'RESOLVED'."),
    ]  # fmt: skip
    assert [line.kind for line in history.letters] == ["acknowledgement", "new_ticket", "resolved"]
    assert history.ticket.opened_at.utcoffset() == timedelta(0)


def test_an_unknown_number_has_no_story(store, numbers):
    """None is the answer, not an error."""
    assert numbers
    assert find_history(store.engine, "TMS-2611-00042-7") is None
    assert find_mail(store.engine, 2**62) is None


def test_the_sums_count_every_mail_and_letter_once(store, numbers):
    """Each mail has one state and one outcome; the sums of both agree."""
    assert numbers
    quarantine(store, 5)
    store.keep_ignored(MAILBOX, EPOCH, [listed(6)], "Arrived before imap.start_date.", NOW)
    claim(store, 7)
    (entry,) = claim(store, 8)
    store.apply(entry, None, Decision(Outcome.AUTOMATIC, ("It is automatic.",)), NOW)
    sums = find_sums(store.engine)
    assert sums.states == {"done": 6, "kept": 1, "quarantined": 1}
    assert sums.outcomes == {"opened": 3, "updated": 1, "quarantined": 1, "ignored": 1, "automatic": 1, "": 1}
    assert sum(sums.letters.values()) == 9


def test_a_mail_of_the_quarantine_can_be_tried_again(store):
    """It has all its attempts again and is due at once; only mails of the quarantine can be put back."""
    mail, other = quarantine(store, 1), quarantine(store, 2)
    assert retry_mails(store.engine, [mail, 999_999], NOW) == [mail]
    assert retry_mails(store.engine, [mail], NOW) == []
    (entry,) = store.claim_mails(NOW, 10)
    assert (entry.id, entry.attempt) == (mail, 0)
    number = store.apply(entry, mail_for(entry), opening(), NOW)
    assert find_mail(store.engine, mail).ticket == number
    assert [line.id for line in find_mails(store.engine, "quarantined")] == [other]


def test_a_discarded_mail_is_gone_for_good(store):
    """It is counted, and neither claimed nor tried again."""
    mail = quarantine(store, 1)
    assert discard_mails(store.engine, [mail], NOW) == [mail]
    assert retry_mails(store.engine, [mail], NOW) == []
    assert store.claim_mails(NOW, 10) == []
    assert find_sums(store.engine).states == {"discarded": 1}


def test_times_are_in_utc_whatever_the_server_thinks(postgres_url):
    """A PostgreSQL that is set to Indian time answers in it; the desk asked for UTC and gets it."""
    engine = open_engine(f"{postgres_url}?options=-ctimezone%3DAsia/Kolkata")
    metadata.create_all(engine)
    store = DeskStore(engine, the_desk(), ZoneInfo("Asia/Kolkata"), write_letter, LEASE)
    ticket = find_history(engine, open_one(store)).ticket
    assert (ticket.opened_at, ticket.opened_at.utcoffset()) == (NOW, timedelta(0))
    engine.dispose()
