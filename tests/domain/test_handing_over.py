"""ASSIGN and TAKE: who gets a ticket, whom the name means, and who hears of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailbot.domain.decision import EventKind
from mailbot.domain.letter import LetterKind
from mailbot.domain.ticket import Status
from tests.builders import ASHA, CHITRA, DEV, codes, letters, make_person, make_ticket, when

IMRAN = replace(CHITRA, employee_id="200003", name="Imran Siddiqui", email="imran.siddiqui@tax.up.example")
NEHA = replace(CHITRA, employee_id="200004", name="नेहा वर्मा", email="neha.verma@tax.up.example")
NEHAL = replace(CHITRA, employee_id="200005", name="Nehal Gupta", email="nehal.gupta@tax.up.example")
STAFF = (CHITRA, DEV, IMRAN, NEHA, NEHAL)


def assigned(says, **changes):
    """Return what happens when Chitra writes this about Asha's ticket."""
    return when(CHITRA, says, staff=STAFF, **changes)


@pytest.mark.parametrize(
    ("says", "who"),
    [
        ("ASSIGN Imran Siddiqui", IMRAN),
        ("assign to imran", IMRAN),
        ("Assign Siddiqui", IMRAN),
        ("ASSIGN: 200003", IMRAN),
        ("ASSIGN imran.siddiqui@tax.up.example", IMRAN),
        ("ASSIGN Imran ji", IMRAN),
        ("सौंपें नेहा वर्मा", NEHA),
        ("ASSIGN neha.verma", NEHA),
        ("ASSIGN nehal", NEHAL),
        ("ASSIGN me", CHITRA),
        ("assign to me", CHITRA),
        ("सौंपें मुझे", CHITRA),
        ("देव को सौंपें", DEV),
        ("देव तिवारी जी को सौंप दें।", DEV),
        ("यह टिकट इमरान को सौंपिए", IMRAN),
        ("चित्रा राव को सौंपें", CHITRA),
        ("dev ko saunpen", DEV),
        ("Dev ko assign karo", DEV),
        ("Neha Verma ko assign kar dein please", NEHA),
        ("ise imran ko saunp do: RET191106 देख लें", IMRAN),
        ("assign this to Dev", DEV),
    ],
)
def test_a_colleague_is_known_by_name_id_address_or_part_of_the_name(says, who):
    """However the colleague is named, the ticket is theirs then."""
    assert assigned(says).change.assignee == who.email


@pytest.mark.parametrize(
    ("says", "code", "listed"),
    [
        ("ASSIGN", "person_missing", "Chitra Rao (200001)"),
        ("ASSIGN Suresh", "person_unknown", "Imran Siddiqui (200003)"),
        ("ASSIGN neha", "person_ambiguous", "नेहा वर्मा (200004), Nehal Gupta (200005)"),
        ("ASSIGN Asha Verma", "person_unknown", "Dev Tiwari (200002)"),
    ],
)
def test_a_name_that_is_nobodys_or_several_is_answered_with_who_there_is(says, code, listed):
    """Nothing is guessed: Chitra reads the candidates with their Employee IDs, and nobody else gets a letter."""
    decision = assigned(says)
    notice = decision.letters[0].notices[0]
    assert decision.change.assignee is None
    assert letters(decision) == {(CHITRA.email, LetterKind.REFUSED)}
    assert notice.code == code
    assert listed in notice.proposed


def test_the_new_and_the_earlier_assignee_are_told():
    """Imran reads the problem with Chitra's words, Dev that it is no longer his, Asha that somebody works on it."""
    decision = assigned("ASSIGN Imran: the ledger is yours", ticket=make_ticket(assignee=DEV.email))
    assert letters(decision) == {
        (IMRAN.email, LetterKind.NEW_TICKET),
        (DEV.email, LetterKind.STATUS_CHANGED),
        (ASHA.email, LetterKind.STATUS_CHANGED),
        (CHITRA.email, LetterKind.DONE),
    }
    to_imran = next(letter for letter in decision.letters if letter.to == IMRAN.email)
    assert to_imran.text.startswith("the ledger is yours\n\nThe portal says")
    assert codes(decision, IMRAN) == ["assigned_to_you"]
    assert codes(decision, DEV) == ["done_assigned"]


def test_assigning_to_who_has_it_changes_nothing():
    """The same ASSIGN twice is answered, and nobody hears of it a second time."""
    decision = assigned("ASSIGN Imran", ticket=make_ticket(Status.IN_PROGRESS, assignee=IMRAN.email))
    assert codes(decision, CHITRA) == ["already_assigned"]
    assert letters(decision) == {(CHITRA.email, LetterKind.REFUSED)}


def test_taking_over_tells_the_earlier_assignee():
    """Chitra takes what Dev had; Dev reads that she has, so that not both work on it."""
    decision = assigned("TAKE", ticket=make_ticket(Status.IN_PROGRESS, assignee=DEV.email))
    assert decision.change.assignee == CHITRA.email
    assert codes(decision, DEV) == ["done_taken_over"]


@pytest.mark.parametrize(("says", "code"), [("RESOLVED: reloaded", "done_resolved"), ("ASK Which file?", "done_asked")])
def test_the_assignee_hears_what_a_colleague_did(says, code):
    """Chitra resolves or asks on Dev's ticket; he is told, and it stays his."""
    decision = assigned(says, ticket=make_ticket(Status.IN_PROGRESS, assignee=DEV.email))
    assert decision.change.assignee is None
    assert codes(decision, DEV) == [code]


def test_an_officer_assigns_nothing():
    """What an officer says about it is words for the IT section, not a command."""
    decision = when(ASHA, "Assign this to somebody who knows refunds", staff=STAFF)
    assert {event.kind for event in decision.events} == {EventKind.COMMENTED}


def test_somebody_who_left_gets_nothing():
    """Only the people of the IT section can be given a ticket."""
    gone = make_person("Ravi Kumar", employee_id="200009")
    assert codes(assigned("ASSIGN Ravi"), CHITRA) == ["person_unknown"]
    assert gone.email not in {letter.to for letter in assigned("ASSIGN Ravi").letters}


@pytest.mark.parametrize(
    "says",
    [
        "dev ko assign mat karo",
        "देव को नहीं सौंपें",
        "Dev ko assign karo?",
        "user ko role assign karo",
        "Imran ko bata diya",
    ],
)
def test_a_sentence_that_names_somebody_hands_nothing_over(says):
    """Denied, asked, or about something else, the words go to the officer as they are."""
    decision = assigned(says)
    assert [event.kind for event in decision.events] == [EventKind.COMMENTED]
    assert decision.change.assignee in {None, CHITRA.email}


def test_an_officer_who_writes_so_hands_nothing_over():
    """Asha asks for Dev: her words reach the IT section, which decides."""
    decision = when(ASHA, "Dev ko assign karo", staff=STAFF)
    assert [event.kind for event in decision.events] == [EventKind.COMMENTED]


def test_a_note_below_goes_with_the_ticket():
    """What stands behind the Hindi command reaches the colleague."""
    decision = assigned("देव को सौंपें: RET191106 देख लें")
    (letter,) = (letter for letter in decision.letters if letter.to == DEV.email)
    assert letter.text.startswith("RET191106 देख लें")
