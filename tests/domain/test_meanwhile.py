"""Two people at once: the second is told what the first did, and nothing that was done is undone unseen."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mailbot.domain.decision import EventKind
from mailbot.domain.desk import Happened
from mailbot.domain.letter import LetterKind
from mailbot.domain.notice_codes import NOTICE_CODES
from mailbot.domain.ticket import Status
from tests.builders import ASHA, CHITRA, DEV, NOW, codes, letters, make_ticket, when

AT = NOW - timedelta(minutes=20)


def happened(kind, actor=DEV.name):
    """Return one thing that somebody did twenty minutes ago."""
    return Happened(kind, actor, AT)


def test_a_refused_command_tells_what_happened_meanwhile():
    """Chitra resolves what Dev resolved at 11:10: she reads who and when, and Asha gets no second letter."""
    decision = when(CHITRA, "RESOLVED: reloaded", Status.RESOLVED, meanwhile=(happened(EventKind.RESOLVED),))
    assert decision.change.resolution is None
    assert letters(decision) == {(CHITRA.email, LetterKind.REFUSED)}
    (_, told) = decision.letters[0].notices
    assert (told.code, told.given, told.at) == ("meanwhile_resolved", DEV.name, AT)


def test_a_carried_out_command_tells_it_too():
    """Asha wrote while Chitra resolved; it is resolved, and Chitra reads that there is news."""
    decision = when(CHITRA, "RESOLVED: reloaded", meanwhile=(happened(EventKind.COMMENTED, ASHA.name),))
    assert decision.change.status is Status.RESOLVED
    assert codes(decision, CHITRA) == ["done_resolved", "meanwhile_commented"]


@pytest.mark.parametrize(
    ("says", "kind", "assignee"),
    [
        ("TAKE", EventKind.TAKEN, DEV.email),
        ("TAKE", EventKind.ASSIGNED, DEV.email),
        ("ASSIGN Chitra", EventKind.TAKEN, DEV.email),
        ("PRIORITY High", EventKind.FIELDS_SET, ""),
        ("MODULE Refund", EventKind.FIELDS_SET, ""),
    ],
)
def test_what_would_undo_a_colleagues_work_is_asked_once_more(says, kind, assignee):
    """The button in Chitra's older letter does not take away what Dev just took; her next answer may."""
    ticket = make_ticket(Status.IN_PROGRESS, assignee=assignee)
    first = when(CHITRA, says, ticket=ticket, meanwhile=(happened(kind),))
    assert (first.change.assignee, first.change.priority, first.change.module) == (None, None, None)
    assert codes(first, CHITRA) == ["changed_meanwhile", f"meanwhile_{kind}"]
    again = when(CHITRA, says, ticket=ticket)
    assert EventKind.REFUSED not in {event.kind for event in again.events}


def test_who_has_the_ticket_may_hand_it_on_whatever_happened():
    """What became Chitra's meanwhile is hers to give."""
    ticket = make_ticket(Status.IN_PROGRESS, assignee=CHITRA.email)
    decision = when(CHITRA, "ASSIGN Dev", ticket=ticket, meanwhile=(happened(EventKind.ASSIGNED),))
    assert decision.change.assignee == DEV.email


def test_an_officer_is_told_only_what_explains_a_refusal():
    """Asha has a letter about each thing already; a refusal names what happened, a success does not repeat it."""
    refused = when(ASHA, "CANCEL", Status.RESOLVED, meanwhile=(happened(EventKind.RESOLVED),))
    assert codes(refused, ASHA) == ["step_not_allowed", "meanwhile_resolved"]
    done = when(ASHA, "REOPEN", Status.RESOLVED, meanwhile=(happened(EventKind.RESOLVED),))
    assert codes(done, ASHA) == ["done_reopened"]


def test_a_plain_reply_is_not_answered_with_news():
    """Words for the other side are passed on as ever; nothing was commanded, so nothing can collide."""
    decision = when(CHITRA, "We are looking at the ledger.", meanwhile=(happened(EventKind.COMMENTED),))
    assert codes(decision, CHITRA) == []


def test_only_the_last_of_many_events_are_told():
    """A lively ticket makes no letter of thirty lines."""
    events = tuple(happened(EventKind.COMMENTED) for _ in range(30))
    assert codes(when(CHITRA, "TAKE", meanwhile=events), CHITRA).count("meanwhile_commented") == 5


@pytest.mark.parametrize("kind", [kind for kind in EventKind if f"meanwhile_{kind}" in NOTICE_CODES])
def test_everything_that_moves_a_ticket_has_its_words(kind):
    """Each public event can be told by name and time, in both languages (the words are bound elsewhere)."""
    decision = when(CHITRA, "NOTE: seen", meanwhile=(happened(kind),))
    assert f"meanwhile_{kind}" in codes(decision, CHITRA)
