"""What a mail's level brought about, or would have: one line with fixed words in the reasons of each decision.

In shadow mode nothing is decided by levels. Each mail is decided a second time as if they did, and what would have been
different is written down, so that `mailbot trust report` can count it before anybody is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from mailbot.domain.authority import Mode
from mailbot.domain.decision import Outcome

if TYPE_CHECKING:
    from mailbot.domain.authority import Verdict
    from mailbot.domain.decision import Decision
    from mailbot.domain.desk import Desk

_LINE = re.compile(r"\[trust (shadow|enforce) (A[0-2])(\+T)? ([a-z_]+) ([a-z_]+)(?: ([a-z]+))?\]")


class Effect(StrEnum):
    """What the level of a mail changes, as a code that stays the same."""

    SAME = "same"
    REFUSED = "refused"
    NEW_TICKET = "new_ticket"
    UNVERIFIED = "unverified"
    ALLOWED = "allowed"


SAID = {
    Effect.SAME: "Its level changes nothing.",
    Effect.REFUSED: "It is not sure enough who wrote it for what it wants.",
    Effect.NEW_TICKET: "It is not sure enough who wrote it for its words to join the ticket.",
    Effect.UNVERIFIED: "It is not sure that its sender is whom it names.",
    Effect.ALLOWED: "It is sure enough who wrote it without a reply token.",
}


@dataclass(frozen=True, slots=True)
class Trial:
    """One line as it is read back: the mode, the level, a token or none, why, and what came of it."""

    mode: Mode
    level: str
    has_token: bool
    because: str
    effect: Effect
    action: str = ""


def enforcing(desk: Desk) -> Desk:
    """Return the desk as it would be if levels decided."""
    return replace(desk, trust=replace(desk.trust, mode=Mode.ENFORCE))


def without_levels(desk: Desk) -> Desk:
    """Return the desk as it would be if only tokens decided."""
    return replace(desk, trust=replace(desk.trust, mode=Mode.OFF))


def compare(by_token: Decision, by_level: Decision) -> Effect:
    """Return what levels change about a decision."""
    if by_level.unproven and not by_token.unproven:
        return Effect.REFUSED
    if by_token.unproven and not by_level.unproven:
        return Effect.ALLOWED
    if by_token.outcome is Outcome.UPDATED and by_level.outcome is Outcome.OPENED:
        return Effect.NEW_TICKET
    if by_token.draft and by_level.draft and by_token.draft.verified and not by_level.draft.verified:
        return Effect.UNVERIFIED
    return Effect.SAME


def tell_trial(mode: Mode, verdict: Verdict, effect: Effect, action: str, *, has_token: bool) -> str:
    """Return the line for the reasons of a decision."""
    level = f"{verdict.level.name}+T" if has_token else verdict.level.name
    words = ("trust", mode, level, verdict.because, effect, action)
    return f"[{' '.join(word for word in words if word)}] {SAID[effect]}"


def parse_trial(reason: str) -> Trial | None:
    """Return what a reason tells of levels, or None when it tells something else."""
    match = _LINE.match(reason)
    if match is None:
        return None
    mode, level, token, because, effect, action = match.groups()
    return Trial(Mode(mode), level, bool(token), because, Effect(effect), action or "")
