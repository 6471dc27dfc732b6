"""Who gets a new ticket, and how the people of the IT section are away, back, or want fewer letters."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from mailbot.domain.assigning import HAS_LEFT, IS_AWAY, NOBODY_HAD_IT, choose_assignee
from mailbot.domain.decision import EventKind, Outcome
from mailbot.domain.desk import Target
from mailbot.domain.letter import LetterKind
from mailbot.domain.people import Role
from mailbot.domain.ticket import Status
from tests.builders import (
    ASHA,
    CHITRA,
    DEV,
    NUMBER,
    OTHER_NUMBER,
    codes,
    decide_mail,
    letters,
    make_answer,
    make_known,
    make_mail,
    make_person,
    make_ticket,
    the_desk,
    when,
)

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
FARAH = make_person("Farah Khan", employee_id="200003", role=Role.STAFF)
GONE = "girish@tax.up.example"


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


def reopened(assignee, owners, absent, muted):
    """Return what happens when Asha re-opens a ticket that this person resolved, in a section of three."""
    section = tuple(replace(p, notify={"reopened": "off"}) if p.email in muted else p for p in (CHITRA, DEV, FARAH))
    ticket = make_ticket(Status.RESOLVED, assignee=assignee)
    known = make_known(ASHA, ticket, staff=section, absent=frozenset(absent))
    desk = desk_with_owners(*(owner.employee_id for owner in owners))
    return decide_mail(make_answer("REOPEN\nThe error is back."), known, desk)


@pytest.mark.parametrize("absent", [(), (CHITRA,), (DEV,), (FARAH,), (CHITRA, DEV), (CHITRA, DEV, FARAH)])
@pytest.mark.parametrize("owners", [(), (CHITRA,), (DEV, FARAH), (CHITRA, DEV, FARAH)])
def test_a_reopened_ticket_is_never_left_with_somebody_who_is_not_there(owners, absent):
    """Every assignee, owner and absence: it stays, or goes to an owner who is there, or all hear of it."""
    away = {person.email for person in absent}
    free = [owner for owner in owners if owner.email not in away]
    for assignee, muted in product((CHITRA.email, FARAH.email, GONE, "", ASHA.email), ((), (CHITRA.email, DEV.email))):
        decision = reopened(assignee, owners, away, muted)
        is_staff = assignee in {CHITRA.email, FARAH.email}
        stays = is_staff and assignee not in away
        missing = IS_AWAY if assignee in away else NOBODY_HAD_IT if not assignee else HAS_LEFT
        case = (assignee, free, muted)
        told = {to for to, kind in letters(decision) if kind is LetterKind.REOPENED} | {one.to for one in decision.held}
        assigned = [event for event in decision.events if event.kind is EventKind.ASSIGNED]
        assert decision.change.reopened, case
        if stays:
            assert (decision.change.assignee, assigned, assignee in told) == (None, [], True), case
        elif free:
            chosen = decision.change.assignee
            assert chosen in {owner.email for owner in free} & told, case
            assert [(event.reason, event.internal) for event in assigned] == [(missing, True)], case
        elif missing is HAS_LEFT:
            assert (decision.change.assignee, len(assigned)) == ("", 1), case
            assert told >= {CHITRA.email, DEV.email, FARAH.email}, case
        else:
            assert (decision.change.assignee, assigned) == (None, []), case
            assert (f"{IS_AWAY} No owner of its module is there." in decision.reasons) == (missing is IS_AWAY), case
            assert DEV.email in told, case


def test_what_is_reopened_is_told_to_its_new_assignee_with_the_words_of_the_officer():
    """Who gets it reads what is wrong and that it is theirs, hourly at the latest however little they want to hear."""
    decision = reopened(GONE, (FARAH,), (), (FARAH.email,))
    (held,) = (one for one in decision.held if one.to == FARAH.email)
    assert (held.kind, held.text) == (LetterKind.REOPENED, "The error is back.")
    assert "assigned_to_you" in {notice.code for notice in held.notices}


def bulk(says, **changes):
    """Return what happens when Dev writes this in a reply that belongs to no ticket; the numbers are two new ones."""
    targets = {
        number: Target(make_ticket(number=number, module="payment", title=f"Ticket {number}"), ASHA)
        for number in (NUMBER, OTHER_NUMBER)
    }
    known = make_known(DEV, targets=targets, sender_proven=True, staff=(CHITRA, DEV, FARAH), **changes)
    return decide_mail(make_mail(says, sender=DEV, subject="Re: tickets of today"), known, TURNS)


TURNS = desk_with_owners(CHITRA.employee_id, FARAH.employee_id)


def test_tickets_that_move_to_another_module_go_to_its_owners_in_turn():
    """As at the opening: least open first, counted on from ticket to ticket; one letter each, and lines for Dev."""
    decision = bulk(f"MODULE Return Filing {NUMBER} {OTHER_NUMBER}", workload={CHITRA.email: 2, FARAH.email: 2})
    assert [other.change.assignee for other in decision.also] == [CHITRA.email, FARAH.email]
    for other, owner in zip(decision.also, (CHITRA, FARAH), strict=True):
        assert letters(other) == {(owner.email, LetterKind.NEW_TICKET)}
        assert [event.kind for event in other.events] == [EventKind.FIELDS_SET, EventKind.ASSIGNED]
    told = [(notice.code, notice.ticket) for notice in decision.letters[0].notices]
    assert told == [
        ("done_fields_set", NUMBER),
        ("done_fields_set", OTHER_NUMBER),
        ("done_assigned", NUMBER),
        ("done_assigned", OTHER_NUMBER),
    ]


def test_nobody_who_is_away_gets_a_ticket_that_moves():
    """Chitra is away, so both go to Farah."""
    decision = bulk(f"MODULE Return Filing {NUMBER} {OTHER_NUMBER}", absent=frozenset({CHITRA.email}))
    assert [other.change.assignee for other in decision.also] == [FARAH.email, FARAH.email]


def test_a_reply_moves_a_ticket_and_its_old_and_new_owner_have_one_letter_each():
    """Farah reads that it is hers, with Dev's note above the problem; Chitra reads both what it became and whose."""
    ticket = make_ticket(module="payment", assignee=CHITRA.email)
    known = make_known(DEV, ticket, staff=(CHITRA, DEV, FARAH))
    desk = desk_with_owners(FARAH.employee_id)
    decision = decide_mail(make_answer("MODULE Return Filing: see the ARN first", sender=DEV), known, desk)
    assert decision.change.assignee == FARAH.email
    (to_farah,) = (letter for letter in decision.letters if letter.to == FARAH.email)
    assert (to_farah.kind, codes(decision, FARAH)) == (LetterKind.NEW_TICKET, ["assigned_to_you"])
    assert to_farah.text == f"see the ARN first\n\n{ticket.description}"
    assert codes(decision, CHITRA) == ["done_fields_set", "done_assigned"]
    assert codes(decision, DEV) == ["done_fields_set", "done_assigned"]


def test_a_lead_who_stands_in_reads_that_a_reopened_ticket_is_hers_now():
    """The leads hear of a re-opened ticket whose assignee is away; the one who gets it reads so, in one letter."""
    ticket = make_ticket(Status.RESOLVED, assignee=CHITRA.email)
    known = make_known(ASHA, ticket, absent=frozenset({CHITRA.email}))
    decision = decide_mail(make_answer("REOPEN: error again"), known, desk_with_owners(DEV.employee_id))
    assert decision.change.assignee == DEV.email
    assert [letter.kind for letter in decision.letters if letter.to == DEV.email] == [LetterKind.REOPENED]
    assert codes(decision, DEV) == ["assigned_to_you"]
    assert (CHITRA.email, LetterKind.REOPENED) in letters(decision)
