"""Plays about time on the real tables with the real letters: who writes what, and what everybody receives, and when."""

from __future__ import annotations

import email
from dataclasses import replace
from datetime import timedelta
from email import policy

import pytest
from sqlalchemy import select

from mailbot.adapters.letters import LetterWriter
from mailbot.adapters.sheets import write_files
from mailbot.adapters.store.desk_store import DeskStore
from mailbot.adapters.store.directory import keep_people
from mailbot.adapters.store.engine import reading
from mailbot.adapters.store.queries import find_history
from mailbot.adapters.store.tables import letters
from mailbot.domain.decide import decide
from mailbot.domain.people import Language
from mailbot.domain.thread import find_clues
from mailbot.domain.ticket import Status
from mailbot.domain.understanding import understand
from mailbot.remind import Reminder
from mailbot.share import shared
from tests.builders import ASHA, BHARAT, CHITRA, DEV, make_mail, make_person, the_desk, token_for
from tests.store.desk_work import NOW, claim, keep_letters_of

FARAH = make_person("Farah Khan", employee_id="300001", designation="Commissioner (IT)", language=Language.ENGLISH)
HINDI = replace(BHARAT, language=Language.HINDI)
NAMES = {Language.ENGLISH: "IT Help Desk", Language.HINDI: "आईटी सहायता केंद्र"}
PEOPLE = [ASHA, HINDI, CHITRA, DEV, FARAH]
DESK = replace(the_desk(), service=replace(the_desk().service, senior=FARAH.employee_id))


class Play:
    """A desk with a clock: people write, hours pass, and whatever became due is done every half hour."""

    def __init__(self, engine):
        writer = LetterWriter(
            DESK, NAMES, DESK.timezone, shared("templates") / "mail", plus_addressing=True, picture_limit=1000,
            spreadsheets=write_files,
        )  # fmt: skip

        def write(task):
            if task.ticket is None:
                return writer.write_for_desk(task.order, task.thread, task.at, task.event_key)
            return writer.write(
                task.order, task.ticket, task.thread, (), task.at, task.event_key, task.requester,
                assignee=task.assignee,
            )  # fmt: skip

        self.store = DeskStore(engine, DESK, DESK.timezone, write, timedelta(seconds=120))
        self.now, self.count, self.seen = NOW, 0, 0
        keep_people(engine, PEOPLE)

    def write(self, sender, text, subject="[Return Filing] GSTR-3B", number=""):
        """Let somebody write a mail, in answer to a letter about a ticket when its number is named."""
        self.count += 1
        (entry,) = claim(self.store, self.count, now=self.now)
        proof = f"\n\nRef: {token_for(sender.email, number)}" if number else ""
        keep_letters_of(self.store.engine, proof, self.now)
        changes = {"message_id": f"<{self.count}@x.example>", "content_key": f"{self.count:064d}", "subject": subject}
        mail = make_mail(text + proof, sender=sender, **changes)
        understanding = understand(mail, DESK)
        clues = find_clues(mail, understanding.claimed_id, DESK, guesses=understanding.employee_ids.all)
        known = self.store.find_known(mail, clues, entry, self.now)
        return self.store.apply(entry, mail, decide(mail, understanding, known, DESK, self.now), self.now)

    def wait(self, **span):
        """Let time pass and look at what is due every half hour."""
        end = self.now + timedelta(**span)
        while self.now < end:
            self.now += timedelta(minutes=30)
            Reminder(self.store, lambda: self.now, DESK, {}).remind_due()

    def stand_still(self, **span):
        """Let time pass without a look, then look for an hour."""
        self.now += timedelta(**span)
        self.wait(hours=1)

    def news(self):
        """Return the letters since the last call: (to, kind)."""
        return {(one.to, one.kind) for one in self.read()}

    def read(self):
        """Return the letters since the last call, in their order."""
        with reading(self.store.engine) as connection:
            query = select(letters).where(letters.c.id > self.seen).order_by(letters.c.id)
            found = connection.execute(query).all()
        self.seen = max((self.seen, *(one.id for one in found)))
        return found

    def status(self, number):
        """Return where a ticket stands."""
        return find_history(self.store.engine, number).ticket.status


def text_of(letter):
    """Return the text part of a letter."""
    return email.message_from_bytes(letter.raw, policy=policy.default).get_body(("plain",)).get_content()


@pytest.fixture
def play(engine):
    """Return a desk on Monday at 11:30."""
    return Play(engine)


