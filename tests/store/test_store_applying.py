"""Decisions are obeyed whole or not at all: ticket, history, letters and ledger in one transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from mailbot.adapters.store import tables
from mailbot.adapters.store.desk_store import DeskStore
from mailbot.adapters.store.engine import reading
from mailbot.adapters.store.queries import TicketFilter, find_history, find_mail, find_sums, find_tickets
from mailbot.domain.decision import Change, Decision, Outcome
from mailbot.domain.errors import ChangedMeanwhileError
from mailbot.domain.letter import LetterKind
from mailbot.domain.ticket import Status
from tests.builders import ASHA, CHITRA, make_picture, the_desk
from tests.store.conftest import LEASE
from tests.store.desk_work import NOW, claim, mail_for, open_one, opening, order, update, write_letter

LATER = NOW + timedelta(hours=2)


def rows_in(engine, *names):
    """Return how many rows each of these tables has."""
    with reading(engine) as connection:
        counted = (connection.execute(select(func.count()).select_from(tables.metadata.tables[name])) for name in names)
        return [count.scalar_one() for count in counted]


def ticket_of(store, number):
    """Return the ticket of that number as it stands."""
    history = find_history(store.engine, number)
    assert history is not None
    return history.ticket


def test_opening_writes_everything(store):
    """One mail gives a ticket, its history, its files, two letters and a settled line of the ledger."""
    (entry,) = claim(store, 1)
    mail = mail_for(entry, attachments=(make_picture("त्रुटि.png", inline=True),))
    number = store.apply(entry, mail, opening(), NOW)
    history = find_history(store.engine, number)
    assert (history.ticket.status, history.ticket.version, history.ticket.opened_at) == (Status.NEW, 1, NOW)
    assert [(line.kind, line.actor, line.text) for line in history.events] == [
        ("opened", ASHA.email, "पोर्टल पर त्रुटि 500 आती है।")
    ]
    assert [(file.name, file.content_type) for file in history.files] == [("त्रुटि.png", "image/png")]
    assert [(line.to, line.state) for line in history.letters] == [(ASHA.email, "pending"), (CHITRA.email, "pending")]
    line = find_mail(store.engine, entry.id)
    assert (line.state, line.outcome, line.ticket, line.sender) == ("done", "opened", number, ASHA.email)


def test_updating_changes_the_ticket_and_counts_its_version(store):
    """A decision made on the version that still stands is carried out; nothing else of the ticket changes."""
    number = open_one(store)
    (entry,) = claim(store, 2)
    assert store.apply(entry, mail_for(entry), update(number, 1), LATER) == number
    ticket = ticket_of(store, number)
    assert (ticket.status, ticket.version, ticket.resolution) == (Status.RESOLVED, 2, "कैश साफ़ करें।")
    assert (ticket.changed_at, ticket.resolved_at, ticket.opened_at) == (LATER, LATER, NOW)
    assert ticket.title == "जीएसटीआर-3बी दाखिल नहीं हो रहा"


def test_every_status_keeps_its_times(store):
    """Resolved, closed, re-opened: the times and the counter tell the story."""
    number = open_one(store)
    steps = (
        (Change(status=Status.RESOLVED), (True, False, 0)),
        (Change(status=Status.CLOSED), (True, True, 0)),
        (Change(status=Status.IN_PROGRESS, reopened=True), (False, False, 1)),
        (Change(assignee=CHITRA.email, module="payment", priority="high", request_type="access"), (False, False, 1)),
    )
    for uid, (change, expected) in enumerate(steps, start=2):
        (entry,) = claim(store, uid)
        store.apply(entry, mail_for(entry), update(number, uid - 1, change=change), LATER)
        ticket = ticket_of(store, number)
        assert (ticket.resolved_at is not None, ticket.closed_at is not None, ticket.reopen_count) == expected
    assert (ticket.assignee, ticket.module, ticket.priority) == (CHITRA.email, "payment", "high")


def test_a_decision_on_an_old_version_is_refused_whole(store):
    """Somebody else was faster: nothing is written, and the mail still waits for a new decision."""
    number = open_one(store)
    (entry, other) = claim(store, 2, 3)
    store.apply(entry, mail_for(entry), update(number, 1), NOW)
    before = rows_in(store.engine, "events", "letters", "timers")
    with pytest.raises(ChangedMeanwhileError):
        store.apply(other, mail_for(other), update(number, 1), NOW)
    assert rows_in(store.engine, "events", "letters", "timers") == before
    assert find_mail(store.engine, other.id).state == "kept"
    assert store.apply(other, mail_for(other), update(number, 2), NOW) == number


def test_a_decision_about_a_ticket_that_does_not_exist_is_refused(store):
    """A number that nobody was given cannot be changed."""
    (entry,) = claim(store, 1)
    with pytest.raises(ChangedMeanwhileError):
        store.apply(entry, mail_for(entry), update("TMS-2611-00042-7", 1), NOW)
    assert find_mail(store.engine, entry.id).state == "kept"


def test_two_copies_of_one_mail_open_one_ticket(store):
    """The second copy finds the content key taken and has to be decided again, as a duplicate."""
    first, second = claim(store, 1, 2)
    store.apply(first, mail_for(first), opening(), NOW)
    with pytest.raises(ChangedMeanwhileError):
        store.apply(second, mail_for(first), opening(), NOW)
    assert len(find_tickets(store.engine, TicketFilter())) == 1
    duplicate = Decision(Outcome.DUPLICATE, (f"It is the same mail as mail {first.id}.",))
    assert store.apply(second, mail_for(first), duplicate, NOW) == ""
    assert find_sums(store.engine).outcomes == {"opened": 1, "duplicate": 1}


def test_mails_without_a_content_key_are_no_duplicates_of_each_other(store):
    """An empty key says nothing and never silences a mail."""
    first, second = claim(store, 1, 2)
    numbers = {store.apply(entry, mail_for(entry, content_key=""), opening(), NOW) for entry in (first, second)}
    assert len(numbers) == 2


def test_a_worker_whose_lease_ran_out_doubles_nothing(store):
    """Another worker took the mail over and finished it; the first one's result is dropped, silently."""
    (entry,) = claim(store, 1)
    number = open_one(store, now=NOW + LEASE)
    before = rows_in(store.engine, "tickets", "events", "letters", "files")
    assert store.apply(entry, mail_for(entry, content_key="f" * 64), opening(), NOW + LEASE) == ""
    assert rows_in(store.engine, "tickets", "events", "letters", "files") == before
    assert find_mail(store.engine, entry.id).ticket == number


