"""UNDO: what it takes back, for whom, how long, and whom it tells; every verb is undoable or named with the reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mailbot.domain.authority import Action, Because, Level, Mode, TrustRules, Verdict
from mailbot.domain.decide import decide
from mailbot.domain.decision import EventKind, Outcome, PutBack
from mailbot.domain.deeds import AnsweredLetter, Deed, Trace, find_meant, with_put_back
from mailbot.domain.desk import Happened, Target
from mailbot.domain.letter import LetterKind
from mailbot.domain.ticket import Status, Step
from mailbot.domain.timers import TimerKind
from mailbot.domain.understanding import understand
from mailbot.domain.verbs import VERBS, Verb
from tests.builders import (
    ASHA,
    BHARAT,
    CHITRA,
    DEV,
    NOW,
    NUMBER,
    OTHER_NUMBER,
    codes,
    decide_mail,
    letters,
    make_answer,
    make_known,
    make_mail,
    make_ticket,
    the_desk,
    when,
)

# A mail with each verb that changes a ticket: who writes it, what, and on a ticket of which status.
UNDOABLE = {
    Verb.RESOLVE: (CHITRA, "RESOLVED: cleared", Status.IN_PROGRESS),
    Verb.REOPEN: (ASHA, "REOPEN: still there", Status.RESOLVED),
    Verb.CONFIRM: (ASHA, "WORKS NOW", Status.RESOLVED),
    Verb.CANCEL: (ASHA, "CANCEL", Status.NEW),
    Verb.CLOSE: (DEV, "CLOSE", Status.RESOLVED),
    Verb.TAKE: (CHITRA, "TAKE", Status.NEW),
    Verb.ASSIGN: (CHITRA, "ASSIGN Dev Tiwari", Status.NEW),
    Verb.ASK: (CHITRA, "ASK: which browser?", Status.NEW),
    Verb.MERGE: (CHITRA, f"MERGE {OTHER_NUMBER}", Status.NEW),
    Verb.PARENT: (CHITRA, f"PARENT {OTHER_NUMBER}", Status.NEW),
    Verb.PRIORITY: (ASHA, "PRIORITY High", Status.NEW),
    Verb.MODULE: (CHITRA, "MODULE Refund", Status.NEW),
    Verb.TYPE: (CHITRA, "TYPE Data correction", Status.NEW),
    Verb.RATE: (ASHA, "RATE 4", Status.RESOLVED),
}
NOT_UNDOABLE = {
    Verb.NOTE: "words in the history; they changed nothing",
    Verb.UNDO: "who wants it after all writes the command again",
    Verb.STATUS: "a question; nothing changed",
    Verb.MY_TICKETS: "a question; nothing changed",
    Verb.REPORT: "a question; nothing changed",
    Verb.HELP: "a question; nothing changed",
    Verb.FIND: "a question; nothing changed",
    Verb.LANGUAGE: "about oneself, changed back by the same word",
    Verb.AWAY: "about oneself, ended by BACK",
    Verb.BACK: "about oneself, ended by AWAY",
    Verb.LETTERS: "about oneself, changed back by the same word",
}
OTHER = make_ticket(number=OTHER_NUMBER, requester=BHARAT.email, requester_name=BHARAT.name)
ENFORCED = replace(the_desk(), trust=replace(TrustRules(), mode=Mode.ENFORCE))


def a_deed(**changes: Any) -> Deed:
    """Return what Chitra's RESOLVED did to Asha's ticket an hour ago; Asha and Dev were told."""
    values: dict[str, Any] = {
        "id": 7,
        "command": 3,
        "actor": CHITRA.email,
        "actor_name": CHITRA.name,
        "words": "RESOLVED",
        "action": Action.STAFF,
        "at": NOW - timedelta(hours=1),
        "target": Target(make_ticket(Status.RESOLVED), ASHA),
        "fields": (("status", Status.IN_PROGRESS), ("resolution", "")),
        "timers": ((TimerKind.CLOSE, None),),
        "told": frozenset({ASHA.email, CHITRA.email, DEV.email}),
    }
    return Deed(**(values | changes))


def undo(sender=CHITRA, says="UNDO", *deeds, **known):
    """Return the decision about an UNDO on Asha's resolved ticket."""
    return when(sender, says, Status.RESOLVED, deeds=deeds, **known)


def kinds(decision):
    """Return what happens to the ticket."""
    return [event.kind for event in decision.events]


