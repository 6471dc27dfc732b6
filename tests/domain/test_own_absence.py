"""AWAY and BACK: which words of the IT section mean an absence, and which are sentences."""

from __future__ import annotations

import pytest

from mailbot.domain.decision import EventKind, Outcome
from mailbot.domain.ticket import Status
from tests.builders import ASHA, CHITRA, codes, decide_mail, make_known, make_mail, the_desk, when

UNTIL_THE_FIFTH = (
    "AWAY until 2026-12-05",
    "away till 5 Dec",
    "on leave till 5 Dec",
    "I am on leave till 5 December, thanks",
    "leave: 5 Dec",
    "अवकाश 5 दिसंबर तक",
    "छुट्टी पर 5 दिसंबर तक",
    "मैं 5 दिसंबर तक अवकाश पर हूँ",
    "5 दिसंबर तक छुट्टी पर",
    "main 5 december tak chutti par hoon",
)
RETURNS = (
    "BACK",
    "back",
    "Back now",
    "i am back",
    "I am back, thanks",
    "back from leave",
    "वापस",
    "वापस आ गया",
    "वापस आ गई हूँ",
    "मैं वापस आ गया हूँ",
    "wapas aa gaya",
    "Back\n\nRegards\nChitra Rao",
)
SENTENCES = (
    "I am on leave, my login does not work",
    "I am on leave till 5 Dec, give my login to Imran",
    "On leave I cannot see the refund module",
    "Away from desk, please call after 3",
    "Leave application portal is not working",
    "अवकाश पोर्टल 5 दिसंबर से बंद है",
    "छुट्टी का आवेदन नहीं खुल रहा",
    "Back. The portal is up again, please try.",
    "Back to the officer for the PAN",
    "back\nThe refund module works again, please try.",
    "वापस भेज दिया गया है",
    "The portal is back",
)


def fresh(says, sender):
    """Return what happens when somebody who is proven writes this in a fresh mail, in subject and text."""
    return decide_mail(
        make_mail(says, sender=sender, subject=says.split("\n")[0]), make_known(sender, sender_proven=True)
    )


@pytest.mark.parametrize("says", UNTIL_THE_FIFTH)
def test_an_absence_is_said_in_one_line(says):
    """A word for absence with a day and nothing else counts, in a reply and in a fresh mail."""
    for decision in (when(CHITRA, says), fresh(says, CHITRA)):
        assert decision.outcome is Outcome.ANSWERED
        assert f"{decision.settings.away_until.astimezone(the_desk().timezone):%Y-%m-%d}" == "2026-12-06"


@pytest.mark.parametrize("says", RETURNS)
def test_a_return_is_said_in_one_line(says):
    """Nothing else may be said beside it, but for thanks and a name."""
    for decision in (when(CHITRA, says), fresh(says, CHITRA)):
        assert decision.settings.back
        assert not decision.events


@pytest.mark.parametrize("says", SENTENCES)
def test_a_sentence_is_no_absence(says):
    """In a reply it goes to the officer whole, in a fresh mail it opens a ticket: nothing is swallowed."""
    reply = when(CHITRA, says, Status.IN_PROGRESS)
    assert reply.settings is None
    assert [(event.kind, event.text) for event in reply.events] == [(EventKind.COMMENTED, says)]
    opened = fresh(says, CHITRA)
    assert (opened.outcome, opened.settings) == (Outcome.OPENED, None)


@pytest.mark.parametrize("says", [*UNTIL_THE_FIFTH, *RETURNS, *SENTENCES])
def test_an_officer_is_never_sent_away(says):
    """Only the IT section has absences; an officer's words are a comment or a new problem."""
    assert [event.kind for event in when(ASHA, says).events] == [EventKind.COMMENTED]
    assert fresh(says, ASHA).outcome is Outcome.OPENED


def test_a_word_alone_asks_for_the_day():
    """AWAY without a day, or with one that cannot be read, is answered with the accepted forms."""
    for says in ("AWAY", "away", "on leave", "AWAY until the moon is blue"):
        assert codes(when(CHITRA, says), CHITRA) == ["day_unknown"]
