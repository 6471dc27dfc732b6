"""One-line answers and claims, without tables: what counts as a value, and when it is only a comment."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailbot.domain.claiming import nonce_of
from mailbot.domain.desk import Stranger
from mailbot.domain.letter import LetterKind, Thread
from mailbot.domain.tags import NO_FIELDS, parse_lone_value
from mailbot.domain.ticket import Status
from mailbot.domain.trust import find_tokens
from mailbot.parts import make_writer
from mailbot.settings import load_settings
from tests.builders import ASHA, CHITRA, NOW, STRANGER, codes, letters, make_ticket, the_desk, when

DESK = the_desk()
MISSING = make_ticket(module="other", missing="module priority")


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("E-way Bill", "module", "e-way-bill"),
        ("*ई-वे बिल*", "module", "e-way-bill"),
        ("Module Refund", "module", "refund"),
        ("प्राथमिकता उच्च", "priority", "high"),
        ("HIGH.", "priority", "high"),
        ("98390 12345", "mobile", "+919839012345"),
        ("+91 98390-12345", "mobile", "+919839012345"),
        ("१२३४५६", "employee_id", "123456"),
    ],
)
def test_a_lone_value_is_understood(text, field, value):
    """A line that is nothing but a value, with or without its label, in either script."""
    assert getattr(parse_lone_value(text, DESK.catalogue, DESK.grammar), field) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Refund is not shown",
        "high\nand urgent",
        "Priority Refund",
        "12345",
        "error 98390 12345",
        "please",
        "x" * 200,
    ],
)
def test_anything_more_is_no_lone_value(text):
    """Sentences, two lines, a value behind the wrong label and other numbers stay words."""
    assert parse_lone_value(text, DESK.catalogue, DESK.grammar) == NO_FIELDS


def test_a_value_fills_only_what_is_missing():
    """The priority is missing and filled; the same word on a complete ticket is a comment."""
    assert when(ASHA, "high", ticket=MISSING).change.priority == "high"
    decision = when(ASHA, "high", ticket=make_ticket())
    assert decision.change.priority is None
    assert (CHITRA.email, LetterKind.COMMENT) in letters(decision)


def test_a_value_without_our_proof_is_a_comment():
    """A forged sender changes no field."""
    assert when(ASHA, "high", ticket=MISSING, by_token=False).change.priority is None


def test_a_value_of_the_it_section_is_a_comment():
    """Staff have commands for this; their one word goes to the officer."""
    assert (ASHA.email, LetterKind.COMMENT) in letters(when(CHITRA, "high", ticket=MISSING))


def test_a_value_on_a_waiting_ticket_also_answers_the_question():
    """The IT section waited for an answer: the field is filled, and the ticket goes on."""
    decision = when(ASHA, "E-way Bill", ticket=replace(MISSING, status=Status.WAITING))
    assert (decision.change.module, decision.change.status) == ("e-way-bill", Status.IN_PROGRESS)
    assert (CHITRA.email, LetterKind.COMMENT) in letters(decision)


def test_a_claim_asks_the_stored_address_and_tells_nothing():
    """The stranger reads the same sentence, whether the officer is asked or not."""
    ticket = make_ticket(requester=STRANGER, verified=False, employee_id="")
    asked = when(STRANGER, "104872", ticket=ticket, employee=ASHA, stranger=Stranger(may_claim=True))
    not_asked = when(STRANGER, "104872", ticket=ticket, employee=None)
    assert (ASHA.email, LetterKind.BINDING) in letters(asked)
    assert codes(asked, STRANGER) == codes(not_asked, STRANGER) == ["employee_id_taken"]
    assert [event for event in asked.events if not event.internal] == []
    assert asked.change == not_asked.change


def test_nobody_binds_an_address_to_the_it_section():
    """Commands of the IT section come from the exact stored address, so nobody there is asked."""
    ticket = make_ticket(requester=STRANGER, verified=False, employee_id="")
    decision = when(STRANGER, "200001", ticket=ticket, employee=CHITRA, stranger=Stranger(may_claim=True))
    assert decision.binding is None


def test_the_question_carries_the_nonce_that_its_answer_is_found_by():
    """The finished letter has the token of exactly this request."""
    ticket = make_ticket(requester=STRANGER, verified=False, employee_id="")
    decision = when(STRANGER, "104872", ticket=ticket, employee=ASHA, stranger=Stranger(may_claim=True))
    order = next(letter for letter in decision.letters if letter.kind is LetterKind.BINDING)
    writer = make_writer(load_settings(None), DESK)
    letter = writer.write_for_desk(order, Thread(), NOW, order.key)
    assert {token.nonce for token in find_tokens([letter.message_id])} == {decision.binding.nonce}
    assert decision.binding.nonce == nonce_of(ASHA, order.key)
    assert b"portal" not in letter.raw.lower()
