"""Folders, mails known by the provider's number, and mails past the inbox, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mailbot.adapters.store.found_mails import FoundMails
from mailbot.adapters.store.statistics import find_digest
from mailbot.domain.decision import Decision, Outcome
from mailbot.elsewhere import Head
from mailbot.ports import FolderState, Kept, Listed, find_runs
from tests.store.desk_work import EPOCH, MAILBOX, NOW, claim, mail_for, opening

ARCHIVE, JUNK = "support@tax.up.example/Archive", "support@tax.up.example/Junk"


@pytest.fixture
def book(engine):
    """Return the ledger as the look beside the inbox sees it."""
    return FoundMails(engine, timedelta(seconds=120))


def head(uid, **changes):
    """Return a mail beside the inbox, as its header says."""
    values = {"message_id": f"<{uid}@mail.example>", "sender": "asha@tax.up.example", "subject": "रिफंड नहीं आया"}
    return Head(Listed(uid, 4_096, NOW), **(values | changes))


def test_a_folder_is_remembered_as_it_was_found(store):
    """What was written down last is what is read, and an unknown folder is none."""
    assert store.find_folder(ARCHIVE) is None
    for state in (FolderState(7), FolderState(9, 1, NOW, 42, NOW, "archive")):
        store.keep_folder(ARCHIVE, state)
        assert store.find_folder(ARCHIVE) == state


def test_generations_never_meet():
    """A folder that went back in time has other UIDs than any that a server can count."""
    assert FolderState(7).generation == 7
    assert FolderState(7, era=1).generation == 7 + 2**32


def test_runs_of_uids():
    """Numbers that follow one another are one run, whatever their order and however often they come."""
    assert find_runs([3, 1, 2, 2, 7, 9, 10]) == [(1, 3), (7, 7), (9, 10)]
    assert find_runs([]) == []


def test_long_and_short_runs_are_found_alike(store):
    """A thousand UIDs in a row and single ones between gaps are all known, and those in the gaps are not."""
    uids = [*range(1, 1_001), *range(1_100, 1_200, 7)]
    store.keep_ignored(MAILBOX, EPOCH, [Listed(uid, 10, NOW) for uid in uids], "old", NOW)
    asked = list(range(1, 1_300))
    assert sorted(store.find_filed(MAILBOX, EPOCH, asked)) == uids


def test_only_mails_whose_bytes_were_kept_are_the_same(store):
    """A mail that was only listed does not stand in the way of the same mail in the inbox."""
    kept = Kept(Listed(1, 10, NOW, "1278455344230334865"), "a" * 64, oversized=False)
    store.keep(MAILBOX, EPOCH, [kept], NOW)
    store.keep_ignored(ARCHIVE, EPOCH, [Listed(5, 10, NOW, "77")], "found", NOW)
    assert list(store.find_same_mails(["1278455344230334865", "77", "", "4711"])) == ["1278455344230334865"]


def test_a_mail_under_a_second_label_is_a_duplicate_that_waits_to_be_moved(store):
    """It has its row and its end, and the sums stay right."""
    store.keep_duplicates(MAILBOX, EPOCH, [(Listed(2, 10, NOW, "77"), 1)], NOW)
    assert store.find_filed(MAILBOX, EPOCH, [2]) == {2: False}
    assert store.find_sums().outcomes == {"duplicate": 1}


def test_an_unreadable_mail_is_set_aside_once(store):
    """The same bytes again are a duplicate of the first; the first itself, tried anew, is not."""
    first, second = claim(store, 1, 2)
    store.apply(first, None, Decision(Outcome.QUARANTINED, ("too deep",)), NOW)
    assert store.find_same_bytes(first) is None
    assert store.find_same_bytes(second) is None
    store.keep(MAILBOX, EPOCH, [Kept(Listed(3, 10, NOW), first.sha256, oversized=False)], NOW)
    (again,) = [entry for entry in store.claim_mails(NOW, 10) if entry.sha256 == first.sha256]
    assert store.find_same_bytes(again) == first.id


def test_strangers_are_what_neither_ledger_nor_outbox_knows(store, book):
    """The same Message-ID with another sender, subject or size is another mail; our own letters are none."""
    (entry,) = claim(store, 1)
    mail = mail_for(entry)
    store.apply(entry, mail, opening(), NOW)
    known = head(1, message_id=mail.message_id, sender=mail.sender.address, subject=mail.subject)
    others = [
        head(2, message_id=mail.message_id, sender="somebody@else.example", subject=mail.subject),
        head(3, message_id=mail.message_id, sender=mail.sender.address, subject="another"),
        Head(Listed(4, 4_097, NOW), mail.message_id, mail.sender.address, mail.subject),
        head(5, message_id=""),
    ]
    assert book.find_strangers([known, *others]) == others


def test_a_found_mail_is_listed_taken_in_once_and_then_gone_from_the_list(store, book, engine):
    """It stands in the digest and the list until it is taken in; then it is a mail like any other."""
    store.keep_folder(ARCHIVE, FolderState(7, role="archive", looked_at=NOW))
    store.keep_folder(JUNK, FolderState(8, role="junk", looked_at=NOW - timedelta(hours=1)))
    assert book.find_last_look() == NOW
    book.keep_found(ARCHIVE, 7, [head(1)], "archived", NOW)
    book.keep_found(JUNK, 8, [head(2, subject="आपका \x00इनाम")], "spam", NOW)
    book.keep_found(ARCHIVE, 7, [head(1)], "archived", NOW)
    assert book.find_strangers([head(1), head(3)]) == [head(3)]

    spam, archived = book.find_latest_found(10)
    assert (archived.mailbox, archived.role, archived.uid) == (ARCHIVE, "archive", 1)
    assert (spam.role, spam.sender) == ("junk", "asha@tax.up.example")
    with engine.connect() as connection:
        digest = find_digest(connection, NOW - timedelta(days=1), NOW, NOW)
    assert next((line.folder, line.subject) for line in digest.elsewhere) == ("Archive", "रिफंड नहीं आया")
    assert (digest.outcomes, digest.is_balanced) == ({"ignored": 2}, True)

    assert book.take_found(archived.id, "c" * 64, NOW, oversized=False)
    assert not book.take_found(archived.id, "c" * 64, NOW, oversized=False)
    assert book.find_found([archived.id, spam.id]) == [spam]
    (entry,) = store.claim_mails(NOW, 10)
    assert (entry.id, entry.sha256) == (archived.id, "c" * 64)


def test_what_was_found_beside_one_inbox_is_not_that_of_another(store, engine):
    """Each account has its own last look and its own list; a name with a wildcard in it is only a name."""
    others = "evat%@tax.up.example/"
    evat = FoundMails(engine, timedelta(seconds=120), others)
    support = FoundMails(engine, timedelta(seconds=120), "support@tax.up.example/")
    store.keep_folder(ARCHIVE, FolderState(7, role="archive", looked_at=NOW))
    assert (evat.find_last_look(), support.find_last_look()) == (None, NOW)
    store.keep_folder(f"{others}Archive", FolderState(7, role="archive", looked_at=NOW - timedelta(days=1)))
    store.keep_folder("evatx@tax.up.example/Archive", FolderState(7, role="archive", looked_at=NOW))
    support.keep_found(ARCHIVE, 7, [head(1)], "archived", NOW)
    evat.keep_found(f"{others}Archive", 7, [head(2)], "archived", NOW)
    assert evat.find_last_look() == NOW - timedelta(days=1)
    (here,), (there,) = support.find_latest_found(10), evat.find_latest_found(10)
    assert (here.uid, there.uid) == (1, 2)
    assert support.find_found([here.id, there.id]) == [here]
    assert FoundMails(engine, timedelta(seconds=120)).find_found([here.id, there.id]) == [here, there]
