"""Replies without a command: comments, thanks, empty mails and labelled lines."""

from __future__ import annotations

import pytest

from mailbot.domain.decision import Change, EventKind
from mailbot.domain.letter import LetterKind
from mailbot.domain.ticket import Status
from tests.builders import (
    ASHA,
    CHITRA,
    DEV,
    NUMBER,
    STRANGER,
    codes,
    decide_mail,
    letters,
    make_answer,
    make_known,
    make_picture,
    make_ticket,
    when,
)

STAFF_HEAR = {(CHITRA.email, LetterKind.COMMENT), (DEV.email, LetterKind.COMMENT)}
OFFERED = {(ASHA.email, LetterKind.STILL_RESOLVED)}
NO_CHANGE = Change()


@pytest.mark.parametrize(
    ("status", "becomes"),
    [(Status.NEW, None), (Status.IN_PROGRESS, None), (Status.WAITING, Status.IN_PROGRESS)],
)
def test_an_officers_reply_goes_to_the_staff(status, becomes):
    """The words reach the IT section; only a ticket that waited for them moves on."""
    decision = when(ASHA, "यह रहा ARN: AA0911260000427", status)
    assert decision.change.status is becomes
    assert letters(decision) == STAFF_HEAR
    assert decision.events[0].text == "यह रहा ARN: AA0911260000427"


@pytest.mark.parametrize("proven", [True, False])
def test_a_comment_needs_no_token(proven):
    """A participant's plain words count with and without a token."""
    assert letters(when(ASHA, "More details follow.", by_token=proven)) == STAFF_HEAR


def test_only_the_assignee_hears_when_there_is_one():
    """A ticket that is somebody's does not ring everybody's bell."""
    ticket = make_ticket(Status.IN_PROGRESS, assignee=DEV.email)
    assert letters(when(ASHA, "Any news?", ticket=ticket)) == {(DEV.email, LetterKind.COMMENT)}


def test_everybody_hears_when_the_assignee_is_gone():
    """A ticket assigned to a person who left goes to all, not to nobody."""
    ticket = make_ticket(Status.IN_PROGRESS, assignee="gone@tax.up.example")
    assert letters(when(ASHA, "Any news?", ticket=ticket)) == STAFF_HEAR


@pytest.mark.parametrize(
    ("status", "becomes"),
    [
        (Status.NEW, Status.IN_PROGRESS),
        (Status.IN_PROGRESS, None),
        (Status.WAITING, None),
        (Status.RESOLVED, None),
    ],
)
def test_a_staff_reply_goes_to_the_officer(status, becomes):
    """The answer reaches the officer alone; a new ticket is in progress with it and has an assignee."""
    decision = when(CHITRA, "We are looking into it.", status)
    assert decision.change.status is becomes
    assert letters(decision) == {(ASHA.email, LetterKind.COMMENT)}
    assert decision.change.assignee == CHITRA.email


@pytest.mark.parametrize("thanks", ["Thanks", "Thank you sir.", "धन्यवाद।", "bahut dhanyavad", "ok"])
@pytest.mark.parametrize("status", [Status.RESOLVED, Status.CLOSED])
def test_thanks_change_nothing_and_ask_nothing(thanks, status):
    """A thank-you to a resolved or closed ticket re-opens nothing and is not answered."""
    decision = when(ASHA, thanks, status)
    assert decision.change.status is None
    assert ASHA.email not in {letter.to for letter in decision.letters}
    assert decision.events[0].kind is EventKind.COMMENTED


def test_a_complaint_about_a_resolved_ticket_gets_two_buttons():
    """It stays resolved; the staff see the words, and the officer is asked once: works now, or still not working."""
    decision = when(ASHA, "But the DSC screen does not come.", Status.RESOLVED)
    assert decision.change.status is None
    assert letters(decision) == STAFF_HEAR | OFFERED


def test_a_complaint_about_a_closed_ticket_tells_how_to_reopen():
    """A closed ticket takes no comment; the words are kept and the officer learns what to do."""
    decision = when(ASHA, "But the DSC screen does not come.", Status.CLOSED)
    assert decision.change == NO_CHANGE
    assert letters(decision) == OFFERED
    assert decision.events[0].text == "But the DSC screen does not come."


@pytest.mark.parametrize("status", [Status.RESOLVED, Status.CLOSED])
def test_a_screenshot_without_a_word_is_no_thank_you(status):
    """Who answers a resolved ticket with a screenshot of the error is asked, not left alone."""
    mail = make_answer("", attachments=(make_picture(),))
    assert letters(decide_mail(mail, make_known(ticket=make_ticket(status)))) >= OFFERED


