"""UNDO on the real tables: whatever a command changed stands as it stood before, row by row, on both databases."""

from __future__ import annotations

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, func, select

from mailbot.adapters.store.deeds import drop_old_deeds
from mailbot.adapters.store.directory import keep_people
from mailbot.adapters.store.engine import reading, writing
from mailbot.adapters.store.erasing import Why, erase_tickets
from mailbot.adapters.store.period_figures import find_period
from mailbot.adapters.store.tables import events, letters, tickets, timers
from mailbot.adapters.store.tables_undo import deeds
from mailbot.confirming import Handling, understand_mail
from mailbot.domain.errors import ChangedMeanwhileError
from mailbot.domain.numbering import number_digits
from mailbot.domain.reporting.periods import Period
from mailbot.domain.trust import make_nonce, make_token
from tests.builders import ASHA, BHARAT, CHITRA, DEV, make_mail, make_person, the_desk
from tests.store.desk_work import NOW, claim, keep_letters_of

NEHA = make_person("Neha Verma", employee_id="200004", role=CHITRA.role, office=CHITRA.office)
MOVING = {tickets.c.version, tickets.c.changed_at}
CONFIRMATIONS = ("done", "refused", "carried_out", "not_understood")
# What people write on a random day; {a} and {b} are two tickets, the mail belongs to the first.
STAFF_SAY = (
    "RESOLVED: the cache was cleared", "हल हो गया", "TAKE", "ASSIGN Neha Verma", "ASSIGN Dev Tiwari: please look",
    "ASK: which browser?", "PRIORITY Critical", "PRIORITY Low", "MODULE E-way Bill", "TYPE Data correction", "REOPEN",
    "MERGE {b}", "PARENT {b}", "MODULE Refund\nRESOLVED: done", "RESOLVE {a} {b}: portal fixed", "TAKE {a} {b}",
    "Priority: High", "CLOSE",
)  # fmt: skip
OFFICERS_SAY = ("WORKS NOW", "REOPEN: still there", "CANCEL", "RATE 4", "PRIORITY High", "Module: Refund", "अब ठीक है")


class Play:
    """A desk on which people write one mail an hour, each of which is handled at once."""

    def __init__(self, store):
        self.store, self.desk, self.count = store, the_desk(), 0
        keep_people(store.engine, [ASHA, BHARAT, CHITRA, DEV, NEHA])

    @property
    def now(self):
        """An hour for each mail."""
        return NOW + timedelta(hours=self.count)

    def arrive(self, sender, text, number="", answers="", **changes):
        """Return the claimed line of a new mail and what it says, with a proof of its ticket's letters."""
        self.count += 1
        *_, entry = claim(self.store, self.count, now=self.now)
        nonce = make_nonce(number, sender.email, str(self.count))
        token = make_token(self.desk.keys, number_digits(number), sender.email, nonce) if number else ""
        proof = str(token)
        keep_letters_of(self.store.engine, proof, self.now - timedelta(minutes=1))
        values = {"message_id": f"<{self.count}@x.example>", "content_key": f"{self.count:064d}"}
        values |= {"subject": f"Re: [{number}] x" if number else "x", "thread_ids": (answers,) if answers else ()}
        words = f"{text}\n\nRef: {proof}" if proof else text
        return entry, understand_mail(make_mail(words, sender=sender, **(values | changes)), self.desk)

    def decide(self, entry, read):
        """Return what shall happen to a claimed mail."""
        return Handling(self.store, lambda _: read).decide(read, entry, self.now)

    def write(self, sender, text, number="", answers="", **changes):
        """Let somebody write a mail; return the confirmation they get, and the decision."""
        entry, read = self.arrive(sender, text, number, answers, **changes)
        mail, decision = self.decide(entry, read)
        self.store.apply(entry, mail, decision, self.now)
        query = select(letters.c.message_id).where(letters.c.to == sender.email, letters.c.kind.in_(CONFIRMATIONS))
        with reading(self.store.engine) as connection:
            found = connection.execute(query.where(letters.c.written_at == self.now)).scalar()
        return found or "", decision

    def open(self, sender):
        """Let an officer open a ticket and return its number."""
        self.write(sender, f"Problem {self.count} of the return page.", subject=f"Portal error {self.count}")
        with reading(self.store.engine) as connection:
            return connection.execute(select(tickets.c.number).order_by(tickets.c.id.desc()).limit(1)).scalar_one()

    def rows(self):
        """Return everything that a command can change: whole rows of tickets, and their timers."""
        columns = [column for column in tickets.c if column not in MOVING]
        due = select(timers.c.ticket_id, timers.c.kind, timers.c.due_at)
        with reading(self.store.engine) as connection:
            of_tickets = connection.execute(select(*columns).order_by(tickets.c.id)).all()
            return of_tickets, sorted(connection.execute(due).all())


