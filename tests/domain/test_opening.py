"""A mail that opens a ticket: what it gets, what its officer is told, and what the IT section sees."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailbot.domain.decision import Outcome
from mailbot.domain.letter import Audience, LetterKind
from mailbot.domain.people import Language
from tests.builders import (
    ASHA,
    BHARAT,
    CHITRA,
    DEV,
    OTHER_NUMBER,
    STRANGER,
    codes,
    decide_mail,
    letters,
    make_known,
    make_mail,
)

ACKNOWLEDGED = (ASHA.email, LetterKind.ACKNOWLEDGEMENT)
SHOWN = {(CHITRA.email, LetterKind.NEW_TICKET), (DEV.email, LetterKind.NEW_TICKET)}
TEXT = "The portal says Error 500 when I file GSTR-3B of October."


def opened(text=TEXT, known=None, **changes):
    """Return the decision about a fresh mail."""
    return decide_mail(make_mail(text, **changes), known or make_known())


def test_an_officers_mail_opens_a_ticket_and_everybody_hears_of_it():
    """Asha gets the acknowledgement, the two people of the IT section see the new ticket, nobody else anything."""
    decision = opened()
    assert decision.outcome is Outcome.OPENED
    assert letters(decision) == {ACKNOWLEDGED} | SHOWN
    assert decision.draft.requester == ASHA.email
    assert decision.draft.verified


def test_what_was_not_said_takes_the_defaults_and_is_told():
    """Without tags the module is other and the priority normal, and the acknowledgement says so."""
    decision = opened()
    assert (decision.draft.module, decision.draft.priority, decision.draft.request_type) == (
        "other",
        "normal",
        "problem",
    )
    assert codes(decision, ASHA) == ["module_default", "priority_default"]


def test_what_was_said_is_taken_and_nothing_is_asked():
    """With module and priority in the subject no notice is needed."""
    decision = opened(subject="[Refund][High][Data correction] amount wrong")
    assert (decision.draft.module, decision.draft.priority, decision.draft.request_type) == (
        "refund",
        "high",
        "correction",
    )
    assert (decision.draft.title, codes(decision, ASHA)) == ("amount wrong", [])


def test_a_near_miss_is_asked_about_in_the_acknowledgement():
    """[Hihg] gives the default priority and the question whether High was meant."""
    decision = opened(subject="[Refund][Hihg] amount wrong")
    assert decision.draft.priority == "normal"
    assert codes(decision, ASHA) == ["tag_unknown", "priority_default"]
    assert "High / उच्च" in [notice.proposed for letter in decision.letters for notice in letter.notices]


def test_an_unknown_value_of_a_line_is_told_once():
    """An unknown module is asked about; the default is not announced a second time."""
    assert codes(opened(f"{TEXT}\nModule: Cafeteria\nPriority: High"), ASHA) == ["module_unknown"]


def test_the_directory_knows_better_than_the_mail():
    """Name, address, Employee ID and mobile of a known person come from the directory."""
    draft = opened(f"{TEXT}\nEmployee ID: 999999", sender="ASHA@tax.up.example").draft
    assert (draft.requester, draft.requester_name) == (ASHA.email, "Asha Verma")
    assert (draft.employee_id, draft.mobile) == ("104872", "+919412233445")


def test_a_mobile_number_in_the_mail_is_newer_than_the_directory():
    """The number an officer gives for a call-back is the one to call."""
    assert opened(f"{TEXT}\nMobile: 98390 12345").draft.mobile == "+919839012345"


def test_an_employee_id_that_nobody_has_is_told():
    """The officer learns that the Employee ID is not in the directory."""
    assert "employee_id_unknown" in codes(opened(f"{TEXT}\nEmployee ID: 555555"), ASHA)
    assert "employee_id_unknown" not in codes(opened(f"{TEXT}\nEmployee ID: 108213", make_known(employee=BHARAT)), ASHA)


def test_a_stranger_gets_a_ticket_but_no_trust():
    """The ticket is unverified, the staff are warned, and the acknowledgement repeats no word of the mail."""
    decision = opened(sender=STRANGER, known=make_known(None))
    assert letters(decision) == {(STRANGER, LetterKind.ACKNOWLEDGEMENT)} | SHOWN
    assert not decision.draft.verified
    assert [letter.quote_sender for letter in decision.letters] == [False, True, True]
    assert "unverified_sender" in codes(decision, CHITRA)
    assert "unverified_sender" not in codes(decision, STRANGER)


def test_a_mail_without_a_sender_answers_nobody():
    """The IT section sees it; there is nobody to acknowledge it to."""
    decision = opened(sender=None, known=make_known(None))
    assert (letters(decision), decision.draft.requester) == (SHOWN, "")
    assert any("names no sender" in reason for reason in decision.reasons)


def test_a_mail_with_two_senders_is_not_believed():
    """Even when one of them is known, the ticket is unverified and the reason says why."""
    assert not opened(sender_count=2).draft.verified
    decision = opened(sender_count=2, known=make_known(None))
    assert any("more than one sender" in reason for reason in decision.reasons)


@pytest.mark.parametrize("text", ["E" * 1200, "पोर्टल नहीं खुल रहा है। " * 60, "क्षि" * 400, "👨‍👩‍👧" * 200])
def test_a_long_description_is_cut_and_the_officer_is_told(text):
    """At most 500 characters stand in the ticket, the whole text in its history, and the officer is told so."""
    decision = opened(text)
    assert 0 < len(decision.draft.description) <= 500
    assert text.startswith(decision.draft.description)
    assert "text_shortened" in codes(decision, ASHA)
    assert decision.events[0].text == text.strip()


def test_five_hundred_characters_are_not_too_many():
    """Exactly at the limit nothing is cut and nothing is said."""
    decision = opened("x" * 500)
    assert len(decision.draft.description) == 500
    assert "text_shortened" not in codes(decision, ASHA)


def test_an_oversized_mail_is_asked_for_again():
    """A mail of which only the headers were fetched opens a ticket and asks for smaller files."""
    assert "mail_too_large" in codes(opened("", oversized=True), ASHA)


def test_a_foreign_number_opens_a_new_ticket_and_the_staff_are_told():
    """Knowing somebody's number adds nothing there; the sender is not told whether it exists."""
    decision = opened(subject=f"[{OTHER_NUMBER}] please see", known=make_known(mentioned=(OTHER_NUMBER,)))
    assert decision.outcome is Outcome.OPENED
    assert "mentions_ticket" in codes(decision, CHITRA)
    assert "mentions_ticket" not in codes(decision, ASHA)


