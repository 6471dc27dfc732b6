"""A morning in three acts: two officers report the same failure, two colleagues answer at once, one mail settles all.

The real reader, rules, tables and letters; what each person receives is read from the outbox.
"""

from __future__ import annotations

import email
import email.policy
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from mailbot.adapters.store.engine import reading
from mailbot.adapters.store.queries import TicketFilter, find_history, find_tickets
from mailbot.adapters.store.tables import letters
from mailbot.ports import Kept, Listed
from mailbot.receive import Pace, Receiver
from tests.fakes import FakeAlarms
from tests.golden import NOW, Desks, DirectReader

if TYPE_CHECKING:
    from mailbot.adapters.files import FileStore
    from mailbot.adapters.store.desk_store import DeskStore

RAKESH, SUNITA = "rakesh.srivastava@tax.up.example", "sunita.yadav@tax.up.example"
NEHA, IMRAN = "neha.verma@tax.up.example", "imran.siddiqui@tax.up.example"
PACE = Pace(50, 5_000_000, 30_000_000, 1, (timedelta(0),))


@dataclass
class Office:
    """A desk on which people write one after the other, ten minutes apart."""

    store: DeskStore
    files: FileStore
    desks: Desks
    now: object = NOW
    count: int = 0
    read: dict[str, int] = field(default_factory=dict)

    def writes(self, sender, subject, text, answers=None):
        """Let somebody write a mail, perhaps as an answer to one of the letters they got."""
        thread = f"In-Reply-To: {answers.message_id}\r\n" if answers else ""
        raw = (
            f"From: {sender}\r\nTo: support@tax.up.example\r\nSubject: {subject}\r\n{thread}"
            f"Message-ID: <play-{self.count + 1}@client.example>\r\nMIME-Version: 1.0\r\n"
            f"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{text}\r\n"
        ).encode()
        self.sends(raw)

    def sends(self, raw):
        """Let a mail arrive ten minutes after the last one."""
        self.count += 1
        self.now += timedelta(minutes=10)
        listed = Listed(self.count, len(raw), self.now)
        self.store.keep("INBOX", 1, [Kept(listed, self.files.keep(raw), oversized=False)], self.now)
        receiver = Receiver(
            self.files,
            self.store,
            DirectReader(),
            self.desks.desk,
            PACE,
            lambda: self.now,
            lambda _step: None,
            FakeAlarms(),
        )
        receiver.handle_due()

    def receives(self, person):
        """Return the letters to somebody since they last looked, oldest first."""
        query = select(letters).where(letters.c.to == person, letters.c.id > self.read.get(person, 0))
        with reading(self.store.engine) as connection:
            rows = connection.execute(query.order_by(letters.c.id)).all()
        self.read[person] = rows[-1].id if rows else self.read.get(person, 0)
        return rows

    def forget(self):
        """Let everybody have read their letters."""
        for person in (RAKESH, SUNITA, NEHA, IMRAN):
            self.receives(person)

    def tickets(self):
        """Return the tickets by requester."""
        return {ticket.requester: ticket for ticket in find_tickets(self.store.engine, TicketFilter())}


def text_of(row):
    """Return what a person reads in a letter, on one line."""
    message = email.message_from_bytes(row.raw, policy=email.policy.default)
    return " ".join(message.get_body(("plain",)).get_content().split())


@pytest.fixture(scope="module")
def desks(tmp_path_factory):
    """Make the database once."""
    return Desks(tmp_path_factory.mktemp("play"))


@pytest.fixture
def office(desks):
    """Open the desk in the morning, with two tickets and the notices of them."""
    with desks.open("") as (store, files):
        office = Office(store, files, desks)
        office.writes(RAKESH, "[Return Filing] Portal shows error RET191106", "I cannot file GSTR-3B since morning.")
        office.writes(SUNITA, "[रिटर्न] पोर्टल नहीं खुल रहा", "आज सुबह से GSTR-3B दाखिल नहीं हो रहा है।")
        yield office


def test_two_colleagues_at_once(office):
    """Neha takes the ticket; Imran, who has not seen it, presses the same button: nothing is taken from Neha."""
    number = office.tickets()[RAKESH].number
    first = {person: office.receives(person)[0] for person in (NEHA, IMRAN)}
    office.forget()
    office.writes(NEHA, f"Re: [{number}] Portal shows error", "TAKE", first[NEHA])
    office.writes(IMRAN, f"Re: [{number}] Portal shows error", "TAKE", first[IMRAN])
    (told,) = office.receives(IMRAN)
    assert told.kind == "refused"
    assert "Meanwhile: Neha Verma took it on 23 November 2026," in text_of(told)
    assert "“TAKE” was not carried out" in text_of(told)
    assert office.tickets()[RAKESH].assignee == NEHA
    assert [letter.kind for letter in office.receives(RAKESH)] == ["status_changed"]
    office.forget()
    office.writes(IMRAN, f"Re: [{number}] Portal shows error", "TAKE", told)
    assert office.tickets()[RAKESH].assignee == IMRAN
    (to_neha,) = office.receives(NEHA)
    assert "Imran Siddiqui has taken the ticket over from you" in text_of(to_neha)


