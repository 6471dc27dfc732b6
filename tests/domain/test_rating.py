"""RATE: what counts as a rating while a ticket is still open, and what is a sentence about a rate."""

from __future__ import annotations

import pytest

from mailbot.domain.decision import EventKind
from mailbot.domain.letter import LetterKind
from mailbot.domain.ticket import Status
from tests.builders import ASHA, CHITRA, codes, letters, when

OPEN = (Status.NEW, Status.IN_PROGRESS, Status.WAITING)


@pytest.mark.parametrize("says", ["RATE 5", "rate 5", "Rating: 4", "रेटिंग 4", "RATE 5 - good work by Chitra"])
def test_an_open_ticket_cannot_be_rated_yet(says):
    """Asha reads when rating works and what is possible now; nothing is kept and the IT section hears nothing."""
    for status in OPEN:
        decision = when(ASHA, says, status)
        assert letters(decision) == {(ASHA.email, LetterKind.REFUSED)}
        assert codes(decision, ASHA) == ["rating_early"]
        assert decision.letters[0].notices[0].proposed.startswith("CANCEL")
        assert [(event.kind, event.internal) for event in decision.events] == [(EventKind.REFUSED, True)]
        assert decision.change.rating is None
        assert decision.change.status is None


@pytest.mark.parametrize(
    "says",
    [
        "5",
        "RATE: 18 % is wrong",
        "RATE 5 % is charged instead of 18 %",
        "Rating 4 of the dealer is wrong",
        "Rate 5% is not in the list",
    ],
)
def test_words_about_the_problem_stay_words(says):
    """A number that answers, a rate of tax and the rating of a dealer go to the IT section."""
    for status in OPEN:
        decision = when(ASHA, says, status)
        assert (CHITRA.email, LetterKind.COMMENT) in letters(decision)
        assert [event.kind for event in decision.events] == [EventKind.COMMENTED]


def test_the_same_words_rate_what_is_resolved():
    """Once it is resolved, the answer that was refused before is taken."""
    for says, stars in (("RATE 5", 5), ("rate 5", 5), ("रेटिंग 4", 4)):
        assert when(ASHA, says, Status.RESOLVED).change.rating == stars


def test_the_it_section_cannot_rate():
    """Chitra's RATE is refused whatever the status is."""
    for status in (*OPEN, Status.RESOLVED):
        assert codes(when(CHITRA, "RATE 5", status), CHITRA) == ["only_requester"]
