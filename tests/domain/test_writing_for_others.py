"""Writing for an officer: what an integrator may do on the officer's ticket, and who gets copies."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailbot.domain.letter import Audience, LetterKind
from mailbot.domain.people import Role
from mailbot.domain.ticket import Status
from tests.builders import (
    ASHA,
    BHARAT,
    CHITRA,
    decide_mail,
    letters,
    make_answer,
    make_known,
    make_person,
    make_ticket,
    the_desk,
    when,
)

MANISH = make_person("Manish Chauhan", employee_id="300105", role=Role.INTEGRATOR)


def copied(status=Status.RESOLVED):
    """Return a ticket of Asha's that Manish wrote."""
    return make_ticket(status, copy_to=MANISH.email)


@pytest.mark.parametrize("word", ["WORKS NOW", "REOPEN"])
def test_the_setting_lets_an_integrator_settle(word):
    """With people.integrators_settle the integrator confirms and re-opens; without it the officer alone does."""
    answer = make_answer(word, sender=MANISH)
    known = make_known(MANISH, copied())
    assert decide_mail(answer, known).change.status is None
    allowed = decide_mail(answer, known, replace(the_desk(), integrators_settle=True))
    assert allowed.change.status in {Status.CLOSED, Status.IN_PROGRESS}


def test_every_letter_to_the_officer_has_one_copy():
    """A solution goes to Asha, and marked as a copy to Manish."""
    decision = when(CHITRA, "RESOLVED: installed again", ticket=copied(Status.IN_PROGRESS))
    heard = {letter.to: letter.audience for letter in decision.letters if letter.kind is LetterKind.RESOLVED}
    assert heard == {ASHA.email: Audience.REQUESTER, MANISH.email: Audience.COPY}


def test_who_is_no_integrator_any_more_has_no_part_in_the_ticket():
    """The role of the directory counts when the mail comes, not when the ticket was opened."""
    former = replace(MANISH, role=Role.OFFICER)
    decision = decide_mail(make_answer("The serial number is 4711.", sender=former), make_known(former, copied()))
    assert decision.draft is not None


def test_another_officer_cannot_hand_a_ticket_over():
    """A line "For:" in an officer's reply changes nothing, and the answer says so."""
    own = make_ticket(requester=BHARAT.email, requester_name=BHARAT.name)
    known = make_known(BHARAT, own, requester=BHARAT, employee=ASHA)
    decision = decide_mail(make_answer("For: 104872", sender=BHARAT), known)
    assert decision.change.requester is None
    assert letters(decision) == {(BHARAT.email, LetterKind.REFUSED)}