def test_every_verb_is_undoable_or_named_with_the_reason():
    """No verb is left out; what changes a ticket is kept with who commanded it, and nothing else is."""
    assert {*UNDOABLE, *NOT_UNDOABLE} == set(VERBS)
    for verb, (sender, says, status) in UNDOABLE.items():
        decision = when(sender, says, status, targets={OTHER_NUMBER: Target(OTHER, BHARAT)})
        assert decision.commanded is not None, verb
        assert decision.commanded.actor == sender.email, verb
    for says in (
        "NOTE: the vendor knows",
        "STATUS",
        "HELP",
        "LANG HI",
        "AWAY 3 days",
        "LETTERS HOURLY",
        "We look at it.",
    ):
        assert when(CHITRA, says, Status.NEW).commanded is None, says
    assert undo(CHITRA, "UNDO", a_deed()).commanded is None


def test_the_ticket_gets_back_what_it_had_and_who_was_told_is_told():
    """Asha and Dev had letters about it, so both hear, with the note; Chitra reads what was taken back."""
    decision = undo(CHITRA, "UNDO: wrong ticket", a_deed())
    assert decision.put_back == PutBack(7, a_deed().fields, a_deed().timers)
    assert (kinds(decision), decision.events[0].text) == ([EventKind.UNDONE], "wrong ticket")
    assert letters(decision) == {
        (ASHA.email, LetterKind.UNDONE),
        (DEV.email, LetterKind.UNDONE),
        (CHITRA.email, LetterKind.DONE),
    }
    assert codes(decision, CHITRA) == ["done_undone"]
    assert {letter.text for letter in decision.letters if letter.kind is LetterKind.UNDONE} == {"wrong ticket"}


def test_who_heard_nothing_hears_nothing():
    """A tie is told to nobody, and neither is that it was taken back; the line of history is for the IT section."""
    decision = undo(CHITRA, "UNDO", a_deed(words="PARENT", told=frozenset({CHITRA.email})))
    assert letters(decision) == {(CHITRA.email, LetterKind.DONE)}
    assert decision.events[0].internal


# Who writes UNDO, what is known of the command, and the notice that the sender gets instead.
REFUSED = (
    (CHITRA, None, "undo_nothing"),
    (CHITRA, a_deed(at=NOW - timedelta(hours=24, seconds=1)), "undo_too_late"),
    (CHITRA, a_deed(undone_at=NOW - timedelta(minutes=5)), "undo_twice"),
    (CHITRA, a_deed(is_untouched=False), "undo_changed"),
    (CHITRA, a_deed(actor=DEV.email, actor_name=DEV.name), "undo_foreign"),
    (ASHA, a_deed(), "undo_foreign"),
    (DEV, a_deed(at=NOW - timedelta(days=2)), "undo_too_late"),
    (DEV, a_deed(is_untouched=False), "undo_changed"),
)


def test_what_cannot_be_taken_back_is_answered_with_the_reason():
    """Nothing changes then, the history says that it was tried, and only the sender gets a letter."""
    for sender, deed, code in REFUSED:
        decision = undo(sender, "UNDO", *((deed,) if deed else ()))
        assert codes(decision, sender) == [code], code
        assert kinds(decision) == [EventKind.REFUSED]
        assert decision.put_back is None
        assert letters(decision) == {(sender.email, LetterKind.REFUSED)}
    assert undo(CHITRA, "UNDO", a_deed(at=NOW - timedelta(hours=24))).put_back is not None


def test_a_refusal_says_who_changed_the_ticket_and_when_and_whose_the_command_is():
    """The IT section reads names; an officer reads of nobody in the IT section, and what to write instead."""
    since = (Happened("confirmed", ASHA.name, NOW - timedelta(minutes=10)),)
    (told,) = undo(CHITRA, "UNDO", a_deed(is_untouched=False, since=since)).letters
    assert (told.notices[0].given, told.notices[0].at) == (ASHA.name, since[0].at)
    (told,) = undo(CHITRA, "UNDO", a_deed(actor=DEV.email, actor_name=DEV.name)).letters
    assert told.notices[0].given == DEV.name
    (told,) = undo(ASHA, "UNDO", a_deed()).letters
    assert told.notices[0].given == ""


def test_a_lead_takes_back_anybodys_command_and_who_gave_it_hears():
    """Dev takes back Chitra's RESOLVED; she reads it even where only the letter of several tickets had told her."""
    decision = undo(DEV, "UNDO", a_deed(told=frozenset({ASHA.email})))
    assert (CHITRA.email, LetterKind.UNDONE) in letters(decision)
    assert decision.put_back is not None


