"""Regular letters: each has its next time in a row, is written by one worker, and once however often it was missed."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from sqlalchemy import func, insert, select

from mailbot.adapters.store.desk_store import DeskStore
from mailbot.adapters.store.engine import reading, writing
from mailbot.adapters.store.tables import held_news, letters, schedules
from mailbot.domain.errors import ChangedMeanwhileError
from mailbot.domain.letter import LetterKind
from mailbot.domain.reporting.bulletin import Bulletin
from mailbot.domain.schedules import DueSchedule, Every, Schedule
from tests.builders import CHITRA, the_desk
from tests.store.desk_work import NOW, open_one, order, write_letter

DIGEST = Schedule("digest", Every.WORKING_DAY, time(9, 30))
MORNING = NOW + timedelta(hours=22)


@pytest.fixture
def store(engine):
    """Return the store of a desk that writes a digest each working day at half past nine."""
    desk = the_desk()
    return DeskStore(engine, desk, desk.timezone, write_letter, timedelta(seconds=120), {DIGEST.name: DIGEST})


def bulletin(*told):
    """Return one letter to Chitra that tells these news."""
    return Bulletin("It is half past nine.", (order(CHITRA.email, LetterKind.DIGEST, key="digest"),), told)


def count(engine, table):
    """Return how many rows a table has."""
    with reading(engine) as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar()


def test_a_regular_letter_begins_with_its_next_time(store):
    """A desk that is switched on at noon writes its first digest the next morning."""
    assert store.find_due_schedules(NOW) == []
    assert store.find_due_schedules(MORNING - timedelta(seconds=1)) == []
    assert store.find_due_schedules(MORNING) == [DueSchedule("digest", MORNING)]


def test_it_is_written_and_set_to_its_next_time(store):
    """The letter is in the outbox, about no ticket; the next one is due a working day later."""
    store.find_due_schedules(NOW)
    (due,) = store.find_due_schedules(MORNING)
    store.settle_schedule(due, bulletin(), MORNING)
    assert count(store.engine, letters) == 1
    assert store.find_due_schedules(MORNING) == []
    assert store.find_due_schedules(MORNING + timedelta(days=1)) == [DueSchedule("digest", MORNING + timedelta(days=1))]


def test_two_workers_write_it_once(store):
    """The second one is told, and nothing of its transaction happens."""
    store.find_due_schedules(NOW)
    (due,) = store.find_due_schedules(MORNING)
    store.settle_schedule(due, bulletin(), MORNING)
    with pytest.raises(ChangedMeanwhileError):
        store.settle_schedule(due, bulletin(), MORNING)
    assert count(store.engine, letters) == 1


def test_missed_ones_are_written_once(store):
    """After a month of silence there is one digest, and the next one comes the next working day."""
    store.find_due_schedules(NOW)
    later = MORNING + timedelta(days=28)
    (due,) = store.find_due_schedules(later)
    store.settle_schedule(due, bulletin(), later)
    assert store.find_due_schedules(later) == []
    assert store.find_due_schedules(later + timedelta(days=1)) != []


def test_a_time_that_a_wrong_clock_set_is_set_right(store):
    """Ten years ahead and back: the digest does not wait for ten years."""
    (_, *rest) = [store.find_due_schedules(NOW + timedelta(days=3650)), store.find_due_schedules(NOW)]
    assert rest == [[]]
    assert store.find_due_schedules(MORNING) == [DueSchedule("digest", MORNING)]


def test_nothing_to_write_is_settled_too(store):
    """A digest without a reader moves on to its next time."""
    store.find_due_schedules(NOW)
    (due,) = store.find_due_schedules(MORNING)
    store.settle_schedule(due, None, MORNING)
    assert (count(store.engine, letters), store.find_due_schedules(MORNING)) == (0, [])


def test_news_that_were_told_are_forgotten(store):
    """In the same transaction as the letter, so that none is told twice or never."""
    open_one(store)
    with writing(store.engine) as connection:
        row = {"to": CHITRA.email, "ticket_id": 1, "kind": "comment", "actor": "Asha", "text": "x", "at": NOW}
        ticket = connection.execute(select(func.max(letters.c.ticket_id))).scalar()
        ids = [
            connection.execute(insert(held_news).values(row | {"ticket_id": ticket}).returning(held_news.c.id)).scalar()
            for _ in range(2)
        ]
    store.find_due_schedules(NOW)
    (due,) = store.find_due_schedules(MORNING)
    store.settle_schedule(due, bulletin(ids[0]), MORNING)
    assert count(store.engine, held_news) == 1


def test_the_clock_is_no_regular_letter(store):
    """The rows of the clock lie in the same table and are never due."""
    store.keep_clock(store.find_clock())
    store.find_due_schedules(NOW)
    assert count(store.engine, schedules) == 1