def test_a_letter_that_cannot_be_written_rolls_everything_back(engine):
    """The last letter fails: there is no ticket, no history, no first letter, and the mail still waits."""

    def write(task):
        if task.order.to == CHITRA.email:
            raise RuntimeError("no template")
        return write_letter(task)

    store = DeskStore(engine, the_desk(), ZoneInfo("Asia/Kolkata"), write, LEASE)
    (entry,) = claim(store, 1)
    with pytest.raises(RuntimeError, match="no template"):
        store.apply(entry, mail_for(entry, attachments=(make_picture(),)), opening(), NOW)
    assert rows_in(engine, "tickets", "events", "letters", "files", "timers", "serials") == [0] * 6
    assert find_mail(engine, entry.id).state == "kept"


def test_a_broken_rule_that_is_no_race_is_not_called_one(store):
    """Two letters with one Message-ID would fail each time; the mail is at fault, and the others must go on."""
    (entry,) = claim(store, 1)
    twice = replace(opening(), letters=(order(), order()))
    with pytest.raises(Exception, match="message_id") as caught:
        store.apply(entry, mail_for(entry), twice, NOW)
    assert not isinstance(caught.value, ChangedMeanwhileError)
    assert find_mail(store.engine, entry.id).state == "kept"


def test_a_mail_that_cannot_be_read_becomes_a_ticket_with_the_raw_mail(store):
    """Its bytes hang on the ticket for a person to look at, and the mail stands in the quarantine."""
    (entry,) = claim(store, 1)
    decision = replace(opening(), outcome=Outcome.QUARANTINED)
    number = store.apply(entry, None, decision, NOW)
    history = find_history(store.engine, number)
    assert [(file.name, file.content_type, file.sha256) for file in history.files] == [
        ("mail.eml", "message/rfc822", entry.sha256)
    ]
    line = find_mail(store.engine, entry.id)
    assert (line.state, line.outcome, line.ticket) == ("quarantined", "quarantined", number)


def test_automatic_mail_is_settled_without_a_trace_on_the_ticket(store):
    """An out-of-office answer is recorded with its ticket and changes nothing there."""
    number = open_one(store)
    (entry,) = claim(store, 2)
    before = rows_in(store.engine, "events", "letters")
    automatic = Decision(Outcome.AUTOMATIC, ("It is automatic: Auto-Submitted.",), ticket=number)
    assert store.apply(entry, mail_for(entry), automatic, NOW) == number
    assert rows_in(store.engine, "events", "letters") == before
    assert find_mail(store.engine, entry.id).reasons == ["It is automatic: Auto-Submitted."]


def test_a_letter_stands_under_its_readers_own_mail(store):
    """Asha's letters refer to her mails and our letters to her, oldest first, and to nothing that Chitra got."""
    number = open_one(store, message_id="<asha-1@mail.example>")
    (entry,) = claim(store, 2)
    mail = mail_for(entry, message_id="<asha-2@mail.example>")
    store.apply(entry, mail, update(number, 1, letters=(order(kind=LetterKind.RESOLVED),)), LATER)
    with reading(store.engine) as connection:
        query = select(tables.letters.c.raw).where(tables.letters.c.kind == "resolved")
        raw = bytes(connection.execute(query).scalar_one()).decode()
    references = raw.split("References: ")[1].split("\r\n")[0].split(" ")
    assert references == [
        "<asha-1@mail.example>", f"<mb.{number}.acknowledgement.{ASHA.email}.1>", "<asha-2@mail.example>",
    ]  # fmt: skip