def test_officers_take_back_their_own_commands():
    """Asha cancelled by mistake: her own word opens the ticket again, and Chitra, who was told, hears of it."""
    cancelled = a_deed(actor=ASHA.email, words="CANCEL", action=Action.OWN, told=frozenset({ASHA.email, CHITRA.email}))
    decision = undo(ASHA, "पूर्ववत करें", cancelled)
    assert letters(decision) == {(ASHA.email, LetterKind.DONE), (CHITRA.email, LetterKind.UNDONE)}
    assert not decision.events[0].internal


def test_all_tickets_of_a_mail_go_back_together_or_none():
    """One that was changed since holds the others back, and the answer names it."""
    group = (a_deed(), a_deed(id=8, target=Target(OTHER, BHARAT), told=frozenset({BHARAT.email})))
    decision = undo(CHITRA, "UNDO", *group)
    assert [other.put_back.deed for other in decision.also] == [8]
    assert {(letter.to, letter.kind) for letter in decision.also[0].letters} == {(BHARAT.email, LetterKind.UNDONE)}
    (answer,) = [letter for letter in decision.letters if letter.to == CHITRA.email]
    assert [notice.ticket for notice in answer.notices] == ["", OTHER_NUMBER]
    refused = undo(CHITRA, "UNDO", group[0], replace(group[1], is_untouched=False))
    assert (refused.put_back, refused.also) == (None, ())
    assert [notice.ticket for letter in refused.letters for notice in letter.notices] == [OTHER_NUMBER]


def test_beside_other_commands_nothing_is_done():
    """It is not guessed which comes first: neither the UNDO nor the other command is carried out."""
    for says in ("UNDO\nPRIORITY High", "RESOLVED: x\nUNDO"):
        decision = undo(CHITRA, says, a_deed())
        assert codes(decision, CHITRA) == ["undo_alone"], says
        assert (decision.change, decision.put_back) == (None, None)


def with_level(mail, known, level, desk):
    """Return the decision about a mail that mail servers vouch for so much."""
    understanding = replace(understand(mail, desk), verdict=Verdict(level, Because.DMARC))
    return decide(mail, understanding, known, desk, NOW)


def test_it_needs_as_much_proof_as_the_command_did():
    """Without a token nothing is taken back; where levels decide, what needed both needs both again."""
    assert undo(CHITRA, "UNDO", a_deed(), by_token=False).unproven.action is Action.STAFF
    heavy = make_known(CHITRA, make_ticket(Status.RESOLVED), deeds=(a_deed(action=Action.HEAVY),))
    mail = make_answer("UNDO", sender=CHITRA)
    assert with_level(mail, heavy, Level.A0, ENFORCED).unproven.action is Action.HEAVY
    assert with_level(mail, heavy, Level.A2, ENFORCED).put_back is not None
    light = replace(heavy, deeds=(a_deed(),))
    assert with_level(mail, light, Level.A0, ENFORCED).put_back is not None
    assert with_level(mail, replace(light, by_token=False), Level.A2, ENFORCED).put_back is not None
    assert with_level(mail, replace(light, by_token=False), Level.A1, ENFORCED).put_back is None
    two = replace(light, deeds=(a_deed(), a_deed(id=8, command=4, target=Target(OTHER, BHARAT))))
    assert with_level(mail, two, Level.A0, ENFORCED).unproven.action is Action.HEAVY


def test_the_button_stands_only_where_there_is_something_to_take_back():
    """In the confirmation to the IT section of what changed a ticket; not under a note, a refusal, or to officers."""

    def offered(sender, says, status):
        decision = when(sender, says, status)
        return [letter.offers for letter in decision.letters if letter.to == sender.email]

    assert offered(CHITRA, "RESOLVED: cleared", Status.NEW) == [(Step.UNDO,)]
    assert offered(CHITRA, "PRIORITY High\nCLOSE", Status.NEW) == [(Step.UNDO,)]  # a part of it was refused
    assert offered(CHITRA, "Priority: High", Status.NEW) == [(Step.UNDO,)]
    assert offered(CHITRA, "NOTE: vendor knows", Status.NEW) == [()]
    assert offered(CHITRA, "REOPEN", Status.NEW) == [()]
    assert offered(ASHA, "CANCEL", Status.NEW) == [()]


