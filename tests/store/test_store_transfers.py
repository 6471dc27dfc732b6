"""Imports of people with their tickets: transfers, new addresses and people who left, on the real tables."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from mailbot.adapters.store.applying import Applier
from mailbot.adapters.store.directory import count_people, keep_people
from mailbot.adapters.store.engine import reading
from mailbot.adapters.store.rows import TICKET_COLUMNS, ticket_of
from mailbot.adapters.store.searching import find_words
from mailbot.adapters.store.tables import letters, tickets
from mailbot.adapters.store.transferring import PeopleImport
from mailbot.domain.decision import Change
from mailbot.domain.ticket import Status
from mailbot.domain.transfers import Follow
from tests.builders import ASHA, BHARAT, CHITRA, DEV, the_desk
from tests.store.desk_work import NOW, claim, mail_for, open_one, opening, update, write_letter

AGRA = {"office": "Sector 7, Agra", "zone": "Agra"}


@pytest.fixture
def importing(engine):
    """Return how lists are imported while four people are known, with either rule."""
    keep_people(engine, [ASHA, BHARAT, CHITRA, DEV])
    applier = Applier(engine, the_desk(), ZoneInfo("Asia/Kolkata"), write_letter)
    return {follow: PeopleImport(applier, follow) for follow in Follow}


def open_here(store, uid=1, **changes):
    """Open a ticket of Asha's from her office."""
    (entry,) = claim(store, uid)
    decision = opening(office=ASHA.office, zone=ASHA.zone, **changes)
    return store.apply(entry, mail_for(entry), decision, NOW)


def ticket(engine, number):
    """Return a ticket as it stands."""
    with reading(engine) as connection:
        query = select(*TICKET_COLUMNS).where(tickets.c.number == number)
        return ticket_of(connection.execute(query).mappings().one())


def moved_letters(engine):
    """Return who was told about tickets that an import concerns."""
    with reading(engine) as connection:
        return set(connection.execute(select(letters.c.to).where(letters.c.kind == "moved")).scalars())


def test_open_tickets_follow_the_person(engine, store, importing):
    """With "person" the open ticket counts for the new office; a closed one stays where it was."""
    number, closed = open_here(store), open_here(store, 2)
    (entry,) = claim(store, 3)
    change = Change(status=Status.CLOSED)
    store.apply(entry, mail_for(entry), update(closed, 1, change=change, letters=()), NOW)
    plan = importing[Follow.PERSON].keep([replace(ASHA, **AGRA)], NOW, full=False)
    assert [move.ticket.number for move in plan.moves] == [number]
    assert (ticket(engine, number).office, ticket(engine, number).zone) == ("Sector 7, Agra", "Agra")
    assert (ticket(engine, closed).office, ticket(engine, number).requester) == (ASHA.office, ASHA.email)
    assert moved_letters(engine) == set()


def test_a_moved_ticket_is_found_under_its_new_office(engine, store, importing):
    """FIND knows the new office and zone at once, and the old ones still, because the history happened there."""
    number = open_here(store)
    assert find_words(engine, "Braj", 5).tickets == ()
    importing[Follow.PERSON].keep([replace(ASHA, office="Sector 7, Agra", zone="Braj Zone")], NOW, full=False)
    for words in ("Braj", ASHA.office, "Sector 7", "agra braj"):
        assert [found.number for found in find_words(engine, words, 5).tickets] == [number], words


def test_open_tickets_stay_with_the_office_and_its_new_holder(engine, store, importing):
    """With "office" the officer who comes to the same post gets the ticket and a letter that lists it."""
    number = open_here(store)
    successor = replace(BHARAT, office=ASHA.office, zone=ASHA.zone, designation=ASHA.designation)
    importing[Follow.OFFICE].keep([replace(ASHA, **AGRA), successor], NOW, full=False)
    after = ticket(engine, number)
    assert (after.requester, after.employee_id, after.office) == (BHARAT.email, BHARAT.employee_id, ASHA.office)
    assert moved_letters(engine) == {BHARAT.email}


def test_without_a_plain_successor_the_leads_are_told(engine, store, importing):
    """Nobody came to the post: the ticket stays as it is, and Dev has to decide."""
    number = open_here(store)
    importing[Follow.OFFICE].keep([replace(ASHA, **AGRA)], NOW, full=False)
    assert (ticket(engine, number).requester, ticket(engine, number).office) == (ASHA.email, ASHA.office)
    assert moved_letters(engine) == {DEV.email}


def test_a_new_address_keeps_its_tickets(engine, store, importing):
    """All tickets of the officer, also settled ones, go on under the new address; swapped addresses stay apart."""
    number, other = open_here(store), open_here(store, 2, requester=BHARAT.email)
    swapped = [replace(ASHA, email=BHARAT.email), replace(BHARAT, email=ASHA.email)]
    importing[Follow.PERSON].keep(swapped, NOW, full=False)
    assert (ticket(engine, number).requester, ticket(engine, other).requester) == (BHARAT.email, ASHA.email)


def test_who_is_missing_in_a_full_list_has_left(engine, store, importing):
    """They become inactive; what was assigned to them is with nobody, and the leads are told."""
    number = open_here(store, assignee=CHITRA.email)
    importing[Follow.PERSON].keep([ASHA, DEV], NOW, full=True)
    assert count_people(engine) == {"officer": 1, "lead": 1}
    assert ticket(engine, number).assignee == ""
    assert moved_letters(engine) == {DEV.email}
    importing[Follow.PERSON].keep([CHITRA], NOW, full=False)
    assert count_people(engine)["staff"] == 1


def test_a_plan_changes_nothing(engine, store, importing):
    """What --dry-run shows is what an import would do, and nothing is written."""
    number = open_one(store)
    before = ticket(engine, number)
    plan = importing[Follow.PERSON].plan([replace(ASHA, **AGRA)], full=True)
    assert [move.ticket.number for move in plan.moves] == [number]
    assert {person.employee_id for person in plan.renewal.left} == {p.employee_id for p in (BHARAT, CHITRA, DEV)}
    assert ticket(engine, number) == before
    assert count_people(engine) == {"officer": 2, "staff": 1, "lead": 1}


def test_a_history_says_why_a_ticket_moved(engine, store, importing):
    """Importing the same list twice changes nothing more."""
    number = open_here(store)
    importing[Follow.PERSON].keep([replace(ASHA, **AGRA)], NOW, full=False)
    version = ticket(engine, number).version
    plan = importing[Follow.PERSON].keep([replace(ASHA, **AGRA)], NOW, full=False)
    assert (plan.moves, ticket(engine, number).version) == ((), version)
