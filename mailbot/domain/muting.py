"""Addresses that do not take our letters: when they are muted, whoever they belong to, and for how long."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from mailbot.domain.decision import Bounced
from mailbot.domain.trust import normal_address

if TYPE_CHECKING:
    from mailbot.domain.decision import Decision
    from mailbot.domain.desk import Known
    from mailbot.domain.mail import IncomingMail
    from mailbot.domain.understanding import Understanding

COUNTED = timedelta(days=7)
MUTED = timedelta(days=60)
PERMANENT_BOUNCES, TEMPORARY_BOUNCES = 1, 3
MUTED_ANSWER = (
    "Not sent: this address is muted because it did not take earlier letters. See `mailbot people muted`; when it "
    "works again, `mailbot people unmute` it and write once more."
)
# About the letter or about us (RFC 3463: policy, content, size), and no word about the address.
_NOT_THE_ADDRESS = re.compile(
    r"\b[45]\.(3\.4|6\.\d{1,3}|7\.\d{1,3})\b|^552(?![ -]5\.2\.2)|^5\d\d.{0,80}(spam|content|virus)", re.IGNORECASE
)
# A full mailbox is emptied some day, whatever number the server gives it.
_PASSING = re.compile(
    r"\b[45]\.2\.2\b|\b4\.\d{1,3}\.\d{1,3}\b|over ?quota|quota exceeded|(mailbox|inbox).{0,20}full", re.IGNORECASE
)
_FINAL = re.compile(r"\b5\.1\.\d{1,3}\b|\b5\.4\.\d{1,3}\b")
_READ_AT_MOST = 20_000


def weigh_refusal(address: str, answer: str) -> Bounced | None:
    """Return what a refused letter says about its recipient, or None when it was refused for itself."""
    if _NOT_THE_ADDRESS.search(answer):
        return None
    return Bounced(normal_address(address), _PASSING.search(answer) is None, answer)


def note_bounce(decision: Decision, mail: IncomingMail, understanding: Understanding, known: Known) -> Decision:
    """Return the decision about an automatic mail; a bounce counts only when it names a letter that we wrote."""
    if not understanding.screening.bounce or known.reported is None:
        return decision
    words = mail.text[:_READ_AT_MOST]
    permanent = _FINAL.search(words) is not None or _PASSING.search(words) is None
    answer = f"The letter came back: {understanding.screening.reason}"
    return replace(decision, bounced=Bounced(normal_address(known.reported[1]), permanent, answer))


def is_mute_due(permanent: int, temporary: int) -> bool:
    """Tell whether so many bounces within `COUNTED` are enough."""
    return permanent >= PERMANENT_BOUNCES or temporary >= TEMPORARY_BOUNCES
