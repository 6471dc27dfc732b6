"""An outage in acts: four officers report one failure, Neha ties the tickets, one answer reaches each of them once.

The real reader, rules, tables and letters; what each person receives is read from the outbox.
"""

from __future__ import annotations

import re

import pytest

from mailbot.adapters.store.queries import find_history
from tests.flows.test_play_bulk import IMRAN, NEHA, RAKESH, SUNITA, Office, text_of
from tests.golden import Desks

ARIF, DEEPAK = "arif.khan@tax.up.example", "deepak.maurya@tax.up.example"
REPORTS = {
    RAKESH: ("[Return Filing] Portal shows error RET191106", "I cannot file GSTR-3B since morning."),
    SUNITA: ("[रिटर्न] पोर्टल नहीं खुल रहा", "आज सुबह से GSTR-3B दाखिल नहीं हो रहा है।"),
    ARIF: ("[Return Filing] RET191106 again", "Same error RET191106 on all returns."),
    DEEPAK: ("[रिटर्न] त्रुटि RET191106", "रिटर्न दाखिल करते समय त्रुटि आ रही है।"),
}


@pytest.fixture(scope="module")
def desks(tmp_path_factory):
    """Make the database once."""
    return Desks(tmp_path_factory.mktemp("outage"))


@pytest.fixture
def office(desks):
    """Open the desk on the morning of the outage: four tickets, and Neha's notice of the first one."""
    with desks.open("") as (store, files):
        office = Office(store, files, desks)
        for person, (subject, text) in REPORTS.items():
            office.writes(person, subject, text)
        yield office


def read_all(office):
    """Return what each officer received since the last look."""
    return {person: office.receives(person) for person in REPORTS}


def test_an_outage_is_answered_once_to_each_officer(office):
    """Neha makes three tickets cases of Rakesh's and resolves that one: four letters, each in its reader's language."""
    parent, *cases = (office.tickets()[person].number for person in REPORTS)
    letter = office.receives(NEHA)[0]
    read_all(office)
    office.writes(NEHA, f"Re: [{parent}] x", f"PARENT {parent}: {' '.join(cases)}", letter)
    (tied,) = office.receives(NEHA)
    assert text_of(tied).count(f"The ticket is now a case of {parent}.") == 3
    assert all(not rows for rows in read_all(office).values())
    assert {office.tickets()[person].status for person in REPORTS} == {"new"}

    office.writes(NEHA, f"Re: [{parent}] x", "RESOLVED: portal fixed at 14:10", tied)
    got = read_all(office)
    assert {person: [row.kind for row in rows] for person, rows in got.items()} == {
        one: ["resolved"] for one in REPORTS
    }
    for person in (RAKESH, ARIF):
        assert "Good news: Neha Verma has resolved your ticket." in text_of(got[person][0])
    for person in (SUNITA, DEEPAK):
        assert re.search("समाधान", text_of(got[person][0]))
    assert all("portal fixed at 14:10" in text_of(rows[0]) for rows in got.values())
    (answer,) = office.receives(NEHA)
    assert "3 of its cases were answered with the same words" in text_of(answer)
    kinds = [event.kind for event in find_history(office.store.engine, cases[0]).events]
    assert kinds.count("resolved") == 1

    office.writes(DEEPAK, f"Re: [{cases[2]}] x", "पुनः खोलें: त्रुटि फिर आ रही है", got[DEEPAK][0])
    statuses = {person: office.tickets()[person].status for person in REPORTS}
    assert statuses == {RAKESH: "resolved", SUNITA: "resolved", ARIF: "resolved", DEEPAK: "in_progress"}


def test_merged_officers_follow_one_ticket(office):
    """Two tickets become parts of Rakesh's: one letter each, then its news; their replies reach it too."""
    whole, *_ = numbers = [office.tickets()[person].number for person in REPORTS]
    letter, first = office.receives(NEHA)[0], read_all(office)
    office.receives(IMRAN)
    office.writes(NEHA, f"Re: [{whole}] x", f"MERGE {numbers[1]} {numbers[2]}: one outage", letter)
    told = read_all(office)
    assert {person: [row.kind for row in rows] for person, rows in told.items()} == {
        RAKESH: [],
        SUNITA: ["merged"],
        ARIF: ["merged"],
        DEEPAK: [],
    }
    assert f"Your ticket is now followed under the number {whole}." in text_of(told[ARIF][0])
    assert f"अब आपके टिकट पर कार्यवाही {whole} के अंतर्गत होगी।" in text_of(told[SUNITA][0])

    office.writes(ARIF, first[ARIF][0].subject, "It also fails in the Sambhal office.", first[ARIF][0])
    (passed_on,) = office.receives(IMRAN)
    assert (passed_on.kind, whole in passed_on.subject) == ("comment", True)
    assert not office.receives(SUNITA)

    office.writes(ARIF, f"STATUS {numbers[2]}", "")
    (status,) = office.receives(ARIF)
    assert f"This ticket is a part of {whole} now" in text_of(status)

    office.writes(NEHA, f"Re: [{whole}] x", "RESOLVED: portal fixed at 14:10", letter)
    solved = read_all(office)
    assert {person: [row.kind for row in rows] for person, rows in solved.items()} == {
        RAKESH: ["resolved"],
        SUNITA: ["resolved"],
        ARIF: ["resolved"],
        DEEPAK: [],
    }
    assert f"Your ticket {numbers[2]} is followed under this one" in text_of(solved[ARIF][0])
    office.writes(SUNITA, solved[SUNITA][0].subject, "पुनः खोलें: अब भी वही त्रुटि", solved[SUNITA][0])
    assert office.tickets()[RAKESH].status == "in_progress"
    assert {office.tickets()[person].status for person in (SUNITA, ARIF)} == {"merged"}