@pytest.fixture
def play(store):
    """Open the desk."""
    return Play(store)


def codes_of(decision):
    """Return what the letters of a decision tell."""
    return [notice.code for letter in decision.letters for notice in letter.notices]


def take_back_random_commands(play, chance, count):
    """Let five people command and take it back; return how often every row was as before, and what was said."""
    numbers = {play.open(officer): officer for officer in (ASHA, BHARAT) * 4}
    restored, said = 0, Counter()
    while said.total() < count:
        if said.total() % 100 == 99:
            numbers |= {play.open(officer): officer for officer in (ASHA, BHARAT)}
        first, second = chance.sample(sorted(numbers), 2)
        sender = chance.choice((CHITRA, DEV, NEHA, numbers[first]))
        form = chance.choice(OFFICERS_SAY if sender is numbers[first] else STAFF_SAY)
        says = form.format(a=first, b=second)
        before = play.rows()
        confirmed, decision = play.write(sender, says, first)
        if decision.commanded is None or play.rows() == before:
            continue
        said[form] += 1
        _, undone = play.write(sender, chance.choice(("UNDO", "पूर्ववत करें", "undo karo")), first, confirmed)
        assert "done_undone" in codes_of(undone), (says, codes_of(undone))
        restored += play.rows() == before
        if chance.random() < 0.6:
            play.write(sender, says, first)  # so that the next command meets another state
    return restored, said


def test_random_commands_are_taken_back_exactly(play):
    """Of fifty random commands, all that were taken back leave every row as it was before."""
    restored, said = take_back_random_commands(play, random.Random(20261124), 50)
    assert restored == said.total() == 50
    assert len(said) > 15


def test_only_commands_and_their_undoing_touch_the_table_of_deeds(play):
    """A plain mail asks and writes nothing there; a command mail writes once, whatever number of tickets it changes."""
    said = []
    event.listen(play.store.engine, "before_cursor_execute", lambda _c, _u, statement, *_: said.append(statement))
    number, other = play.open(ASHA), play.open(BHARAT)
    play.write(ASHA, "It still says error 500.", number)
    play.write(CHITRA, "We are looking into it.", number)
    play.write(CHITRA, "NOTE: vendor called", number)
    assert not [statement for statement in said if "deeds" in statement]
    confirmed, _ = play.write(CHITRA, f"TAKE {number} {other}", number)
    (kept,) = [statement for statement in said if "deeds" in statement]
    assert kept.startswith("INSERT INTO deeds")
    with reading(play.store.engine) as connection:
        assert connection.execute(select(func.count()).select_from(deeds)).scalar_one() == 2
    said.clear()
    play.write(CHITRA, "UNDO", number, confirmed)
    assert sum("deeds" in statement for statement in said) == 4  # which one, what it did, and two marked as taken back


def test_two_undo_at_once_take_back_once(play):
    """Of two mails that were decided on the same state one is obeyed; the other decides again and reads of it."""
    number = play.open(ASHA)
    before = play.rows()
    confirmed, _ = play.write(CHITRA, "RESOLVED: cleared", number)
    mails = [play.arrive(CHITRA, "UNDO", number, confirmed) for _ in range(2)]
    decided = [(entry, *play.decide(entry, read)) for entry, read in mails]

    def apply(one):
        entry, mail, decision = one
        try:
            return play.store.apply(entry, mail, decision, play.now)
        except ChangedMeanwhileError:
            return "again"

    with ThreadPoolExecutor(2) as pool:
        ends = sorted(pool.map(apply, decided))
    assert ends == sorted([number, "again"])
    assert play.rows() == before
    _, again = play.decide(*mails[0])
    assert codes_of(again) == ["undo_twice"]


