"""Every step of the table, from every status, by every side, as a mail with a reply token commands it."""

from __future__ import annotations

from itertools import product

import pytest

from mailbot.domain.decision import EventKind
from mailbot.domain.letter import LetterKind
from mailbot.domain.scene import make_scene
from mailbot.domain.stepping import meant_step
from mailbot.domain.ticket import Status, Step, status_after
from mailbot.domain.verbs import VERBS, Verb
from tests.builders import ASHA, CHITRA, DEV, codes, letters, make_known, make_ticket, the_desk, when
from tests.rows import check_rows

# How each verb is said, in English and in Hindi; MERGE, PARENT, RATE and UNDO have tables of their own.
SAYS = {
    Verb.RESOLVE: ("RESOLVED", "हल हो गया"),
    Verb.REOPEN: ("REOPEN", "पुनः खोलें"),
    Verb.CONFIRM: ("WORKS NOW", "अब ठीक है"),
    Verb.CANCEL: ("CANCEL", "रद्द"),
    Verb.CLOSE: ("CLOSE", "टिकट बंद करें"),
    Verb.TAKE: ("TAKE", "मैं देख रहा हूँ"),
    Verb.ASSIGN: ("ASSIGN Imran Siddiqui", "सौंपें Imran Siddiqui"),
    Verb.ASK: ("ASK Which browser?", "पूछें: कौन सा ब्राउज़र?"),
    Verb.NOTE: ("NOTE The vendor knows.", "टिप्पणी: विक्रेता को बताया।"),
    Verb.PRIORITY: ("PRIORITY High", "प्राथमिकता उच्च"),
    Verb.MODULE: ("MODULE E-way Bill", "मॉड्यूल ई-वे बिल"),
    Verb.TYPE: ("TYPE Data correction", "प्रकार डेटा सुधार"),
}
ELSEWHERE = {Verb.MERGE, Verb.PARENT, Verb.RATE, Verb.UNDO}
IMRAN = CHITRA.__class__("200003", "Imran Siddiqui", "imran@tax.up.example", CHITRA.role, office=CHITRA.office)
SIDES = {"officer": ASHA, "staff": CHITRA, "lead": DEV}
# What an officer says about a step of the IT section, with more than the word, goes to the IT section as his words.
OFFICERS_WORDS = {Step.ASK, Step.NOTE, Step.ASSIGN}


def test_every_verb_about_a_ticket_is_tried():
    """No step of the table is left out here without being named."""
    assert {verb for verb, rule in VERBS.items() if rule.step is not None} == {*SAYS, *ELSEWHERE}


@pytest.mark.parametrize("verb", SAYS, ids=str)
def test_a_mail_does_what_the_table_says(verb):
    """A step that the table has is taken; any other changes nothing, and the sender reads why and what is possible."""
    check_rows(product([verb], Status, SIDES, (0, 1)), check_what_a_mail_does)


def check_what_a_mail_does(case):
    """Check one verb, from one status, by one side, in one language."""
    verb, status, side, language = case
    sender, ticket = SIDES[side], make_ticket(status)
    known = make_known(sender, ticket)
    scene = make_scene(ticket, known, the_desk(), sender.email)
    step = meant_step(VERBS[verb].step, scene)
    target = status_after(step, status, scene.actors)
    decision = when(sender, SAYS[verb][language], status, staff=(CHITRA, DEV, IMRAN))
    refused = EventKind.REFUSED in {event.kind for event in decision.events}
    if target is None and side == "officer" and step in OFFICERS_WORDS:
        assert not refused
        assert {event.kind for event in decision.events} == {EventKind.COMMENTED}
        return
    assert refused == (target is None)
    assert decision.change.status == (None if target in {None, status} else target)
    kind = LetterKind.REFUSED if refused else LetterKind.DONE
    assert (sender.email, kind) in letters(decision)
    if refused:
        assert letters(decision) == {(sender.email, LetterKind.REFUSED)}
        assert codes(decision, sender)[0] in {"step_not_allowed", "only_staff", "only_requester", "only_lead"}


@pytest.mark.parametrize("verb", SAYS, ids=str)
def test_without_proof_no_mail_does_anything(verb):
    """The same mails without a reply token change no ticket; a word of one's own may still become a comment."""
    check_rows(product([verb], Status, SIDES), check_that_no_mail_does_anything)


def check_that_no_mail_does_anything(case):
    """Check one verb, from one status, by one side, written without a token."""
    verb, status, side = case
    decision = when(SIDES[side], SAYS[verb][0], status, staff=(CHITRA, DEV, IMRAN), by_token=False)
    change = decision.change
    moved_by_words = side == "officer" and status is Status.WAITING and change.status is Status.IN_PROGRESS
    assert change.status is None or moved_by_words
    assert (change.assignee, change.priority, change.module, change.request_type) == (None, None, None, None)


@pytest.mark.parametrize(("status", "side"), list(product(Status, SIDES)), ids=str)
def test_a_refusal_names_only_what_would_be_possible(status, side):
    """What a refusal proposes is carried out when the sender writes exactly that."""
    sender = SIDES[side]
    step = {"officer": "REOPEN", "staff": "CLOSE", "lead": "WORKS NOW"}[side]
    decision = when(sender, step, status)
    refusals = [n for letter in decision.letters for n in letter.notices if n.code in {"step_not_allowed", "only_lead"}]
    for word in (word for notice in refusals for word in notice.proposed.split(", ") if word):
        if word in {"ASSIGN", "MERGE", "RATE", "ASK", "NOTE", "PARENT"}:
            continue
        again = when(sender, word, status)
        assert EventKind.REFUSED not in {event.kind for event in again.events}, word


@pytest.mark.parametrize("says", ["CLOSE", "Closed.", "बंद करें"])
def test_an_officer_who_writes_close_confirms_what_is_resolved(says):
    """The word means what it means to its writer: for the officer that it works, for the lead that it is over."""
    assert [event.kind for event in when(ASHA, says, Status.RESOLVED).events] == [EventKind.CONFIRMED]
    assert [event.kind for event in when(DEV, says, Status.RESOLVED).events] == [EventKind.CLOSED]
    assert codes(when(CHITRA, says, Status.RESOLVED), CHITRA) == ["only_lead"]


def test_the_officer_hears_that_the_lead_closed_the_ticket():
    """Dev closes what nobody answered; Asha reads it with the way to open it again."""
    assert letters(when(DEV, "CLOSE: no answer for a month", Status.RESOLVED)) == {
        (ASHA.email, LetterKind.CLOSED),
        (DEV.email, LetterKind.DONE),
    }
