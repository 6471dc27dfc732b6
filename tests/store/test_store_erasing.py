"""Erasing: words, people, mails, files and letters go; rows, times and the chain of hashes stay."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, insert, select, text, update

from mailbot.adapters.files import FileStore
from mailbot.adapters.store.anchors import take_anchor
from mailbot.adapters.store.auditing import audit_histories
from mailbot.adapters.store.books import check_books
from mailbot.adapters.store.engine import reading, reading_one_state, writing
from mailbot.adapters.store.erasing import ERASED
from mailbot.adapters.store.history import append_to_history
from mailbot.adapters.store.tables import events, files, letters, mails, tickets
from mailbot.domain.decision import Event, EventKind
from mailbot.domain.errors import WorldError
from mailbot.upkeep.erasing import Wanted, erase_now
from mailbot.upkeep.lock import upkeep_lock
from mailbot.upkeep.tidying import Retention, Tidier
from tests.builders import ASHA
from tests.store.desk_work import NOW, claim, mail_for, open_one
from tests.store.desk_work import update as resolve

ZONE = ZoneInfo("Asia/Kolkata")
LATER = NOW + timedelta(days=400)
TICKETS = 100


@pytest.fixture
def kept(tmp_path):
    """Return the file store."""
    return FileStore(tmp_path / "data" / "files", 0)


def close(store):
    """Close all tickets, and let all letters be sent."""
    with writing(store.engine) as connection:
        connection.execute(update(tickets).values(status="closed", closed_at=NOW))
        connection.execute(update(letters).values(state="sent", sent_at=NOW))


def audit(store, *anchors):
    """Return what an audit finds."""
    with reading_one_state(store.engine) as connection:
        return audit_histories(connection, anchors)


def keep_row(connection, ticket, name):
    """Write down that a ticket has this file."""
    mail = connection.execute(select(mails.c.id).limit(1)).scalar_one()
    row = {"ticket_id": ticket, "mail_id": mail, "sha256": name, "name": "रसीद.png", "size": 9, "preview": ""}
    row |= {"content_type": "image/png", "inline": False, "sender": ASHA.email, "width": 1, "height": 1}
    connection.execute(insert(files).values(row | {"evidence": True, "fingerprint": "f" * 16}))


def everything_written(store):
    """Return all words of all tables that hold what people wrote, as one text."""
    with reading(store.engine) as connection:
        rows = [connection.execute(select(table)).all() for table in (tickets, events, mails, files)]
        rows.append(connection.execute(select(letters.c.to, letters.c.subject, letters.c.raw, letters.c.answer)).all())
        rows.append(connection.execute(text("select * from search_words")).all())
        return str(rows)


def old(store, data):
    """Keep a file as if it had been written long ago."""
    name = store.keep(data)
    path = store.path(name)
    path.touch()

    os.utime(path, (time.time() - 90_000,) * 2)
    return name


def test_an_erased_ticket_has_no_words_and_a_whole_chain(store, kept):
    """Nothing that anybody wrote is left in any table; the number, its steps and the proof of them are."""
    number = open_one(store)
    (entry,) = claim(store, 2)
    store.apply(entry, mail_for(entry), resolve(number, 1), NOW)
    other = open_one(store, 5)
    shared, alone = old(kept, b"a picture of both"), old(kept, b"a picture of one")
    with writing(store.engine) as connection:
        first, second = connection.execute(select(tickets.c.id).order_by(tickets.c.id)).scalars()
        for ticket, name in ((first, shared), (first, alone), (second, shared)):
            keep_row(connection, ticket, name)
    refused = erase_now(store.engine, kept, Wanted(number, "", "asked"), NOW)
    assert (refused.tickets, refused.left) == (0, (number,))
    close(store)
    anchor = take_anchor(store.engine, NOW)
    assert check_books(store.engine) == []
    done = erase_now(store.engine, kept, Wanted(number, "", "Asked on 24.11.2026, file 12/26."), LATER)
    assert (done.tickets, done.files, done.later, done.left) == (1, 1, 0, ())
    assert (kept.path(shared).exists(), kept.path(alone).exists()) == (True, False)
    found = audit(store, anchor)
    assert (found.findings, found.erased, found.since_anchor) == ([], 2, 1)
    assert check_books(store.engine) == []
    assert erase_now(store.engine, kept, Wanted(number, "", "again"), LATER).found is False
    with reading(store.engine) as connection:
        last = connection.execute(select(events).where(events.c.kind == EventKind.ERASED)).one()
        assert last.reason == "Asked on 24.11.2026, file 12/26."
        assert connection.execute(select(tickets.c.title).where(tickets.c.number == other)).scalar() != ERASED
    by_person = erase_now(store.engine, kept, Wanted("", ASHA.email, "left the department"), LATER)
    assert (by_person.tickets, by_person.files) == (1, 1)
    written = everything_written(store)
    for word in (ASHA.email, ASHA.mobile, "जीएसटीआर", "त्रुटि 500", "कैश", "रसीद"):
        assert word not in written, word
    assert audit(store, anchor).findings == []


def fill(store, count):
    """Write many closed tickets, ten things each, as years of work leave them."""
    number = open_one(store)
    with writing(store.engine) as connection:
        ticket = dict(connection.execute(select(tickets)).mappings().one()) | {"status": "closed", "closed_at": NOW}
        mail = dict(connection.execute(select(mails)).mappings().one())
        letter = dict(connection.execute(select(letters).limit(1)).mappings().one()) | {"state": "sent"}
        for row in (ticket, mail, letter):
            del row["id"]
        head = number.rpartition("-")[0][:-5]
        for position in range(2, count + 1):
            number = f"{head}{position:05d}-0"
            opened = insert(tickets).values(ticket | {"number": number}).returning(tickets.c.id)
            ticket_id = connection.execute(opened).scalar_one()
            unlike = {"uid": 1000 + position, "content_key": f"{position + 10**6:064d}", "sha256": f"{position:064x}"}
            came = insert(mails).values(mail | unlike | {"ticket": number}).returning(mails.c.id)
            mail_id = connection.execute(came).scalar_one()
            copies = [letter | {"ticket_id": ticket_id, "message_id": f"<{position}.{n}>"} for n in range(5)]
            connection.execute(insert(letters), copies)
            said = [Event("commented", ASHA.email, f"पंक्ति {position}-{n}", "A reply.") for n in range(3)]
            append_to_history(connection, ticket_id, number, said, mail_id, NOW)
        connection.execute(text(f"update serials set last = {count}"))
    close(store)


def test_what_expired_is_erased_at_night(store, kept):
    """Once a night, in small batches; young things stay, old ones go, and the chain with its anchor stays whole."""
    fill(store, TICKETS)
    clock = [NOW]
    tidier = Tidier(store.engine, kept, Retention(ticket_days=365), ZONE, lambda: clock[0])
    assert not tidier.tidy_when_due()  # the first look sets the first night
    clock[0] = NOW + timedelta(days=1)
    assert tidier.tidy_when_due()
    assert not tidier.tidy_when_due()
    anchor = take_anchor(store.engine, NOW)
    assert audit(store).erased == 0
    clock[0] = LATER
    assert tidier.tidy_when_due()
    found = audit(store, anchor)
    assert (found.findings, found.tickets, found.erased) == ([], TICKETS, 3 * (TICKETS - 1) + 1)
    with reading(store.engine) as connection:
        assert connection.execute(select(func.count()).where(tickets.c.title != ERASED)).scalar() == 0
        assert connection.execute(select(func.count()).where(letters.c.raw != b"")).scalar() == 0
    assert ASHA.email not in everything_written(store)


def test_each_rule_erases_its_own(store, kept):
    """Raw mails, files and letters may go sooner than the words of the ticket, and nothing of an open ticket goes."""
    raw, picture = old(kept, b"the mail"), old(kept, b"the picture")
    open_one(store)
    with writing(store.engine) as connection:
        connection.execute(update(mails).values(sha256=raw))
        keep_row(connection, connection.execute(select(tickets.c.id)).scalar_one(), picture)

    def erase(now, **days):
        return Tidier(store.engine, kept, Retention(**days), ZONE, lambda: now).erase_expired(now)

    everything = {"raw_mail_days": 30, "file_days": 30, "letter_days": 30, "ticket_days": 30}
    assert erase(LATER, **everything) == 0
    close(store)
    assert erase(NOW + timedelta(days=29), **everything) == 0
    assert erase(LATER) == 0
    assert (erase(LATER, raw_mail_days=30), kept.path(raw).exists()) == (1, False)
    assert (erase(LATER, file_days=30), kept.path(picture).exists()) == (1, False)
    assert erase(LATER, letter_days=30) == 2
    with reading(store.engine) as connection:
        assert connection.execute(select(files.c.name)).scalar() == "रसीद.png"
        assert connection.execute(select(mails.c.sender)).scalar() == ASHA.email
        assert connection.execute(select(letters.c.subject).limit(1)).scalar()
    assert audit(store).erased == 0
    assert erase(LATER, ticket_days=30) == 1
    assert audit(store).erased == 1


def test_the_work_of_the_night_waits_for_a_backup(store, kept):
    """While somebody copies the files none is removed; a quarter of an hour later it is tried again."""
    open_one(store)
    clock = [NOW]
    tidier = Tidier(store.engine, kept, Retention(), ZONE, lambda: clock[0])
    tidier.tidy_when_due()
    clock[0] = NOW + timedelta(days=1)
    with upkeep_lock(kept.folder.parent):
        assert not tidier.tidy_when_due()
        with pytest.raises(WorldError, match="under way"), upkeep_lock(kept.folder.parent):
            pass
    assert not tidier.tidy_when_due()
    clock[0] += timedelta(minutes=16)
    assert tidier.tidy_when_due()


def test_the_work_of_the_night_ends_when_the_worker_stops(store, kept):
    """Asked to stop, the program erases no further batch, and goes on a quarter of an hour after instead of a day."""
    open_one(store)
    close(store)
    clock = [LATER]
    tidier = Tidier(store.engine, kept, Retention(ticket_days=30), ZONE, lambda: clock[0])
    tidier.tidy_when_due()
    clock[0] += timedelta(days=1)
    assert not tidier.tidy_when_due(lambda: True)
    assert audit(store).erased == 0
    clock[0] += timedelta(minutes=16)
    assert tidier.tidy_when_due()
    assert audit(store).erased == 1
