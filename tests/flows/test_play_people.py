"""Plays about who does the work: absence, the pace of letters, ratings, searches and missing fields.

The real reader, rules, tables and letters, in English and in Hindi; what each person receives is read from the outbox.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from mailbot.adapters.store.bulletins import Bulletins
from mailbot.adapters.store.desk_store import DeskStore
from mailbot.remind import Reminder
from mailbot.settings.service import make_plans, make_report_rules
from tests.flows.test_play_bulk import IMRAN, NEHA, RAKESH, SUNITA, Office, text_of
from tests.golden import Desks

SANJAY, ALOK = "sanjay.mishra@tax.up.example", "alok.chaturvedi@tax.up.example"
OWNERS = {"return-filing": ("200011", "200037")}  # Neha and Sanjay


class Section(Office):
    """An office whose IT section is four people, and whose clock may run on."""

    def waits(self, **span):
        """Let time pass, and let what became due meanwhile be done."""
        self.now += timedelta(**span)
        rules = make_report_rules(self.desks.settings)
        bulletins = Bulletins(self.store.engine, self.desks.desk, rules)
        Reminder(self.store, lambda: self.now, self.desks.desk, bulletins.writers()).remind_due()

    def forget(self):
        """Let everybody have read their letters."""
        for person in (RAKESH, SUNITA, NEHA, IMRAN, SANJAY, ALOK):
            self.receives(person)

    def all_letters(self, person):
        """Return every letter somebody got, oldest first."""
        seen, self.read[person] = self.read.get(person, 0), 0
        rows = self.receives(person)
        self.read[person] = seen
        return rows

    def ticket(self, requester):
        """Return the ticket of somebody."""
        return self.tickets()[requester]


@pytest.fixture(scope="module")
def desks(tmp_path_factory):
    """Make the database once, of a desk whose return filing belongs to two people."""
    desks = Desks(tmp_path_factory.mktemp("people"))
    modules = desks.desk.catalogue.modules
    entries = tuple(replace(entry, owners=OWNERS.get(entry.code, ())) for entry in modules.entries)
    catalogue = replace(desks.desk.catalogue, modules=replace(modules, entries=entries))
    desks.desk = replace(desks.desk, catalogue=catalogue)
    return desks


@pytest.fixture
def office(desks):
    """Open the desk in the morning; Rakesh's first ticket is there."""
    with desks.open("") as (store, files):
        plans, lease = make_plans(desks.settings), timedelta(minutes=2)
        planned = DeskStore(store.engine, desks.desk, desks.desk.timezone, desks.correspondent, lease, plans)
        section = Section(planned, files, desks)
        section.waits(minutes=1)
        section.writes(RAKESH, "[Return Filing] Error RET191106", "I cannot file GSTR-3B since morning.")
        yield section


def reply(section, person, text, requester=RAKESH, letter=None):
    """Let somebody answer the last letter they got, about the ticket of that officer."""
    number = section.ticket(requester).number
    section.writes(person, f"Re: [{number}] Error", text, letter or section.receives(person)[-1])


def test_who_is_away_gets_no_ticket_until_they_are_back(office):
    """Neha goes on leave in English and comes back in Hindi; her work goes to Sanjay, what she has she is told."""
    assert office.ticket(RAKESH).assignee == NEHA
    reply(office, NEHA, "on leave till 5 Dec")
    (told,) = office.receives(NEHA)
    assert (told.kind, "05.12.2026" in text_of(told)) == ("settings", True)
    assert "Error RET191106" in text_of(told)
    office.writes(SUNITA, "[रिटर्न] पोर्टल नहीं खुल रहा", "आज सुबह से GSTR-3B दाखिल नहीं हो रहा है।")
    office.writes("arif.khan@tax.up.example", "[Return Filing] GSTR-1 not saved", "It says error 500.")
    assert office.ticket(SUNITA).assignee == SANJAY
    assert office.ticket("arif.khan@tax.up.example").assignee == SANJAY
    assert [letter.kind for letter in office.receives(SANJAY)] == ["new_ticket", "new_ticket"]
    assert not office.receives(IMRAN)
    office.writes(NEHA, f"Re: {told.subject}", "वापस आ गई हूँ", told)
    assert [letter.kind for letter in office.receives(NEHA)] == ["settings"]
    office.writes("deepak.maurya@tax.up.example", "[Return Filing] GSTR-9", "GSTR-9 नहीं खुल रहा है।")
    assert office.ticket("deepak.maurya@tax.up.example").assignee == NEHA


def test_what_is_reopened_while_its_assignee_is_away_goes_to_a_colleague(office):
    """मैं ... अवकाश पर हूँ: Sanjay, who owns the module too, reads that Rakesh's re-opened ticket is his now."""
    first = office.receives(NEHA)[-1]
    reply(office, NEHA, "RESOLVED: cache cleared", letter=first)
    reply(office, NEHA, "मैं 5 दिसंबर तक अवकाश पर हूँ", letter=first)
    office.forget()
    number = office.ticket(RAKESH).number
    letters = office.all_letters(RAKESH)
    office.writes(RAKESH, f"Re: [{number}] Error", "REOPEN\nThe error is back.", letters[-1])
    assert (office.ticket(RAKESH).status, office.ticket(RAKESH).assignee) == ("in_progress", SANJAY)
    (to_sanjay,) = office.receives(SANJAY)
    assert to_sanjay.kind == "reopened"
    assert "यह टिकट अब आपके पास है" in text_of(to_sanjay)
    assert "The error is back." in text_of(to_sanjay)


