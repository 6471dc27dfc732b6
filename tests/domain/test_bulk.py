"""Commands for tickets that a mail names by number: several at once, by staff and by officers, right and wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailbot.domain.decision import EventKind, Outcome
from mailbot.domain.desk import Target
from mailbot.domain.letter import LetterKind
from mailbot.domain.numbering import ticket_number
from mailbot.domain.people import Language
from mailbot.domain.ticket import Status
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
    when,
)

HINDI_BHARAT = replace(BHARAT, language=Language.HINDI)
OTHERS = make_ticket(number=OTHER_NUMBER, requester=BHARAT.email, requester_name=BHARAT.name)
TARGETS = {NUMBER: Target(make_ticket(), ASHA), OTHER_NUMBER: Target(OTHERS, HINDI_BHARAT)}
WRONG = "TMS-2611-00042-8"


def bulk(says, sender=CHITRA, *, proven=True, targets=TARGETS, **known):
    """Return what happens when somebody writes this to the desk, with a reply token of any letter unless not proven."""
    mail = make_mail(says, sender=sender, subject="Tickets of this morning")
    return decide_mail(mail, make_known(sender, sender_proven=proven, targets=targets, **known))


@pytest.mark.parametrize(
    "says",
    [
        f"RESOLVE {NUMBER} {OTHER_NUMBER}: portal fixed at 14:10",
        f"RESOLVED {NUMBER}, {OTHER_NUMBER} - portal fixed at 14:10",
        f"resolve {NUMBER} and {OTHER_NUMBER}: portal fixed at 14:10",
        f"हल {NUMBER} और {OTHER_NUMBER}: portal fixed at 14:10",
        f"{NUMBER} {OTHER_NUMBER} RESOLVED: portal fixed at 14:10",
        f"RESOLVE {NUMBER}\n{OTHER_NUMBER}\nportal fixed at 14:10",
        f"RESOLVED\n{NUMBER}\n{OTHER_NUMBER}\n\nportal fixed at 14:10",
        f"{NUMBER}\n{OTHER_NUMBER}\nRESOLVED: portal fixed at 14:10",
        f"RESOLVE tickets [{NUMBER}] [{OTHER_NUMBER}]: portal fixed at 14:10",
        f"RESOLVE {NUMBER.replace('-', '')} {OTHER_NUMBER.replace('-', ' ')}: portal fixed at 14:10",
    ],
)
def test_one_line_resolves_several_tickets(says):
    """However the numbers are written, both tickets are resolved with the same words, in one decision."""
    decision = bulk(says)
    assert decision.outcome is Outcome.ANSWERED
    assert {other.ticket for other in decision.also} == {NUMBER, OTHER_NUMBER}
    assert {other.change.status for other in decision.also} == {Status.RESOLVED}
    assert {other.change.resolution for other in decision.also} == {"portal fixed at 14:10"}


def test_each_requester_gets_one_letter_and_the_writer_one_answer_line_by_line():
    """Asha reads it in English and Bharat in Hindi; Chitra reads a line for each ticket in one letter."""
    decision = bulk(f"RESOLVE {NUMBER} {OTHER_NUMBER}: portal fixed at 14:10")
    told = [(order.to, order.kind, order.language) for other in decision.also for order in other.letters]
    assert told == [
        (ASHA.email, LetterKind.RESOLVED, Language.ENGLISH),
        (BHARAT.email, LetterKind.RESOLVED, Language.HINDI),
    ]
    assert letters(decision) == {(CHITRA.email, LetterKind.CARRIED_OUT)}
    assert [(n.code, n.ticket) for n in decision.letters[0].notices] == [
        ("done_resolved", NUMBER),
        ("done_resolved", OTHER_NUMBER),
    ]


def test_lines_of_several_commands_are_carried_out_in_their_order():
    """Each line names its tickets; two lines about one ticket make one decision about it."""
    decision = bulk(
        f"TAKE {NUMBER}\nPRIORITY High {NUMBER}\nASSIGN {OTHER_NUMBER}: Dev\nNOTE {OTHER_NUMBER}: ask vendor"
    )
    by_number = {other.ticket: other for other in decision.also}
    assert by_number[NUMBER].change.assignee == CHITRA.email
    assert by_number[NUMBER].change.priority == "high"
    assert by_number[OTHER_NUMBER].change.assignee == DEV.email
    assert [event.kind for event in by_number[OTHER_NUMBER].events] == [EventKind.ASSIGNED, EventKind.NOTED]
    assert codes(decision, CHITRA) == ["done_taken", "done_fields_set", "done_assigned", "done_noted"]


def test_what_is_refused_is_told_beside_what_was_done():
    """One ticket is resolved already, one number was never given, one has a wrong digit: each has its line."""
    targets = {NUMBER: TARGETS[NUMBER], OTHER_NUMBER: Target(replace(OTHERS, status=Status.RESOLVED), BHARAT)}
    never = ticket_number("TMS", NOW, 99)
    decision = bulk(
        f"RESOLVE {NUMBER} {OTHER_NUMBER} {never} {WRONG}: fixed", targets=targets, near_numbers={WRONG: (NUMBER,)}
    )
    notices = decision.letters[0].notices
    assert [notice.code for notice in notices] == [
        "done_resolved",
        "step_not_allowed",
        "number_unknown",
        "number_mistyped",
    ]
    assert "REOPEN" in notices[1].proposed
    assert (notices[3].given, notices[3].proposed) == (WRONG, NUMBER)
    assert dict(decision.letters[0].values)["refused"] == "yes"


def test_somebody_elses_ticket_is_answered_like_a_number_that_does_not_exist():
    """An officer cannot find out which numbers exist: the letters are the same but for the number itself."""
    never = ticket_number("TMS", NOW, 99)
    answers = []
    for number in (OTHER_NUMBER, never):
        decision = bulk(f"REOPEN {number}", ASHA, targets={}, near_numbers={number: ()})
        (order,) = decision.letters
        answers.append(repr(order).replace(number, "N"))
        assert decision.also == ()
    assert answers[0] == answers[1]


def test_an_officer_reopens_own_tickets_by_number():
    """What is said with a proof about one's own tickets counts, wherever the mail stands."""
    mine = {number: Target(make_ticket(Status.RESOLVED, number=number), ASHA) for number in (NUMBER, OTHER_NUMBER)}
    decision = bulk(f"REOPEN {NUMBER} {OTHER_NUMBER}: same error again", ASHA, targets=mine)
    assert [event.kind for other in decision.also for event in other.events] == [EventKind.REOPENED] * 2


