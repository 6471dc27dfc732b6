"""What an answer of an SMTP server means for a letter (RFC 5321 4.2.1, RFC 3463): sent, later, refused, or unknown."""

from __future__ import annotations

import re
from enum import IntEnum

from mailbot.adapters.pacing import Trouble, find_trouble
from mailbot.deliver import Result

# Permanent by their number, but about our account or today's quota and not about this letter.
ABOUT_US = (Trouble.AUTH, Trouble.QUOTA, Trouble.THROTTLED)
ABOUT_THE_SIZE = re.compile(r"^552\b|\b5\.3\.4\b|\b5\.2\.3\b")
SERVICE_CLOSING = 421


class Stage(IntEnum):
    """How far a letter got; only from DOT on the server may have it."""

    MAIL = 1
    RCPT = 2
    DATA = 3
    BODY = 4
    DOT = 5


def judge_answer(stage: Stage, code: int, answer: str) -> Result:
    """Return what a negative answer means, by the stage it was given in.

    A refused sender (MAIL) is a matter of the desk's own account: the letter waits until a person has mended that.
    """
    text = f"{code} {answer}"
    if code // 100 != 5:  # noqa: PLR2004 - 5yz is the permanent class
        return Result.UNKNOWN if stage is Stage.DOT and code // 100 != 4 else Result.LATER  # noqa: PLR2004 - 4yz
    if stage is Stage.MAIL and not ABOUT_THE_SIZE.search(text):
        return Result.LATER
    return Result.LATER if find_trouble(text) in ABOUT_US else Result.REFUSED


def judge_loss(stage: Stage) -> Result:
    """Return what a lost connection means: without the final dot the server must not deliver (RFC 5321 4.1.1.4)."""
    return Result.UNKNOWN if stage is Stage.DOT else Result.LATER