def test_the_history_keeps_the_command_and_that_it_was_taken_back(play):
    """Nothing is removed: the line of the undoing stands behind the line of the command."""
    number = play.open(ASHA)
    confirmed, _ = play.write(CHITRA, "RESOLVED: cleared", number)
    _, undone = play.write(CHITRA, "UNDO: wrong ticket", number, confirmed)
    with reading(play.store.engine) as connection:
        lines = connection.execute(select(events.c.kind, events.c.actor, events.c.text).order_by(events.c.id)).all()
    assert [tuple(line) for line in lines[-2:]] == [
        ("resolved", CHITRA.email, "cleared"),
        ("undone", CHITRA.email, "wrong ticket"),
    ]
    assert {(letter.to, letter.kind.value) for letter in undone.letters} == {
        (ASHA.email, "undone"),
        (CHITRA.email, "done"),
    }


def test_who_wanted_the_news_later_gets_the_news_of_the_undoing(play):
    """Neha has her letters hourly; that the ticket was given to her is held back, and that it is not so is told too."""
    number = play.open(ASHA)
    play.write(NEHA, "LETTERS HOURLY", number)
    confirmed, given = play.write(CHITRA, "ASSIGN Neha Verma", number)
    assert NEHA.email in {order.to for order in given.held}
    _, undone = play.write(CHITRA, "UNDO", number, confirmed)
    assert (NEHA.email, "undone") in {(order.to, order.kind.value) for order in (*undone.letters, *undone.held)}


def test_a_reminder_that_came_since_does_not_come_again(play):
    """A due time that the command left as it was, and that passed since, stays passed."""
    number = play.open(ASHA)
    confirmed, _ = play.write(CHITRA, "TYPE Data correction", number)
    with writing(play.store.engine) as connection:
        connection.execute(timers.delete().where(timers.c.kind == "answer_due"))
    _, undone = play.write(CHITRA, "UNDO", number, confirmed)
    assert codes_of(undone) == ["done_undone"]
    assert "answer_due" not in {kind for _, kind, _ in play.rows()[1]}


def test_what_was_taken_back_counts_in_no_figure(play):
    """Nobody looks good by closing tickets and taking it back: neither the report nor a last word tells of it."""
    number = play.open(ASHA)
    confirmed, _ = play.write(CHITRA, "RESOLVED: cleared", number)
    period, zone = Period(date(2026, 11, 1), date(2026, 11, 30)), ZoneInfo("Asia/Kolkata")

    def told():
        _, answer = play.write(ASHA, f"STATUS {number}")
        with reading(play.store.engine) as connection:
            return len(find_period(connection, period, zone).resolved), "cleared" in repr(answer.letters)

    assert told() == (1, True)
    play.write(CHITRA, "UNDO", number, confirmed)
    assert told() == (0, False)


def test_the_night_and_an_erasure_remove_what_was_kept(play):
    """After seven days a row serves nothing any more; what was kept of an erased ticket goes with its words."""
    number, other = play.open(ASHA), play.open(BHARAT)
    play.write(CHITRA, f"RESOLVE {number} {other}: cleared", number)

    def left():
        with reading(play.store.engine) as connection:
            return connection.execute(select(func.count()).select_from(deeds)).scalar_one()

    with writing(play.store.engine) as connection:
        assert drop_old_deeds(connection, play.now + timedelta(days=6)) == 0
        erased = connection.execute(select(tickets.c.id).where(tickets.c.number == number)).scalar_one()
        erase_tickets(connection, [erased], Why("operator", "asked for"), play.now)
    assert left() == 1
    with writing(play.store.engine) as connection:
        assert drop_old_deeds(connection, play.now + timedelta(days=8)) == 1
    assert left() == 0
