"""What the watch writes down: alarms, heartbeats, test mails, and whether the books agree with themselves."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, insert, select, update

from mailbot.adapters.store.alarm_book import AlarmBook
from mailbot.adapters.store.books import check_books
from mailbot.adapters.store.canaries import Canaries
from mailbot.adapters.store.engine import writing
from mailbot.adapters.store.heartbeats import FORGOTTEN_AFTER, end_beats, keep_beats
from mailbot.adapters.store.status import find_status
from mailbot.adapters.store.tables import events, letters, mails, tickets
from mailbot.adapters.store.tables_watch import alarms, canaries
from mailbot.domain.alarms import Alarm, AlarmCode
from mailbot.domain.health import Health, WorkerLine, judge_health
from mailbot.domain.watching import Beat, Part
from mailbot.watch_parts import make_canary
from tests.store.desk_work import open_one

NOON = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
DESK = "support@tax.example"


def test_alarms_are_rows_as_long_as_they_sound(engine):
    """One open row for each code; its words and when it was told change; settled rows stay as history."""
    book = AlarmBook(engine)
    alarm = Alarm(AlarmCode.DISK_FULL, "The disk is full.", NOON)
    book.keep(alarm)
    told = Alarm(AlarmCode.DISK_FULL, "The disk is still full.", NOON, NOON + timedelta(minutes=1))
    book.keep(told)
    assert book.find_open() == [told]
    assert book.settle(AlarmCode.DISK_FULL, NOON)
    assert not book.settle(AlarmCode.DISK_FULL, NOON)
    book.keep(alarm)
    assert book.find_open() == [alarm]
    with writing(engine) as connection:
        connection.execute(insert(alarms).values(code="of_a_newer_version", text="?", sounded_at=NOON))
        assert len(connection.execute(select(alarms)).all()) == 3
    assert book.find_open() == [alarm]


def test_a_test_mail_goes_through_the_outbox_and_is_known_again(engine):
    """Two workers send one; it is a letter to the desk; its return is noted when the ledger has its Message-ID."""
    store = Canaries(engine)
    assert store.find_last() is None
    canary = make_canary(DESK, NOON)
    assert store.send(7, canary, NOON)
    assert not store.send(7, make_canary(DESK, NOON), NOON)
    with writing(engine) as connection:
        ((to, kind, raw),) = connection.execute(select(letters.c.to, letters.c.kind, letters.c.raw)).all()
        assert (to, kind) == (DESK, "canary")
        assert canary.message_id.encode() in raw
    waiting = store.find_last()
    assert (waiting.left, waiting.returned_at) == (False, None)
    with writing(engine) as connection:
        connection.execute(update(letters).values(state="sent"))
    assert store.find_last().left


def test_the_return_of_a_test_mail_is_noted(store, engine):
    """The row of the ledger with its Message-ID is the return; how long it travelled is shown."""
    open_one(store)
    canary = make_canary(DESK, NOON)
    Canaries(engine).send(7, canary, NOON)
    with writing(engine) as connection:
        back = {"message_id": canary.message_id, "done_at": NOON + timedelta(seconds=4)}
        connection.execute(update(mails).values(back))
    assert Canaries(engine).find_last().returned_at == NOON + timedelta(seconds=4)
    assert find_status(engine, NOON).canary_seconds == 4
    later = NOON + timedelta(days=31)
    Canaries(engine).send(8, make_canary(DESK, later), later)
    with writing(engine) as connection:
        assert connection.execute(select(canaries.c.slot)).scalars().all() == [8]


def test_status_counts_what_waits_and_what_sounds(store, engine):
    """Queues, the last mail and letter, heartbeats and alarms; the health follows from the last two."""
    empty = find_status(engine, NOON)
    assert (empty.mails.waiting, empty.letters.oldest, empty.last_mail_at, empty.parts) == (0, None, None, ())
    assert judge_health(empty.parts, 0, NOON) is Health.NOT_RUNNING
    open_one(store)
    beats = {part: Beat(NOON, None, "", 0.0) for part in Part}
    keep_beats(engine, "vm:1", beats, NOON)
    found = find_status(engine, NOON + timedelta(seconds=90))
    assert found.letters.waiting == 2
    assert found.last_mail_at is not None
    assert {line.part: line.worker for line in found.parts} == dict.fromkeys(Part, "vm:1")
    assert judge_health(found.parts, len(found.alarms), found.at) is Health.WELL
    AlarmBook(engine).keep(Alarm(AlarmCode.DISK_FULL, "Full.", NOON))
    assert judge_health(found.parts, len(find_status(engine, NOON).alarms), found.at) is Health.NEEDS_A_PERSON
    assert judge_health(found.parts, 0, NOON + timedelta(minutes=3)) is Health.NOT_RUNNING
    with writing(engine) as connection:
        connection.execute(update(letters).values(state="sent", due_at=NOON, sent_at=NOON))
    sent = find_status(engine, NOON + timedelta(hours=1))
    assert (sent.last_letter_at, sent.letters_sent_today, sent.letters.waiting) == (NOON, 2, 0)


def test_each_worker_has_heartbeats_of_its_own(engine):
    """One that died is told from one that lives, one that ended as it should is not missed, and both are forgotten."""
    beats = {part: Beat(NOON, None, "", 0.0) for part in Part}
    for worker in ("vm1:7", "vm2:7", "vm3:7"):
        keep_beats(engine, worker, beats, NOON)
    end_beats(engine, "vm3:7")
    later = NOON + timedelta(minutes=3)
    keep_beats(engine, "vm1:7", beats | {Part.INTAKE: Beat(NOON, NOON, "no such host", 1.0)}, later)
    found = find_status(engine, later)
    assert found.workers == (WorkerLine("vm1:7", later, is_alive=True), WorkerLine("vm2:7", NOON, is_alive=False))
    assert {line.worker: line.error for line in found.parts if line.part == "intake"} == {
        "vm1:7": "no such host",
        "vm2:7": "",
    }
    assert judge_health(found.parts, 0, later) is Health.WELL
    keep_beats(engine, "vm1:7", beats, NOON + FORGOTTEN_AFTER + timedelta(seconds=1))
    assert [line.worker for line in find_status(engine, later).workers] == ["vm1:7"]


def test_a_part_that_another_worker_cares_for_leaves_no_heartbeat(engine):
    """A worker whose mailbox is read elsewhere says nothing of it; one that cares for nothing writes nothing."""
    beat = Beat(NOON, None, "", 0.0)
    keep_beats(engine, "vm:1", {Part.INTAKE: replace(beat, elsewhere=True)}, NOON)
    assert find_status(engine, NOON).parts == ()
    keep_beats(engine, "vm:1", {Part.INTAKE: replace(beat, elsewhere=True), Part.HANDLE: beat}, NOON)
    assert [line.part for line in find_status(engine, NOON).parts] == ["handle"]


def test_books_that_agree(store, engine):
    """What is handled, waits and comes anew between two looks is no difference."""
    assert check_books(engine) == []
    for uid in range(1, 6):
        open_one(store, uid)
        assert check_books(engine) == []


@pytest.mark.parametrize("table", [mails, tickets, events], ids=lambda table: table.name)
def test_any_row_that_is_deleted_by_hand_is_noticed(store, engine, table):
    """Ten tries for each table, any row of it: the next look finds each."""
    for uid in range(1, 13):
        open_one(store, uid)
    assert check_books(engine) == []
    chance, noticed = random.Random(42), 0
    for _ in range(10):
        delete_one(engine, table, chance)
        noticed += any("gone" in words for words in check_books(engine))
        assert not any("gone" in words for words in check_books(engine))
    assert noticed == 10


def delete_one(engine, table, chance):
    """Delete any row as somebody with a database tool does, past the foreign keys."""
    raw = engine.raw_connection()
    try:
        is_sqlite = engine.dialect.name == "sqlite"
        cursor = raw.cursor()
        cursor.execute("PRAGMA foreign_keys=OFF" if is_sqlite else "SET session_replication_role = replica")
        cursor.execute(f"SELECT id FROM {table.name}")
        doomed = chance.choice(cursor.fetchall())[0]
        cursor.execute(f"DELETE FROM {table.name} WHERE id = {doomed}")
        raw.commit()
        cursor.execute("PRAGMA foreign_keys=ON" if is_sqlite else "SET session_replication_role = origin")
        raw.commit()
    finally:
        raw.close()


def test_a_mail_that_ended_nowhere_is_noticed(store, engine):
    """A handled mail without an end, one in a ticket that does not exist, and a ticket without history."""
    open_one(store)
    with writing(engine) as connection:
        connection.execute(update(mails).values(ticket="TMS-2611-99999-9"))
    assert check_books(engine) == ["1 mails are done and ended nowhere, or in a ticket that does not exist."]
    with writing(engine) as connection:
        connection.execute(update(mails).values(outcome=""))
    assert check_books(engine) == ["1 mails are done and ended nowhere, or in a ticket that does not exist."]


def test_a_ticket_without_history_is_noticed(store, engine):
    """Every ticket begins with a line of history."""
    open_one(store)
    with writing(engine) as connection:
        connection.execute(delete(events))
    assert check_books(engine) == ["1 tickets have no history."]
