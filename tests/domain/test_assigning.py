"""Who gets a new ticket, and how the people of the IT section are away, back, or want fewer letters."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailbot.domain.assigning import choose_assignee
from mailbot.domain.decision import Outcome
from mailbot.domain.letter import LetterKind
from mailbot.domain.ticket import Status
from tests.builders import ASHA, CHITRA, DEV, codes, decide_mail, letters, make_known, make_mail, the_desk, when

MODULE = "return-filing"


def desk_with_owners(*owners):
    """Return the desk whose return filing belongs to these people."""
    desk = the_desk()
    entries = tuple(
        replace(entry, owners=tuple(owners)) if entry.code == MODULE else entry
        for entry in desk.catalogue.modules.entries
    )
    return replace(desk, catalogue=replace(desk.catalogue, modules=replace(desk.catalogue.modules, entries=entries)))


BOTH = desk_with_owners(CHITRA.employee_id, DEV.employee_id)


@pytest.mark.parametrize(
    ("workload", "turns", "absent", "chosen"),
    [
        ({CHITRA.email: 4, DEV.email: 2}, {}, (), DEV),
        ({CHITRA.email: 2, DEV.email: 4}, {}, (), CHITRA),
        ({CHITRA.email: 2, DEV.email: 2}, {CHITRA.email: 9, DEV.email: 5}, (), DEV),
        ({CHITRA.email: 2, DEV.email: 2}, {CHITRA.email: 5, DEV.email: 9}, (), CHITRA),
        ({}, {}, (), CHITRA),
        ({CHITRA.email: 0, DEV.email: 9}, {}, (CHITRA.email,), DEV),
        ({}, {}, (CHITRA.email, DEV.email), None),
    ],
)
def test_the_owner_with_the_least_to_do_gets_the_ticket(workload, turns, absent, chosen):
    """Least open tickets, then whoever waited longest, then the order of the settings; nobody who is away."""
    known = make_known(workload=workload, turns=turns, absent=frozenset(absent))
    assert choose_assignee(MODULE, BOTH.catalogue, known) == chosen


def test_a_module_without_owners_belongs_to_everybody():
    """As before: nobody is named, and the whole IT section hears of the ticket."""
    decision = decide_mail(make_mail("Error 500"), make_known())
    assert decision.draft.assignee == ""
    assert {to for to, kind in letters(decision) if kind is LetterKind.NEW_TICKET} == {CHITRA.email, DEV.email}


def test_only_the_new_assignee_hears_of_a_new_ticket():
    """The other owners are left in peace, and the letter says whose ticket it is."""
    mail = make_mail("Error 500", subject="[Return Filing] GSTR-3B")
    decision = decide_mail(mail, make_known(workload={CHITRA.email: 3, DEV.email: 1}), BOTH)
    assert decision.draft.assignee == DEV.email
    assert {to for to, kind in letters(decision) if kind is LetterKind.NEW_TICKET} == {DEV.email}
    assert "assigned_to_you" in codes(decision, DEV)


@pytest.mark.parametrize(
    ("says", "until"),
    [
        ("AWAY until 2026-12-05", "2026-12-06"),
        ("AWAY 5 December", "2026-12-06"),
        ("AWAY 3 days", "2026-11-27"),
        ("अवकाश 5 दिसंबर तक", "2026-12-06"),
        ("chutti 5 december tak", "2026-12-06"),
    ],
)
def test_somebody_goes_away(says, until):
    """The day that is named is the last one; the settings hold the morning of the return."""
    settings = when(CHITRA, says).settings
    assert settings.email == CHITRA.email
    assert f"{settings.away_until.astimezone(the_desk().timezone):%Y-%m-%d %H:%M}" == f"{until} 00:00"


@pytest.mark.parametrize("says", ["AWAY until 2020-01-01", "AWAY until 2031-01-01", "AWAY until the moon is blue"])
def test_a_day_that_cannot_be_meant_is_asked_back(says):
    """The past, more than a year ahead, and what is no day change nothing."""
    decision = when(CHITRA, says)
    assert decision.settings is None
    assert LetterKind.SETTINGS in {kind for _, kind in letters(decision)}


def test_nobody_is_sent_away_by_a_forged_sender():
    """Without a reply token nothing is kept, neither from a reply nor from a fresh mail."""
    assert when(CHITRA, "AWAY 3 days", by_token=False).settings is None
    assert (
        decide_mail(make_mail("AWAY 3 days", sender=CHITRA, subject="AWAY 3 days"), make_known(CHITRA)).settings is None
    )


def test_back_ends_an_absence():
    """One line is enough."""
    assert when(CHITRA, "BACK").settings.back


@pytest.mark.parametrize(
    ("says", "notify"),
    [("LETTERS comment hourly", (("comment", "hourly"),)), ("LETTERS new_ticket off", (("new_ticket", "off"),))],
)
def test_how_news_reach_somebody(says, notify):
    """A kind of letter and a pace; what is not named stays as it is."""
    assert when(CHITRA, says).settings.notify == notify


def test_what_is_wanted_hourly_is_held_and_what_is_off_is_left_out():
    """The officer's answer waits for the hourly letter, or is not written; the ticket holds it in any case."""
    for pace, held in (("hourly", 1), ("off", 0)):
        staff = (replace(CHITRA, notify={"comment": pace}), DEV)
        decision = when(ASHA, "The error is back.", Status.NEW, staff=staff)
        assert (CHITRA.email, LetterKind.COMMENT) not in letters(decision)
        assert (DEV.email, LetterKind.COMMENT) in letters(decision)
        assert len(decision.held) == held


@pytest.mark.parametrize(
    ("says", "stars"), [("RATE 4", 4), ("5", 5), ("2/5", 2), ("रेटिंग 4", 4), ("excellent", 5), ("खराब", 2)]
)
def test_an_officer_rates_a_resolved_ticket(says, stars):
    """A number or a word, in both languages; it is answered with thanks and not with doubts."""
    decision = when(ASHA, says, Status.RESOLVED)
    assert decision.change.rating == stars
    assert "word_unknown" not in codes(decision, ASHA)


def test_a_number_in_an_open_ticket_is_an_answer():
    """How many returns are concerned? 5."""
    decision = when(ASHA, "5", Status.WAITING)
    assert decision.outcome is Outcome.UPDATED
    assert decision.change.rating is None