def test_a_screenshot_without_a_word_is_a_comment():
    """On an open ticket a picture alone goes to the staff."""
    mail = make_answer("", attachments=(make_picture(),))
    assert letters(decide_mail(mail, make_known(ticket=make_ticket()))) == STAFF_HEAR


def test_an_empty_reply_says_nothing():
    """Without words and files there is nothing to pass on, and the history stays as it is."""
    decision = when(ASHA, "")
    assert (decision.events, decision.letters, decision.change) == ((), (), NO_CHANGE)


def test_labelled_lines_alone_correct_the_ticket():
    """Module and priority change, the officer gets a confirmation, the staff are told."""
    decision = when(ASHA, "Module: Refund\nप्राथमिकता: उच्च")
    assert (decision.change.module, decision.change.priority) == ("refund", "high")
    assert codes(decision, ASHA) == ["done_fields_set"]
    assert decision.letters[0].notices[0].given == "Refund, High"
    assert (CHITRA.email, LetterKind.STATUS_CHANGED) in letters(decision)


def test_labelled_lines_beside_a_comment_are_taken_over_too():
    """The rest of the mail goes to the staff without the line that was understood."""
    decision = when(ASHA, "Module: Refund\nThe amount is still missing.")
    assert decision.change.module == "refund"
    assert decision.letters[0].text == "The amount is still missing."


def test_labelled_lines_without_a_token_change_nothing():
    """A From line alone corrects nothing; the officer is asked to answer a letter of ours."""
    decision = when(ASHA, "Module: Refund", by_token=False)
    assert decision.change == NO_CHANGE
    assert codes(decision, ASHA) == ["needs_token_requester"]
    beside = when(ASHA, "Module: Refund\nThe amount is missing.", by_token=False)
    assert (beside.change.module, letters(beside)) == (None, STAFF_HEAR)


def test_the_tags_of_the_answered_subject_are_not_set_again():
    """Chitra corrected the module; the old name in the subject of Asha's next answer does not undo that."""
    answer = make_answer(
        "Thank you.", subject=f"Re: [{NUMBER}] [Hihg] Cannot file (GSTR-3B)", headers={"x-priority": ("1",)}
    )
    decision = decide_mail(answer, make_known(ticket=make_ticket(module="refund")))
    assert decision.change == NO_CHANGE
    assert letters(decision) == STAFF_HEAR


def test_a_wrong_value_is_asked_about():
    """An unknown module sets nothing and is answered with what may have been meant."""
    decision = when(ASHA, "Module: Refnd")
    assert decision.change.module is None
    assert codes(decision, ASHA) == ["module_unknown"]
    assert [n.proposed for letter in decision.letters for n in letter.notices] == ["Refund / रिफंड"]


def test_staff_correct_a_ticket_and_resolve_it_in_one_mail():
    """Module and resolution in one reply of the staff, one letter to each person."""
    decision = when(CHITRA, "RESOLVED\nModule: Payment\nThe challan is posted.")
    assert (decision.change.module, decision.change.status) == ("payment", Status.RESOLVED)
    assert decision.change.resolution == "The challan is posted."
    assert {letter.to for letter in decision.letters} == {ASHA.email, CHITRA.email}


def test_the_staffs_own_telephone_is_not_the_officers():
    """A mobile number in a staff reply is part of a signature, not of the ticket."""
    decision = when(CHITRA, "We are looking into it.\nMobile: 9839012345")
    assert decision.change.mobile is None


def test_an_employee_id_is_taken_over_only_when_the_directory_has_it():
    """An Employee ID that nobody has sets nothing and is told."""
    assert when(ASHA, "Employee ID: 104872", employee=ASHA).change.employee_id == "104872"
    unknown = when(ASHA, "Employee ID: 555555")
    assert unknown.change.employee_id is None
    assert "employee_id_unknown" in codes(unknown, ASHA)


def test_a_closed_ticket_is_corrected_by_staff_only():
    """For the statistics the staff may still set the module; the officer may not."""
    assert when(CHITRA, "Module: Refund", Status.CLOSED).change.module == "refund"
    assert when(ASHA, "Module: Refund", Status.CLOSED).change.module is None


def test_a_stranger_who_opened_a_ticket_may_add_to_it():
    """The bare address that a ticket belongs to is its requester; nobody's words are quoted back to it."""
    ticket = make_ticket(Status.WAITING, requester=STRANGER, requester_name="", verified=False)
    decision = when(STRANGER, "Here is the ARN.", ticket=ticket)
    assert (decision.change.status, letters(decision)) == (Status.IN_PROGRESS, STAFF_HEAR)
    answer = when(CHITRA, "We need the ARN.", ticket=ticket)
    assert [(letter.to, letter.quote_sender) for letter in answer.letters] == [(STRANGER, False)]
