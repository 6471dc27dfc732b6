"""What happens when time passes: a resolved ticket closes, and nothing else is touched."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from mailbot.domain.decision import EventKind, Outcome
from mailbot.domain.letter import LetterKind
from mailbot.domain.people import Language
from mailbot.domain.ticket import Status
from mailbot.domain.timers import TimerKind, decide_timer, timers_for
from tests.builders import ASHA, NOW, STRANGER, letters, make_ticket, the_desk


def test_a_resolved_ticket_closes_after_its_days():
    """Becoming resolved sets the one timer, seven days ahead."""
    assert timers_for(Status.RESOLVED, the_desk(), NOW) == {TimerKind.CLOSE: NOW + timedelta(days=7)}


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.RESOLVED])
def test_every_other_status_has_no_timer(status):
    """A ticket that is re-opened, closed or worked on is left in peace."""
    assert timers_for(status, the_desk(), NOW) == {}


def test_when_it_is_due_the_officer_is_told():
    """The ticket closes, its history says why, and Asha gets one letter."""
    decision = decide_timer(TimerKind.CLOSE, make_ticket(Status.RESOLVED), ASHA)
    assert (decision.outcome, decision.change.status, decision.expected_version) == (Outcome.UPDATED, Status.CLOSED, 3)
    assert letters(decision) == {(ASHA.email, LetterKind.CLOSED)}
    assert decision.events[0].kind is EventKind.CLOSED


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.RESOLVED])
def test_a_timer_that_comes_too_late_does_nothing(status):
    """When the ticket has moved on meanwhile, nothing changes and nobody is written to."""
    decision = decide_timer(TimerKind.CLOSE, make_ticket(status), ASHA)
    assert (decision.outcome, decision.change, decision.letters) == (Outcome.IGNORED, None, ())


def test_the_letter_comes_in_the_stored_language():
    """The directory's choice beats the language the ticket was opened in."""
    hindi = replace(ASHA, language=Language.HINDI)
    assert decide_timer(TimerKind.CLOSE, make_ticket(Status.RESOLVED), hindi).letters[0].language is Language.HINDI


@pytest.mark.parametrize(("requester", "told"), [(STRANGER, {(STRANGER, LetterKind.CLOSED)}), ("", set())])
def test_a_ticket_of_a_bare_address_or_of_nobody_closes_too(requester, told):
    """A stranger's ticket tells the stranger; a ticket without a sender tells nobody."""
    ticket = make_ticket(Status.RESOLVED, requester=requester, verified=False)
    assert letters(decide_timer(TimerKind.CLOSE, ticket, None)) == told
