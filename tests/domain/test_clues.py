"""Clues: what in a mail says to which ticket it belongs, and what of it is proven."""

from __future__ import annotations

import pytest

from mailbot.domain.thread import MAXIMUM_IDS, find_clues
from tests.builders import ASHA, BHARAT, CHITRA, NUMBER, OTHER_NUMBER, make_mail, the_desk, token_for

DESK = the_desk()


def proven(mail):
    """Return the numbers that a mail proves."""
    return find_clues(mail, None, DESK).proven


@pytest.mark.parametrize(
    "place",
    [
        {"thread_ids": (f"<mb.{token_for(ASHA.email)}@tax.up.example>",)},
        {"thread_ids": ("<x@y>", f"<MB.{token_for(ASHA.email).upper()}@TAX.UP.EXAMPLE>")},
        {"recipients": (f"support+{token_for(ASHA.email)}@tax.up.example",)},
        {"reply": f"REOPEN\n[{token_for(ASHA.email)}]"},
    ],
    ids=["message id", "message id in capitals", "plus address", "button"],
)
def test_a_token_proves_its_ticket_wherever_it_stands(place):
    """In References, in the address written to, or in a button's text, Asha's token proves Asha's ticket."""
    assert proven(make_mail(**({"reply": "Hello"} | place))) == (NUMBER,)


@pytest.mark.parametrize("sender", [BHARAT, CHITRA, "asha@tax.up.example.evil.example", "аsha@tax.up.example", None])
def test_a_borrowed_token_proves_nothing(sender):
    """The token of a letter to Asha proves nothing when anybody else writes, staff included."""
    mail = make_mail(sender=sender, thread_ids=(f"<mb.{token_for(ASHA.email)}@tax.up.example>",))
    assert proven(mail) == ()


def test_two_senders_prove_nothing():
    """A mail that claims two authors is believed neither of them (RFC 5322 allows one)."""
    assert proven(make_mail(sender_count=2, thread_ids=(f"<mb.{token_for(ASHA.email)}@x>",))) == ()


def test_the_address_may_be_written_in_capitals():
    """Asha's phone writes her address in capitals; the token is still hers."""
    assert proven(make_mail(sender="ASHA@TAX.UP.EXAMPLE", thread_ids=(f"<mb.{token_for(ASHA.email)}@x>",))) == (NUMBER,)


def test_tokens_of_two_tickets_come_nearest_first():
    """The mail that is answered directly is the stronger clue."""
    ids = (f"<mb.{token_for(ASHA.email, OTHER_NUMBER)}@x>", f"<mb.{token_for(ASHA.email)}@x>")
    assert proven(make_mail(thread_ids=ids)) == (OTHER_NUMBER, NUMBER)


def test_a_token_with_a_wrong_check_digit_names_no_ticket():
    """A token for digits that are no ticket number proves nothing."""
    assert proven(make_mail(thread_ids=(f"<mb.{token_for(ASHA.email, 'TMS-2611-00042-8')}@x>",))) == ()


def test_numbers_in_the_subject_are_hints_only():
    """A number in the subject is found and not proven; a number in the text is no clue at all."""
    clues = find_clues(make_mail(f"see {OTHER_NUMBER}", subject=f"Re: [{NUMBER}] x"), "104872", DESK)
    assert (clues.proven, clues.numbers, clues.employee_id) == ((), (NUMBER,), "104872")


def test_only_the_nearest_mails_of_a_long_thread_are_looked_up():
    """A thread of a thousand mails asks the tables about fifty."""
    ids = tuple(f"<{number}@mail.example>" for number in range(1000))
    assert find_clues(make_mail(thread_ids=ids), None, DESK).message_ids == ids[:MAXIMUM_IDS]