@pytest.mark.parametrize(
    "says",
    [
        "Undo the cancellation of my registration please",
        "Undo does not work in the return form",
        "Kindly revert",
        "Please revert at the earliest",
        "REVERT",
        "I want to take back my reply to the notice on the portal",
    ],
)
def test_ordinary_words_take_nothing_back(says):
    """An officer's sentence is passed on, and "kindly revert" asks for an answer."""
    assert kinds(undo(ASHA, says)) == [EventKind.COMMENTED]


def test_an_officer_without_a_command_who_says_more_is_passed_on():
    """What may be a problem is no refusal: without anything to take back the words go to the IT section."""
    assert kinds(undo(ASHA, "Undo: the button of the return form is grey")) == [EventKind.COMMENTED]
    assert kinds(when(ASHA, "Undo", Status.WAITING)) == [EventKind.COMMENTED]  # which button was pressed?
    fresh = decide_mail(make_mail("The undo button is grey.", subject="UNDO"), make_known(ASHA))
    assert fresh.outcome is Outcome.OPENED


def test_a_fresh_mail_takes_back_the_last_own_command():
    """Word alone, in the subject or the text, with a proof of any letter; the answer is one letter about no ticket."""
    known = make_known(CHITRA, deeds=(a_deed(),), sender_proven=True)
    for mail in (make_mail("UNDO", sender=CHITRA), make_mail("", sender=CHITRA, subject="undo karo")):
        decision = decide_mail(mail, known)
        assert decision.outcome is Outcome.ANSWERED
        assert [other.put_back.deed for other in decision.also] == [7]
        assert (CHITRA.email, LetterKind.CARRIED_OUT) in letters(decision)
    assert codes(decide_mail(make_mail("UNDO", sender=CHITRA), replace(known, deeds=())), CHITRA) == ["undo_nothing"]
    others = replace(known, person=BHARAT)
    assert decide_mail(make_mail("UNDO", sender=BHARAT), others).also == ()


def test_a_number_that_is_no_ticket_is_answered_as_everywhere():
    """A wrong digit is said, and what else was named is taken back."""
    wrong = "TMS-2611-00042-8"
    decision = undo(CHITRA, f"UNDO {NUMBER} {wrong}", a_deed(), targets={NUMBER: Target(make_ticket(), ASHA)})
    assert codes(decision, CHITRA) == ["done_undone", "number_mistyped"]


NEW, OLD, DEVS = (
    Trace(9, CHITRA.email, NOW - timedelta(hours=1)),
    Trace(5, CHITRA.email, NOW - timedelta(hours=3), undone_at=NOW - timedelta(hours=2)),
    Trace(7, DEV.email, NOW - timedelta(minutes=5)),
)
OWN = frozenset({CHITRA.email})
# The commands that are known, newest first; the letter that is answered; as whom; and the command that is meant.
MEANT = (
    ((), None, False, None),
    ((NEW, OLD), None, False, 9),
    ((DEVS, NEW), None, False, 9),
    ((DEVS, NEW), None, True, 7),
    ((DEVS,), None, False, 7),
    ((NEW, OLD), AnsweredLetter("done", OLD.at), False, 5),
    ((NEW, OLD), AnsweredLetter("done", OLD.undone_at), False, 5),
    ((NEW, OLD), AnsweredLetter("carried_out", NEW.at), False, 9),
    ((NEW, OLD), AnsweredLetter("done", NOW), False, None),
    ((NEW, OLD), AnsweredLetter("settings", NOW), False, None),
    ((NEW, OLD), AnsweredLetter("comment", NOW), False, 9),
    ((DEVS, NEW), AnsweredLetter("status_changed", DEVS.at), False, 7),
)


def test_the_command_of_the_answered_letter_is_meant_and_never_another():
    """A confirmation means what it confirms, or nothing; any other letter, and none, mean the last command."""
    for traces, letter, is_lead, meant in MEANT:
        assert find_meant(traces, letter, OWN, is_lead=is_lead) == meant, (traces, letter)


def test_a_field_that_was_asked_for_is_asked_for_again_unless_it_came_since():
    """The module was set by the command, the mobile number came with a later mail: only the module is missing again."""
    ticket = make_ticket(module="refund", missing="", mobile="+919839012345")
    put_back = PutBack(7, (("module", "other"), ("missing", "module mobile")))
    assert with_put_back(ticket, put_back) == replace(ticket, module="other", missing="module")
