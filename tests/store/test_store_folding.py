"""With the day's sending used up, what waits for the IT section becomes one letter to each; officers lose nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from mailbot.adapters.store.bulletins import Bulletins
from mailbot.adapters.store.directory import keep_people
from mailbot.adapters.store.engine import reading, writing
from mailbot.adapters.store.folding import FEWEST, WAITED, Folding
from mailbot.adapters.store.outbox import Outbox
from mailbot.adapters.store.tables import held_news, letters
from mailbot.domain.letter import LetterKind
from mailbot.domain.reporting.bulletin import ReportRules
from mailbot.domain.send_quota import NO_QUOTA, SendQuota
from tests.builders import ASHA, CHITRA, DEV, the_desk
from tests.store.conftest import LEASE
from tests.store.desk_work import NOW, claim, mail_for, open_one, order
from tests.store.desk_work import update as change

LATER = NOW + WAITED
USED = SendQuota(10)


@pytest.fixture
def desk(store):
    """Return the store of a desk whose day is used up: eight of ten letters went out this morning."""
    keep_people(store.engine, [ASHA, CHITRA, DEV])
    for uid in range(1, 5):
        open_one(store, uid)
    with writing(store.engine) as connection:
        connection.execute(update(letters).values(state="sent", attempts=1, sent_at=NOW))
    return store


def waiting(store):
    """Return whom letters wait for, with their kinds."""
    with reading(store.engine) as connection:
        query = select(letters.c.to, letters.c.kind).where(letters.c.state == "pending").order_by(letters.c.id)
        return connection.execute(query).all()


def held(store):
    """Return the news of the hour."""
    with reading(store.engine) as connection:
        return connection.execute(select(held_news).order_by(held_news.c.id)).all()


def test_what_waits_for_a_colleague_becomes_one_letter(desk):
    """Three new tickets wait for Chitra: one hourly letter tells all with who and what; the officer's letters stay."""
    numbers = [open_one(desk, uid) for uid in (11, 12, 13)]
    folding = Folding(desk.engine, USED)
    assert folding.fold_waiting(LATER - timedelta(seconds=1)) == 0
    assert folding.fold_waiting(LATER) == 3
    assert folding.fold_waiting(LATER) == 0
    assert waiting(desk) == [(ASHA.email, "acknowledgement")] * 3
    assert [(one.to, one.kind, one.actor, one.at) for one in held(desk)] == [
        (CHITRA.email, "new_ticket", ASHA.name, NOW)
    ] * 3
    (letter,) = Bulletins(desk.engine, the_desk(), ReportRules()).write_hourly(LATER).letters
    (table,) = letter.tables
    assert (letter.to, letter.kind) == (CHITRA.email, LetterKind.HOURLY)
    assert [row[0] for row in table.rows] == numbers
    assert {row[4] for row in table.rows} == {"पोर्टल पर त्रुटि 500 आती है।"}


@pytest.mark.parametrize("quota", [NO_QUOTA, SendQuota(11)])
def test_with_room_left_every_letter_goes_by_itself(desk, quota):
    """Nobody counts, or the ninth of eleven may still go: nothing is folded."""
    for uid in range(11, 11 + FEWEST):
        open_one(desk, uid)
    if quota.per_day:
        with writing(desk.engine) as connection:
            first = select(letters.c.id).where(letters.c.state == "sent").order_by(letters.c.id).limit(1)
            connection.execute(update(letters).where(letters.c.id.in_(first)).values(sent_at=NOW - timedelta(days=2)))
    assert Folding(desk.engine, quota).fold_waiting(LATER) == 0
    assert held(desk) == []


def test_what_is_no_news_is_never_folded(desk):
    """One letter alone, a tried one, an escalation, an answer to an officer: each goes as it was written."""
    number = open_one(desk, 11)
    (entry,) = claim(desk, 12)
    escalated = order(CHITRA.email, LetterKind.ESCALATED)
    desk.apply(entry, mail_for(entry), change(number, 1, letters=(order(kind=LetterKind.RESOLVED), escalated)), NOW)
    open_one(desk, 13)
    with writing(desk.engine) as connection:
        last = select(letters.c.id).where(letters.c.kind == "new_ticket").order_by(letters.c.id.desc()).limit(1)
        connection.execute(update(letters).where(letters.c.id.in_(last)).values(attempts=1))
    before = waiting(desk)
    assert Folding(desk.engine, USED).fold_waiting(LATER) == 0
    assert waiting(desk) == before


def test_a_letter_is_sent_or_folded_and_never_both(desk):
    """The sender and two folders at the same moment: what was claimed for sending is not in the news of the hour."""
    for uid in range(11, 21):
        open_one(desk, uid)
    folding, outbox = Folding(desk.engine, USED), Outbox(desk.engine, LEASE, SendQuota(15))
    with ThreadPoolExecutor(3) as crowd:
        folds = [crowd.submit(folding.fold_waiting, LATER) for _ in range(2)]
        claimed = crowd.submit(outbox.claim_letters, LATER, 5).result()
        folded = sum(fold.result() for fold in folds)
    sent = sum(1 for letter in claimed if letter.to == CHITRA.email)
    left = sum(1 for to, _ in waiting(desk) if to == CHITRA.email)
    assert (folded, sent + folded + left) == (len(held(desk)), 10)
