"""A wrong button in the morning: one word takes back what it did, and everybody who was told reads that it is not so.

The real reader, rules, tables and letters; what each person receives is read from the outbox.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from urllib.parse import unquote

import pytest

from mailbot.adapters.store.queries import find_history
from mailbot.domain.ticket import Status
from tests.flows.test_play_bulk import IMRAN, NEHA, RAKESH, SUNITA, Office, text_of
from tests.golden import Desks

PEOPLE = (RAKESH, SUNITA, NEHA, IMRAN)


@pytest.fixture(scope="module")
def desks(tmp_path_factory):
    """Make the database once."""
    return Desks(tmp_path_factory.mktemp("undo"))


@pytest.fixture
def office(desks):
    """Open the desk in the morning, with two tickets whose letters everybody has read."""
    with desks.open("") as (store, files):
        office = Office(store, files, desks)
        office.writes(RAKESH, "[Return Filing] Portal shows error RET191106", "I cannot file GSTR-3B since morning.")
        office.writes(SUNITA, "[रिटर्न] पोर्टल नहीं खुल रहा", "आज सुबह से GSTR-3B दाखिल नहीं हो रहा है।")
        yield office


def press(office, letter, label):
    """Let the reader of a letter press the button with this label, and send what it wrote."""
    page = message_from_bytes(letter.raw, policy=policy.default).get_body(("html",)).get_content()
    (link,) = re.findall(rf'href="(mailto:[^"]+)"[^>]*>\s*{label}', page)
    subject, body = re.fullmatch(r"mailto:[^?]+\?subject=(.*)&(?:amp;)?body=(.*)", link).groups()
    office.writes(letter.to, unquote(subject), unquote(body).replace("\r\n", "\n"))


def as_it_stands(ticket):
    """Return a ticket without what every change moves."""
    return replace(ticket, version=0, changed_at=ticket.opened_at)


def test_the_button_of_the_confirmation_takes_back_a_wrong_resolved(office):
    """Neha resolves the wrong ticket, presses the button of her confirmation, and Rakesh reads that it goes on."""
    before = office.tickets()[RAKESH]
    (notice,) = [letter for letter in office.receives(NEHA) if before.number in letter.subject]
    office.writes(NEHA, f"Re: [{before.number}] x", "RESOLVED: reloaded the ledger", notice)
    (confirmed,) = office.receives(NEHA)
    assert office.tickets()[RAKESH].status is Status.RESOLVED
    office.receives(RAKESH)
    press(office, confirmed, "Undo this")
    assert as_it_stands(office.tickets()[RAKESH]) == as_it_stands(before)
    (told,) = office.receives(RAKESH)
    assert told.kind == "undone"
    assert "Neha Verma has taken back the last change of your ticket" in text_of(told)
    (answer,) = office.receives(NEHA)
    assert answer.kind == "done"
    assert "“RESOLVED” of 23 November 2026," in text_of(answer)
    assert "Undo this" not in text_of(answer)
    history = find_history(office.store.engine, before.number)
    assert [event.kind for event in history.events][-2:] == ["resolved", "undone"]
    press(office, confirmed, "Undo this")
    (again,) = office.receives(NEHA)
    assert again.kind == "refused"
    assert "taken back already" in text_of(again)


def test_one_word_takes_back_what_one_mail_did_to_several_tickets(office):
    """Neha resolves both tickets in one mail and undoes it from the one answer: both officers hear of it."""
    before = office.tickets()
    numbers = " ".join(ticket.number for ticket in before.values())
    office.forget()
    office.writes(NEHA, "HELP", "")
    office.writes(NEHA, "several at once", f"RESOLVE {numbers}: ledger rebuilt", office.receives(NEHA)[0])
    (confirmed,) = office.receives(NEHA)
    assert confirmed.kind == "carried_out"
    assert {ticket.status for ticket in office.tickets().values()} == {Status.RESOLVED}
    office.forget()
    press(office, confirmed, "Undo this")
    assert {who: as_it_stands(ticket) for who, ticket in office.tickets().items()} == {
        who: as_it_stands(ticket) for who, ticket in before.items()
    }
    assert [letter.kind for letter in office.receives(RAKESH)] == ["undone"]
    (told,) = office.receives(SUNITA)
    assert "ने उसे पूर्ववत कर दिया है" in text_of(told)
    (answer,) = office.receives(NEHA)
    assert text_of(answer).count("has been taken back") == 2


def test_a_parent_is_tied_and_answered_and_both_are_taken_back_step_by_step(office):
    """PARENT and then RESOLVED answer a case too; answering the two confirmations in turn leads all the way back."""
    before = office.tickets()
    parent, case = before[RAKESH], before[SUNITA]
    letter = next(one for one in office.receives(NEHA) if case.number in one.subject)
    office.writes(NEHA, f"Re: [{case.number}] x", f"PARENT {parent.number}", letter)
    (tied,) = office.receives(NEHA)
    office.writes(NEHA, f"RESOLVE {parent.number}", f"RESOLVE {parent.number}: portal fixed", tied)
    (resolved,) = office.receives(NEHA)
    now = office.tickets()
    assert (now[SUNITA].parent, now[SUNITA].status) == (parent.number, Status.RESOLVED)
    office.writes(NEHA, "Re: x", "पूर्ववत करें", resolved)
    now = office.tickets()
    assert (now[SUNITA].parent, now[SUNITA].status, now[RAKESH].status) == (parent.number, Status.NEW, Status.NEW)
    office.forget()
    office.writes(NEHA, "Re: x", "undo karo", tied)
    assert {who: as_it_stands(ticket) for who, ticket in office.tickets().items()} == {
        who: as_it_stands(ticket) for who, ticket in before.items()
    }
    assert not office.receives(SUNITA)  # heard nothing of the tie either


def test_a_merge_is_taken_back_from_the_letter_of_either_ticket(office):
    """Sunita's ticket became a part of Rakesh's and is its own again; she reads it, and he hears nothing."""
    before = office.tickets()
    whole, part = before[RAKESH], before[SUNITA]
    letter = next(one for one in office.receives(NEHA) if part.number in one.subject)
    office.writes(NEHA, f"Re: [{part.number}] x", f"MERGE INTO {whole.number}", letter)
    assert office.tickets()[SUNITA].status is Status.MERGED
    office.forget()
    office.writes(NEHA, f"Re: [{part.number}] x", "UNDO", letter)
    assert {who: as_it_stands(ticket) for who, ticket in office.tickets().items()} == {
        who: as_it_stands(ticket) for who, ticket in before.items()
    }
    assert [one.kind for one in office.receives(SUNITA)] == ["undone"]
    assert not office.receives(RAKESH)


def test_what_somebody_did_since_is_not_lost(office):
    """Rakesh closes what Neha resolved; her UNDO changes nothing and says who changed it; after a day it is over."""
    number = office.tickets()[RAKESH].number
    notice = next(one for one in office.receives(NEHA) if number in one.subject)
    office.writes(NEHA, f"Re: [{number}] x", "RESOLVED: reloaded", notice)
    (confirmed,) = office.receives(NEHA)
    office.writes(RAKESH, f"Re: [{number}] x", "अब ठीक है", office.receives(RAKESH)[-1])
    office.forget()
    office.writes(NEHA, f"Re: [{number}] x", "UNDO", confirmed)
    (told,) = office.receives(NEHA)
    assert "Rakesh Kumar Srivastava changed the ticket after it, on 23 November 2026," in text_of(told)
    assert office.tickets()[RAKESH].status is Status.CLOSED
    office.now += timedelta(days=1)
    office.writes(NEHA, f"Re: [{number}] x", "UNDO", confirmed)
    assert "they are over" in text_of(office.receives(NEHA)[-1])


def test_a_fresh_mail_without_a_proof_is_asked_about_first(office):
    """A forged UNDO does nothing: the stored address is asked, and a yes takes back the last command once."""
    before = office.tickets()[RAKESH]
    notice = next(one for one in office.receives(NEHA) if before.number in one.subject)
    office.writes(NEHA, f"Re: [{before.number}] x", "PRIORITY High", notice)
    office.forget()
    office.writes(NEHA, "UNDO", "")
    assert office.tickets()[RAKESH].priority != before.priority
    (question,) = office.receives(NEHA)
    assert question.kind == "challenge"
    office.writes(NEHA, "Re: Was this you?", "YES", question)
    assert as_it_stands(office.tickets()[RAKESH]) == as_it_stands(before)
