"""How many letters the provider lets go out in a day, and whose letters the last fifth of them is kept for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from mailbot.domain.letter import LETTERS, Audience, LetterKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mailbot.domain.letter import LetterOrder

# What providers allow in a rolling day; for others the settings say it, or nothing is counted.
PROVIDERS: Mapping[str, int] = {"none": 0, "gmail": 500, "workspace": 2_000, "nic": 0}
# Of ten letters two are kept for what people write.
OF_TEN, FOR_ALL = 10, 8


class Priority(IntEnum):
    """In which order letters go out, and which may use the last fifth of the day's letters: those of people."""

    PEOPLE = 0
    ANSWER = 1
    NOTICE = 2
    DIGEST = 3


# Letters that the passing of time brings about, or that only sum up.
_NOTICES = frozenset(
    {
        LetterKind.WAITING_REMINDER,
        LetterKind.CLOSING_SOON,
        LetterKind.REMINDER,
        LetterKind.ESCALATED,
        LetterKind.BINDING,
        LetterKind.MOVED,
    }
)
_DIGESTS = frozenset(
    {LetterKind.DIGEST, LetterKind.PENDENCY, LetterKind.MONTHLY, LetterKind.HOURLY, LetterKind.CAUGHT_UP}
)


def find_priority(order: LetterOrder) -> Priority:
    """Return how urgent a letter is: what somebody wrote to an officer comes first."""
    if order.kind in _DIGESTS:
        return Priority.DIGEST
    if LETTERS[order.kind].replied:
        return Priority.ANSWER
    if order.kind in _NOTICES or order.audience is Audience.STAFF:
        return Priority.NOTICE
    return Priority.PEOPLE


@dataclass(frozen=True, slots=True)
class Room:
    """How many letters may still go out: of people, and of all others."""

    people: int
    others: int


@dataclass(frozen=True, slots=True)
class SendQuota:
    """What may be sent in a rolling day; 0 means that nobody counts."""

    per_day: int = 0

    def find_room(self, sent: int) -> Room:
        """Return what is left after so many letters of the last 24 hours."""
        return Room(max(0, self.per_day - sent), max(0, self.per_day * FOR_ALL // OF_TEN - sent))


NO_QUOTA = SendQuota()


def tell_quota(quota: SendQuota, sent: int, waiting: int) -> str:
    """Return what a person must know of a quota that is used up while letters wait, or an empty string."""
    if not quota.per_day or not waiting or quota.find_room(sent).others:
        return ""
    return (
        f"{sent} of the {quota.per_day} letters that the provider allows in 24 hours are sent, and {waiting} wait. "
        "They go out by themselves as the day moves on, those that people wrote first. If this happens often, ask the "
        "provider for more, or let the IT section have its news hourly ([letters.default_pace])."
    )