@pytest.mark.parametrize("sender", [CHITRA, ASHA])
def test_without_a_proof_nothing_is_done_and_the_stored_address_is_asked(sender):
    """A From line alone changes no ticket: the writer gets one letter to answer."""
    targets = {number: Target(make_ticket(number=number), ASHA) for number in (NUMBER, OTHER_NUMBER)}
    decision = bulk(f"CANCEL {NUMBER} {OTHER_NUMBER}", sender, proven=False, targets=targets)
    code = "needs_token_staff" if sender is CHITRA else "needs_token_requester"
    assert (decision.also, letters(decision)) == ((), {(sender.email, LetterKind.CARRIED_OUT)})
    assert codes(decision, sender) == [code]


def test_a_single_number_is_a_mail_about_that_ticket():
    """One number is no bulk: the mail belongs to its ticket, with history, files and answer."""
    decision = bulk(f"RESOLVED {NUMBER}: reloaded")
    assert (decision.outcome, decision.ticket) == (Outcome.UPDATED, NUMBER)
    assert letters(decision) == {(ASHA.email, LetterKind.RESOLVED), (CHITRA.email, LetterKind.DONE)}
    unproven = bulk(f"RESOLVED {NUMBER}: reloaded", proven=False)
    assert (unproven.ticket, unproven.change.status) == (NUMBER, None)