@pytest.mark.parametrize(
    ("subject", "text", "title"),
    [
        ("Cannot file", "x", "Cannot file"),
        ("", "First line.\nSecond line.", "First line."),
        ("[Refund]", "Amount wrong", "Amount wrong"),
        ("Re:", "\n\nराशि गलत है", "राशि गलत है"),
        ("", "", "A problem without a subject"),
        ("x" * 400, "y", "x" * 150),
    ],
)
def test_every_ticket_has_a_title(subject, text, title):
    """The subject, else the first line of the text, else a stock title, never too long."""
    assert opened(text, subject=subject).draft.title == title


def test_an_empty_hindi_directory_entry_gets_a_hindi_title():
    """The stock title is in the officer's language."""
    hindi = replace(ASHA, language=Language.HINDI)
    assert opened("", make_known(hindi), subject="").draft.title == "बिना विषय की समस्या"


@pytest.mark.parametrize(
    ("choice", "text", "language"),
    [
        (Language.HINDI, TEXT, Language.HINDI),
        (Language.ENGLISH, "पोर्टल नहीं खुल रहा है।", Language.ENGLISH),
        (None, "पोर्टल नहीं खुल रहा है।", Language.HINDI),
        (None, TEXT, Language.ENGLISH),
        (None, "Portal nahi khul raha hai, kripya dekhein", Language.ENGLISH),
    ],
)
def test_the_answer_comes_in_the_persons_language(choice, text, language):
    """The stored choice counts, else the script of the mail."""
    decision = opened(text, make_known(replace(ASHA, language=choice)), subject="")
    assert next(letter.language for letter in decision.letters if letter.to == ASHA.email) is language


def test_staff_who_report_a_problem_get_one_letter():
    """Chitra's own ticket is acknowledged to her and shown to Dev only."""
    decision = opened(sender=CHITRA, known=make_known(CHITRA))
    assert letters(decision) == {(CHITRA.email, LetterKind.ACKNOWLEDGEMENT), (DEV.email, LetterKind.NEW_TICKET)}
    assert {letter.audience for letter in decision.letters if letter.to == DEV.email} == {Audience.STAFF}


def test_a_command_in_a_fresh_mail_is_only_words():
    """A fresh mail that begins with "RESOLVED" has nothing to resolve: all its words make the new ticket."""
    decision = opened("RESOLVED\nwas said, but it is not true")
    assert decision.draft.description == "RESOLVED\nwas said, but it is not true"
