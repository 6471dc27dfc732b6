"""What holds for every mail whatsoever: a decision comes, nobody gets two letters, and no stranger gets one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.domain.decision import Outcome
from mailbot.domain.notice_codes import NOTICE_CODES
from mailbot.domain.ticket import Status
from mailbot.domain.trust import normal_address
from tests.builders import (
    ASHA,
    BHARAT,
    CHITRA,
    DESK_ADDRESS,
    DEV,
    STRANGER,
    decide_mail,
    make_known,
    make_mail,
    make_ticket,
)

WORDS = st.sampled_from(
    [
        *(
            "RESOLVED",
            "REOPEN",
            "TAKE",
            "ASK",
            "NOTE:",
            "CANCEL",
            "WORKS NOW",
            "हल हो गया",
            "पुनः खोलें",
            "ho gaya",
            "reopn",
        ),
        *("Thanks", "धन्यवाद", "not", "नहीं", "kab", "?", "\n", "\n\n", "[High]", "[Hihg]", "#refund", "Re:", " - ", "।"),
        *("Module: Refund", "Priority: Hihg", "Employee ID: 104872", "Mobile: 98390 12345", "TMS-2611-00042-7"),
        *(
            "victim@elsewhere.example",
            "\u200d",
            "\u202e",
            "\x00",
            "क्षि",
            "👨‍👩‍👧",
            "https://x.example/?a=b",
            "> quoted",
        ),
    ]
)
TEXTS = st.one_of(
    st.text(max_size=120), st.lists(WORDS, max_size=12).map(" ".join), st.lists(WORDS, max_size=8).map("\n".join)
)
ELSEWHERE = "victim@elsewhere.example"
SENDERS = st.sampled_from([ASHA, BHARAT, CHITRA, DEV, STRANGER, None])


@st.composite
def situations(draw):
    """Return any mail with what the tables may know of it; other addresses stand all over the mail."""
    sender = draw(SENDERS)
    mail = make_mail(
        draw(TEXTS),
        sender=sender,
        subject=draw(TEXTS),
        recipients=(DESK_ADDRESS, ELSEWHERE),
        headers={"reply-to": (ELSEWHERE,), "cc": (ELSEWHERE,), "return-path": (f"<{ELSEWHERE}>",)},
        sender_count=draw(st.sampled_from([0, 1, 1, 1, 2])) if sender else 0,
        oversized=draw(st.booleans()),
    )
    person = sender if sender not in {STRANGER, None} else None
    ticket = make_ticket(draw(st.sampled_from(Status))) if draw(st.booleans()) else None
    proven = {"by_token": draw(st.booleans())} if ticket else {}
    mentioned = draw(st.sampled_from([(), ("TMS-2611-00043-4",)]))
    return mail, make_known(person, ticket, mentioned=mentioned, answers_last_hour=draw(st.integers(0, 30)), **proven)


@settings(max_examples=150)
@given(situations())
def test_every_mail_gets_one_whole_decision(situation):
    """No text raises, one outcome with a reason comes out, and it names a draft or a ticket exactly when it should."""
    mail, known = situation
    decision = decide_mail(mail, known)
    assert decision.reasons
    assert (decision.draft is not None) == (decision.outcome is Outcome.OPENED)
    assert decision.outcome is not Outcome.UPDATED or (decision.ticket and decision.expected_version)
    assert {notice.code for letter in decision.letters for notice in letter.notices} <= set(NOTICE_CODES)


@settings(max_examples=150)
@given(situations())
def test_nobody_gets_two_letters_and_no_stranger_any(situation):
    """One letter a person, only to the sender, the requester and the staff, never to an address in the mail."""
    mail, known = situation
    decision = decide_mail(mail, known)
    recipients = [normal_address(letter.to) for letter in decision.letters]
    allowed = {CHITRA.email, DEV.email, mail.sender.address if mail.sender else ""}
    allowed |= {known.ticket.requester} if known.ticket else set()
    assert len(recipients) == len(set(recipients))
    assert set(recipients) <= allowed


@settings(max_examples=150)
@given(situations())
def test_without_a_token_no_status_is_commanded(situation):
    """A From line alone resolves, closes, re-opens and assigns nothing; a comment may start the work at most."""
    mail, known = situation
    decision = decide_mail(mail, known)
    if decision.change is not None and not known.by_token:
        assert decision.change.status in {None, Status.IN_PROGRESS}
        assert known.ticket.status not in {Status.RESOLVED, Status.CLOSED} or decision.change.status is None
        assert (decision.change.module, decision.change.priority, decision.change.mobile) == (None, None, None)


@pytest.mark.parametrize("status", Status)
def test_an_empty_mail_is_decided_in_every_status(status):
    """Nothing written, nothing changed."""
    decision = decide_mail(make_mail("", subject=""), make_known(ticket=make_ticket(status)))
    assert (decision.letters, decision.events) == ((), ())
