"""Several questions in one mail, and questions in a reply: each is answered, and the ticket stays as it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailbot.domain.decision import EventKind, Outcome
from mailbot.domain.letter import LetterKind
from mailbot.domain.ticket import Status
from tests.builders import ASHA, NUMBER, OTHER_NUMBER, codes, letters, when
from tests.domain.test_questions import LINE, SOLVED, ask, only_letter, table


def test_two_months_are_one_letter_with_one_file():
    """REPORT twice: each month is named, a row for each ticket of both, and a month that cannot be read is said."""
    decision = ask("", "REPORT September\nREPORT October\nREPORT Octember", lists={"resolved": (SOLVED,)})
    letter = only_letter(decision)
    values = dict(letter.values)
    assert values["periods"] == "01.09.2026 – 30.09.2026, 01.10.2026 – 31.10.2026"
    assert values["file"] == "TMS-report-2026-09-and-2026-10"
    assert len(table(letter, "resolved_tickets")) == 1
    assert codes(decision, ASHA) == ["month_unknown"]


def test_two_status_lines_are_one_letter():
    """STATUS of the answered ticket and of another one: both in one table, also when a word stands alone."""
    other = replace(LINE, number=OTHER_NUMBER)
    for says in (f"STATUS {NUMBER}\nSTATUS {OTHER_NUMBER}", f"STATUS\nSTATUS {OTHER_NUMBER}"):
        decision = when(ASHA, says, Status.IN_PROGRESS, lists={"asked": (LINE, other)})
        assert {row["number"] for row in table(only_letter(decision), "status_of")} == {NUMBER, OTHER_NUMBER}


def test_a_status_alone_beside_one_with_a_number_asks_for_all_own_tickets():
    """In a fresh mail nothing says which ticket a lone STATUS means."""
    lists = {"asked": (LINE,), "own": (LINE,)}
    decision = ask("", f"STATUS\nSTATUS {NUMBER}", lists=lists, own_counts={"new": 1})
    assert letters(decision) == {(ASHA.email, LetterKind.STATUS), (ASHA.email, LetterKind.MY_TICKETS)}


@pytest.mark.parametrize("says", ["STATUS", "MY TICKETS", "REPORT October", "मदद", "LANG HI"])
def test_a_question_in_a_reply_leaves_the_ticket_as_it_is(says):
    """It counts as answered; the ticket gets no version, no line of history and no news."""
    decision = when(ASHA, says, Status.IN_PROGRESS, lists={"asked": (LINE,)})
    assert (decision.outcome, decision.ticket, decision.events) == (Outcome.ANSWERED, NUMBER, ())
    assert {letter.to for letter in decision.letters} == {ASHA.email}


def test_a_question_beside_other_words_still_updates():
    """STATUS above a problem: the words reach the IT section and the question has its answer."""
    decision = when(
        ASHA, f"STATUS {NUMBER}\nThe error is also in GSTR-1.", Status.IN_PROGRESS, lists={"asked": (LINE,)}
    )
    assert decision.outcome is Outcome.UPDATED
    assert [event.kind for event in decision.events] == [EventKind.COMMENTED]
    assert (ASHA.email, LetterKind.STATUS) in letters(decision)