def test_a_reply_about_one_ticket_may_name_others():
    """RESOLVED for the ticket of the letter and TAKE for another one: both are done, both are told in one letter."""
    says = f"RESOLVED: reloaded\nTAKE {OTHER_NUMBER}"
    decision = when(CHITRA, says, targets={OTHER_NUMBER: TARGETS[OTHER_NUMBER]})
    assert (decision.ticket, decision.change.status) == (NUMBER, Status.RESOLVED)
    assert [(other.ticket, other.change.assignee) for other in decision.also] == [(OTHER_NUMBER, CHITRA.email)]
    own = next(order for order in decision.letters if order.to == CHITRA.email)
    assert [(notice.code, notice.ticket) for notice in own.notices] == [
        ("done_resolved", ""),
        ("done_taken", OTHER_NUMBER),
    ]


def test_the_own_number_in_a_reply_is_the_ticket_itself():
    """Whoever repeats the number of the letter he answers does nothing twice."""
    decision = when(CHITRA, f"RESOLVED {NUMBER}: reloaded")
    assert (decision.change.status, decision.also) == (Status.RESOLVED, ())


def test_fifty_tickets_are_enough_for_one_mail():
    """Of sixty numbers fifty are looked at, and the answer says that the others were not."""
    numbers = [ticket_number("TMS", NOW, serial) for serial in range(100, 160)]
    targets = {number: Target(make_ticket(number=number), ASHA) for number in numbers[:50]}
    decision = bulk(f"RESOLVE {' '.join(numbers)}: the portal is back", targets=targets)
    assert len(decision.also) == 50
    assert codes(decision, CHITRA)[-1] == "targets_too_many"
    assert "number_unknown" not in codes(decision, CHITRA)


@pytest.mark.parametrize(
    "says",
    [
        f"RESOLVED {NUMBER} nahi hua",
        f"RESOLVE {NUMBER} kab hoga?",
        f"Is {NUMBER} resolved",
        f"The same error as in {NUMBER} and {OTHER_NUMBER}",
        f"done {NUMBER} wala kaam bhi dekh lo",
    ],
)
def test_a_sentence_with_numbers_commands_nothing(says):
    """Denials, questions and sentences that name tickets change none of them."""
    assert all(other.change.status is None for other in bulk(says).also)
    assert bulk(says).outcome is Outcome.OPENED


def test_an_officer_with_a_wrong_number_and_a_problem_gets_a_ticket():
    """Nothing that was described is lost because of a wrong digit: a ticket is opened, and the answer asks."""
    decision = bulk(f"REOPEN {WRONG}\nError 500 again when I file.", ASHA, targets={}, near_numbers={WRONG: (NUMBER,)})
    assert decision.outcome is Outcome.OPENED
    assert "number_mistyped" in codes(decision, ASHA)


def test_a_subject_may_name_the_tickets():
    """RESOLVE with two numbers in the subject of a fresh mail, the solution below."""
    mail = make_mail("portal fixed", sender=CHITRA, subject=f"RESOLVE {NUMBER} {OTHER_NUMBER}")
    decision = decide_mail(mail, make_known(CHITRA, sender_proven=True, targets=TARGETS))
    assert {other.change.resolution for other in decision.also} == {"portal fixed"}


def test_the_answers_limit_does_not_swallow_what_was_commanded():
    """A busy colleague who got many answers is still told what became of the tickets."""
    decision = bulk(f"RESOLVE {NUMBER} {OTHER_NUMBER}: fixed", answers_last_hour=500)
    assert letters(decision) == {(CHITRA.email, LetterKind.CARRIED_OUT)}


def test_a_note_is_never_told_to_the_officers():
    """NOTE for two tickets stays inside both."""
    decision = bulk(f"NOTE {NUMBER} {OTHER_NUMBER}: the vendor patches on Thursday")
    assert all(event.internal for other in decision.also for event in other.events)
    assert all(not other.letters for other in decision.also)


def test_a_reply_with_numbers_of_one_own_letter_stays_with_its_ticket():
    """The adoption of a named ticket never moves a reply away from the ticket whose letter it answers."""
    decision = decide_mail(
        make_answer(f"TAKE {OTHER_NUMBER}", sender=CHITRA),
        make_known(CHITRA, make_ticket(), targets={OTHER_NUMBER: TARGETS[OTHER_NUMBER]}),
    )
    assert decision.ticket == NUMBER
    assert decision.change.status is None
    assert [other.ticket for other in decision.also] == [OTHER_NUMBER]
