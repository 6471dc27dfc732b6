"""The order of precedence of all decisions, the limits of automatic answers, and who may ever get a letter."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from mailbot.domain.decide import decide_unreadable
from mailbot.domain.decision import Outcome
from mailbot.domain.desk import AnswerLimits
from mailbot.domain.letter import LetterKind
from mailbot.domain.people import Language
from mailbot.domain.ticket import Status
from tests.builders import (
    ASHA,
    BHARAT,
    CHITRA,
    DEV,
    NOW,
    NUMBER,
    STAFF,
    STRANGER,
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

DESK = the_desk()
AUTOMATIC = {"headers": {"auto-submitted": ("auto-replied",)}}


def test_the_same_mail_again_does_nothing():
    """A duplicate is recorded as one, before anything else is looked at."""
    decision = decide_mail(
        make_answer("RESOLVED", **AUTOMATIC), make_known(ticket=make_ticket(), duplicate_of="mail 17")
    )
    assert (decision.outcome, decision.letters, decision.events) == (Outcome.DUPLICATE, (), ())
    assert "mail 17" in decision.reasons[0]


@pytest.mark.parametrize("says", ["REOPEN", "RESOLVED", "I am on leave.", ""])
@pytest.mark.parametrize("status", Status)
def test_automatic_mail_changes_nothing_and_is_never_answered(says, status):
    """Not even with a valid token does a machine re-open, resolve or comment."""
    decision = decide_mail(make_answer(says, **AUTOMATIC), make_known(ticket=make_ticket(status)))
    assert (decision.outcome, decision.ticket) == (Outcome.AUTOMATIC, NUMBER)
    assert (decision.change, decision.draft, decision.events, decision.letters) == (None, None, (), ())


def test_automatic_mail_without_a_ticket_opens_none():
    """An out-of-office notice to the desk is recorded, not registered."""
    assert decide_mail(make_mail("I am on leave.", **AUTOMATIC), make_known()).draft is None


def test_a_decision_names_the_version_it_was_made_on():
    """Whoever applies it can see that the ticket changed meanwhile."""
    assert when(CHITRA, "RESOLVED", ticket=make_ticket(version=9)).expected_version == 9


@pytest.mark.parametrize(("days", "outcome"), [(29, Outcome.UPDATED), (31, Outcome.OPENED)])
def test_a_reply_long_after_closing_opens_a_linked_ticket(days, outcome):
    """Within 30 days REOPEN re-opens; later the same mail opens a new ticket that names the old one."""
    ticket = make_ticket(Status.CLOSED, closed_at=NOW - timedelta(days=days))
    decision = when(ASHA, "REOPEN", ticket=ticket)
    assert decision.outcome is outcome
    if outcome is Outcome.OPENED:
        assert decision.draft.related == NUMBER
        assert "linked_ticket" in codes(decision, ASHA)


def test_a_ticket_that_is_only_resolved_never_gets_too_old():
    """However long ago it was resolved, as long as it is not closed it can be re-opened."""
    ticket = make_ticket(Status.RESOLVED, resolved_at=NOW - timedelta(days=400))
    assert when(ASHA, "REOPEN", ticket=ticket).change.status is Status.IN_PROGRESS


def test_an_outsiders_token_opens_a_ticket_of_his_own():
    """A sender with no part in the ticket adds nothing to it, even when the tables hand it over."""
    decision = decide_mail(make_answer("REOPEN", sender=BHARAT), make_known(BHARAT, make_ticket(Status.RESOLVED)))
    assert decision.outcome is Outcome.OPENED
    assert ASHA.email not in {letter.to for letter in decision.letters}
    assert "mentions_ticket" in codes(decision, CHITRA)


FULL = {"answers_last_hour": 20, "answers_last_day": 20}


@pytest.mark.parametrize("counts", [FULL, {"answers_last_day": 100}, {"answers_last_hour": 500}])
def test_an_address_with_too_many_answers_gets_no_acknowledgement(counts):
    """The ticket is opened and shown to the staff; only the answer is left out, and the reason says so."""
    decision = decide_mail(make_mail("x"), make_known(**counts))
    assert decision.outcome is Outcome.OPENED
    assert letters(decision) == {(CHITRA.email, LetterKind.NEW_TICKET), (DEV.email, LetterKind.NEW_TICKET)}
    assert any("as many automatic answers" in reason for reason in decision.reasons)


@pytest.mark.parametrize("counts", [{"answers_last_hour": 19, "answers_last_day": 19}, {}])
def test_below_the_limit_everybody_is_answered(counts):
    """The last answer within the limit is still written."""
    assert (ASHA.email, LetterKind.ACKNOWLEDGEMENT) in letters(decide_mail(make_mail("x"), make_known(**counts)))


def test_a_stranger_reaches_the_limit_sooner():
    """An address outside the directory gets fewer answers."""
    counts = {"answers_last_hour": 5, "answers_last_day": 5}
    strange = decide_mail(make_mail("x", sender=STRANGER), make_known(None, **counts))
    assert STRANGER not in {letter.to for letter in strange.letters}
    assert ASHA.email in {letter.to for letter in decide_mail(make_mail("x"), make_known(**counts)).letters}


def test_what_a_token_commanded_is_confirmed_beyond_the_limit():
    """A command that was carried out is always confirmed to who gave it."""
    assert (ASHA.email, LetterKind.DONE) in letters(when(ASHA, "REOPEN", Status.RESOLVED, **FULL))


@pytest.mark.parametrize("says", ["The error is there again.", "TAKE", "reopn", "I am away.\nModule: Payment"])
def test_an_exchange_with_an_unrecognised_machine_dies(says):
    """An answering machine carries our token too, so offers, refusals and questions end at the limit."""
    assert ASHA.email in {letter.to for letter in when(ASHA, says, Status.RESOLVED).letters}
    assert ASHA.email not in {letter.to for letter in when(ASHA, says, Status.RESOLVED, **FULL).letters}


def test_news_for_others_know_no_limit():
    """Asha's many letters do not keep Chitra's words from her, nor hers from the staff."""
    assert letters(when(CHITRA, "RESOLVED", **FULL)) >= {(ASHA.email, LetterKind.RESOLVED)}
    assert len(when(ASHA, "More details.", **FULL).letters) == 2


def test_an_unreadable_mail_becomes_a_ticket_for_the_staff():
    """Nobody is answered; the IT section gets a ticket that says what happened, in the desk's language."""
    decision = decide_unreadable("UnreadableMailError: too deep", STAFF, replace(DESK, language=Language.HINDI))
    assert decision.outcome is Outcome.QUARANTINED
    assert decision.draft.title == DESK.grammar.title("unreadable", Language.HINDI)
    assert decision.draft.requester == ""
    assert letters(decision) == {(CHITRA.email, LetterKind.NEW_TICKET), (DEV.email, LetterKind.NEW_TICKET)}
    assert codes(decision, CHITRA) == ["unreadable_mail"]


def test_a_desk_without_staff_still_opens_tickets():
    """Before anybody is entered as staff, officers are acknowledged all the same."""
    assert letters(decide_mail(make_mail("x"), make_known(staff=()))) == {(ASHA.email, LetterKind.ACKNOWLEDGEMENT)}


def test_the_stored_address_gets_the_letter_not_the_written_one():
    """Asha's mail program writes her address in capitals; letters go to the address of the directory."""
    mail = make_answer("REOPEN", sender="Asha@TAX.UP.example")
    decision = decide_mail(mail, make_known(ticket=make_ticket(Status.RESOLVED)))
    assert (ASHA.email, LetterKind.DONE) in letters(decision)


@pytest.mark.parametrize("limit", [AnswerLimits(1, 1), AnswerLimits(3, 1)])
def test_the_limits_are_those_of_the_settings(limit):
    """The desk's own numbers hold, and either of the two is enough to stop."""
    desk = replace(DESK, answers=limit)
    decision = decide_mail(make_mail("x"), make_known(answers_last_hour=1, answers_last_day=1), desk)
    assert ASHA.email not in {letter.to for letter in decision.letters}