def test_the_second_resolves_what_is_resolved(office):
    """Imran's RESOLVED comes after Neha's: he reads who was first and when, and Sunita gets one letter only."""
    number = office.tickets()[SUNITA].number
    first = {person: office.receives(person)[1] for person in (NEHA, IMRAN)}
    office.forget()
    office.writes(NEHA, f"Re: [{number}] x", "हल हो गया\nकैश साफ़ करके पुनः लॉगिन करें।", first[NEHA])
    office.writes(IMRAN, f"Re: [{number}] x", "RESOLVED: reloaded", first[IMRAN])
    (told,) = office.receives(IMRAN)
    assert told.kind == "refused"
    assert "Meanwhile: Neha Verma resolved it on 23 November 2026," in text_of(told)
    assert office.tickets()[SUNITA].resolution == "कैश साफ़ करके पुनः लॉगिन करें।"
    (to_sunita,) = office.receives(SUNITA)
    assert "कैश साफ़ करके पुनः लॉगिन करें।" in text_of(to_sunita)


def test_one_mail_settles_both_tickets_and_answers_line_by_line(office):
    """Neha names both numbers, one that is wrong by a digit and one that was never given, in one reply."""
    one, two = office.tickets()[RAKESH].number, office.tickets()[SUNITA].number
    wrong = f"{two[:-1]}{(int(two[-1]) + 1) % 10}"
    letter = office.receives(NEHA)[0]
    office.forget()
    says = f"RESOLVE {one} {two} {wrong} TMS-2501-99999-7: portal fixed at 14:10"
    office.writes(NEHA, "Re: tickets of this morning", says, letter)
    assert {ticket.status for ticket in office.tickets().values()} == {"resolved"}
    (to_rakesh,), (to_sunita,) = office.receives(RAKESH), office.receives(SUNITA)
    assert "Good news: Neha Verma has resolved your ticket." in text_of(to_rakesh)
    assert "समाधान" in text_of(to_sunita)
    assert "portal fixed at 14:10" in text_of(to_sunita)
    (answer,) = office.receives(NEHA)
    said = text_of(answer)
    assert f"{two}: The ticket is marked as resolved." in said
    assert f"{wrong} cannot be a ticket number: one of its digits is wrong. Did you mean {two}?" in said
    assert "We found no ticket TMS-2501-99999-7 that you can act on." in said
    assert not office.receives(IMRAN)
    kinds = [event.kind for event in find_history(office.store.engine, two).events]
    assert kinds.count("resolved") == 1


@pytest.mark.parametrize("repeats", [False, True])
def test_a_colleague_without_a_proof_is_asked_and_then_obeyed(office, *, repeats):
    """A fresh mail may be forged: Neha is asked at her stored address; her yes does the work, or her words again."""
    one, two = office.tickets()[RAKESH].number, office.tickets()[SUNITA].number
    office.forget()
    says = f"RESOLVE {one} {two}: portal fixed at 14:10"
    office.writes(NEHA, "Tickets of this morning", says)
    assert {ticket.status for ticket in office.tickets().values()} == {"new"}
    (asked,) = office.receives(NEHA)
    assert f"What it asks for: RESOLVE {one} {two}." in text_of(asked)
    office.writes(NEHA, f"Re: {asked.subject}", says if repeats else "YES", asked)
    assert {ticket.status for ticket in office.tickets().values()} == {"resolved"}
    assert [letter.kind for letter in office.receives(SUNITA)] == ["resolved"]


def test_an_officer_cannot_find_out_which_numbers_exist(office):
    """Rakesh names Sunita's ticket, and then one that was never given: the two answers differ in the number alone."""
    letter = office.receives(RAKESH)[0]
    answers = []
    for number in (office.tickets()[SUNITA].number, "TMS-2501-99999-7"):
        office.forget()
        office.writes(RAKESH, "Re: my ticket", f"CANCEL {number}", letter)
        (answer,) = office.receives(RAKESH)
        answers.append(text_of(answer).replace(number, "N"))
    assert answers[0] == answers[1]
    assert office.tickets()[SUNITA].status == "new"
    assert not office.receives(SUNITA)