def test_a_colleague_is_named_in_front_of_the_verb(office):
    """Neha hands her ticket over as one says it: "Imran ko assign karo"; he hands it on: "संजय को सौंपें"."""
    reply(office, NEHA, "Imran ko assign karo\nRET191106 again.")
    (to_imran,) = office.receives(IMRAN)
    assert (office.ticket(RAKESH).assignee, to_imran.kind) == (IMRAN, "new_ticket")
    assert "RET191106 again." in text_of(to_imran)
    reply(office, IMRAN, "संजय को सौंपें", letter=to_imran)
    assert office.ticket(RAKESH).assignee == SANJAY
    assert [letter.kind for letter in office.receives(SANJAY)] == ["new_ticket"]


@pytest.mark.parametrize("says", ["LETTERS comment hourly", "मेरे पत्र टिप्पणी हर घंटे"])
def test_news_of_an_hour_come_in_one_letter(office, says):
    """Neha wants comments hourly: three of them wait, and come together when the hour is over."""
    reply(office, NEHA, says)
    (told,) = office.receives(NEHA)
    assert told.kind == "settings"
    ack = office.receives(RAKESH)[-1]
    for text in ("Also GSTR-1.", "अब भी वही त्रुटि है।", "The ARN is AA0911260000011."):
        reply(office, RAKESH, text, letter=ack)
    assert not office.receives(NEHA)
    office.waits(hours=1)
    (hourly,) = office.receives(NEHA)
    assert hourly.kind == "hourly"
    for text in ("Also GSTR-1.", "अब भी वही त्रुटि है।", "The ARN is AA0911260000011."):
        assert text in text_of(hourly)
    office.waits(hours=1)
    assert not office.receives(NEHA)


@pytest.mark.parametrize(("officer", "says", "stars"), [(RAKESH, "RATE 2", "2"), (SUNITA, "रेटिंग 1", "1")])
def test_a_low_rating_is_told_to_who_solved_it_and_to_the_lead(office, officer, says, stars):
    """Before it is solved a rating is answered with when it works; afterwards a low one reaches Neha and Alok."""
    if officer == SUNITA:
        office.writes(SUNITA, "[रिटर्न] पोर्टल नहीं खुल रहा", "आज सुबह से GSTR-3B दाखिल नहीं हो रहा है।")
    owner = office.ticket(officer).assignee
    notice, ack = office.receives(owner)[-1], office.receives(officer)[-1]
    office.forget()
    reply(office, officer, says, officer, ack)
    (early,) = office.receives(officer)
    assert early.kind == "refused"
    assert ("समाधान होते ही" if officer == SUNITA else "as soon as it is resolved") in text_of(early)
    assert not office.receives(owner)
    reply(office, owner, "RESOLVED: cache cleared", officer, notice)
    office.forget()
    reply(office, officer, says, officer, office.all_letters(officer)[-1])
    assert office.ticket(officer).rating == int(stars)
    assert [letter.kind for letter in office.receives(officer)] == ["done"]
    for person in (owner, ALOK):
        (told,) = office.receives(person)
        assert (told.kind, stars in text_of(told)) == ("status_changed", True)
    assert not office.receives(IMRAN)


def test_two_searches_are_answered_in_one_letter(office):
    """Neha asks in English and Sanjay in Hindi; each line says which search it answers, nothing reaches Rakesh."""
    office.writes(SUNITA, "[ई-वे बिल] ई-वे बिल नहीं बन रहा", "त्रुटि 4011 आती है।")
    number, other = office.ticket(RAKESH).number, office.ticket(SUNITA).number
    first, ticket = office.receives(NEHA)[-1], office.ticket(RAKESH)
    office.receives(RAKESH)
    reply(office, NEHA, "FIND RET191106\nFIND 4011\nFIND nonsense", letter=first)
    (found,) = office.receives(NEHA)
    said = text_of(found)
    assert (found.kind, number in said, other in said) == ("found", True, True)
    assert "No ticket holds all of: nonsense" in said
    office.receives(SANJAY)
    office.writes(SANJAY, "खोजें GSTR-3B", "")
    (in_hindi,) = office.receives(SANJAY)
    assert (in_hindi.kind, number in text_of(in_hindi)) == ("found", True)
    assert "इन सभी शब्दों वाले टिकट: 1" in text_of(in_hindi).replace("**", "")
    assert not office.receives(RAKESH)
    assert office.ticket(RAKESH) == ticket


@pytest.mark.parametrize(
    ("officer", "subject", "text", "line"),
    [
        ("arif.khan@tax.up.example", "Portal is slow", "It takes ten minutes to open.", "Return Filing"),
        (SUNITA, "पोर्टल धीमा है", "खुलने में दस मिनट लगते हैं।", "रिटर्न"),
    ],
)
def test_one_line_fills_what_is_missing_and_the_owner_gets_the_ticket(office, officer, subject, text, line):
    """The officer is asked for the module; one line names it, and the owner with the least to do gets the ticket."""
    office.writes(officer, subject, text)
    assert office.ticket(officer).assignee == ""
    (ack,) = office.receives(officer)
    office.forget()
    reply(office, officer, line, officer, ack)
    ticket = office.ticket(officer)
    assert (ticket.module, ticket.assignee) == ("return-filing", SANJAY)
    (done,) = office.receives(officer)
    assert done.kind == "done"
    (to_sanjay,) = office.receives(SANJAY)
    assert to_sanjay.kind == "new_ticket"