def test_nobody_answers_an_urgent_ticket(play):
    """Two reminders in the first hour, the leads after five hours, the senior two days later; then somebody answers."""
    number = play.write(ASHA, "The portal is down.", "[Return Filing][Urgent] GSTR-3B")
    play.news()
    play.wait(hours=1)
    assert play.news() == {(CHITRA.email, "reminder"), (DEV.email, "reminder")}
    play.wait(hours=4)
    assert play.news() == {
        (CHITRA.email, "reminder"), (DEV.email, "reminder"), (CHITRA.email, "escalated"), (DEV.email, "escalated"),
    }  # fmt: skip
    play.wait(days=2)
    (to_dev, to_farah) = sorted(play.read(), key=lambda letter: letter.to)
    assert [(one.to, one.kind) for one in (to_dev, to_farah)] == [(DEV.email, "escalated"), (FARAH.email, "escalated")]
    assert "brought to your notice" in text_of(to_farah)
    play.write(CHITRA, "RESOLVED\nThe gateway was restarted.", f"Re: [{number}] GSTR-3B", number)
    play.news()
    play.wait(days=4)
    assert play.news() == set()


def test_an_officer_who_forgets_to_answer(play):
    """Bharat is reminded of the question in Hindi, twice; his answer sets the clock going again."""
    number = play.write(HINDI, "जीएसटीआर-3बी दाखिल नहीं हो रहा है।")
    play.write(CHITRA, "ASK\nआप कौन सा ब्राउज़र चला रहे हैं?", f"Re: [{number}] GSTR-3B", number)
    promised = find_history(play.store.engine, number).ticket.resolve_due_at
    play.news()
    play.wait(days=10)
    first, second = play.read()
    assert {(one.to, one.kind) for one in (first, second)} == {(HINDI.email, "waiting_reminder")}
    assert "आप कौन सा ब्राउज़र चला रहे हैं?" in text_of(first)
    assert text_of(first).index("प्रतीक्षा") < text_of(first).index("In English")
    play.wait(days=10)
    assert play.news() == set()
    play.write(HINDI, "क्रोम।", f"Re: [{number}] GSTR-3B", number)
    ticket = find_history(play.store.engine, number).ticket
    assert (ticket.status, ticket.paused_at) == (Status.IN_PROGRESS, None)
    assert ticket.resolve_due_at > play.now > promised


def test_a_resolved_ticket_closes_and_comes_back(play):
    """Asha is warned on the fifth day and told on the seventh; a word of hers re-opens it, and all is promised anew."""
    number = play.write(ASHA, "The page stays blank.")
    play.write(CHITRA, "RESOLVED\nPlease clear the cache.", f"Re: [{number}] GSTR-3B", number)
    play.news()
    play.wait(days=5)
    (warning,) = play.read()
    assert (warning.to, warning.kind) == (ASHA.email, "closing_soon")
    assert "It closes by itself on 30 November 2026, 11:30." in text_of(warning)
    play.wait(days=2)
    assert (play.news(), play.status(number)) == ({(ASHA.email, "closed")}, Status.CLOSED)
    play.write(ASHA, "REOPEN\nIt is back.", f"Re: [{number}] GSTR-3B", number)
    ticket = find_history(play.store.engine, number).ticket
    assert ticket.status is Status.IN_PROGRESS
    assert DESK.calendar.working_between(play.now, ticket.resolve_due_at) == timedelta(hours=21)


def test_a_week_without_the_desk(play):
    """Twelve tickets became due: each person finds one letter, in their own language, and then it is quiet."""
    resolved = [play.write(officer, "The page stays blank.") for officer in (ASHA, HINDI)]
    for number in resolved:
        play.write(CHITRA, "RESOLVED\nPlease clear the cache.", f"Re: [{number}] GSTR-3B", number)
    for count in range(12):
        play.write(ASHA, f"Page {count} stays blank.", f"[Return Filing] GSTR-{count}")
    play.news()
    play.stand_still(days=8)
    found = {one.to: one for one in play.read()}
    assert {one.kind for one in found.values()} == {"caught_up"}
    assert set(found) == {ASHA.email, HINDI.email, CHITRA.email, DEV.email, FARAH.email}
    assert found[DEV.email].subject == "12 tickets became due while the desk was not running"
    assert text_of(found[DEV.email]).count("\nTMS-2611-") == 12
    assert found[HINDI.email].subject == "सहायता केंद्र बंद रहा: इस बीच आपके टिकटों में क्या हुआ"
    assert resolved[1] in text_of(found[HINDI.email])
    assert resolved[0] not in text_of(found[HINDI.email])
    assert {play.status(number) for number in resolved} == {Status.CLOSED}
    play.wait(days=3)
    assert play.news() == set()
