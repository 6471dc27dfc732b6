"""Which news the IT section may have later or not at all, and how each of its people wants them."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

from mailbot.domain.letter import Audience, LetterKind
from mailbot.domain.trust import normal_address

if TYPE_CHECKING:
    from mailbot.domain.decision import Decision
    from mailbot.domain.desk import Desk, Known
    from mailbot.domain.letter import LetterOrder
    from mailbot.domain.people import Person


class Pace(StrEnum):
    """How news reach somebody."""

    IMMEDIATE = "immediate"
    HOURLY = "hourly"
    OFF = "off"


_ANY = frozenset(Pace)

# The paces that each kind of news to the IT section allows. What is not named always comes at once: reminders,
# escalations, and the answers to one's own mails. A re-opened ticket may wait for an hour, and is never lost.
ALLOWED: dict[LetterKind, frozenset[Pace]] = {
    LetterKind.NEW_TICKET: _ANY,
    LetterKind.COMMENT: _ANY,
    LetterKind.REOPENED: frozenset({Pace.IMMEDIATE, Pace.HOURLY}),
    LetterKind.STATUS_CHANGED: _ANY,
}
# News that say this concern nobody else, so that they cannot be switched off: they come within the hour.
ONLY_FOR_READER = frozenset({"assigned_to_you", "rated_low"})


def find_pace(letter: LetterOrder, person: Person, desk: Desk) -> Pace:
    """Return how this person gets this letter."""
    allowed = ALLOWED.get(letter.kind)
    if allowed is None or letter.audience is not Audience.STAFF:
        return Pace.IMMEDIATE
    wanted = person.notify.get(letter.kind) or desk.paces.get(letter.kind, "")
    pace = Pace(wanted) if wanted in set(Pace) else Pace.IMMEDIATE
    concerns_only_reader = any(notice.code in ONLY_FOR_READER for notice in letter.notices)
    if pace is Pace.OFF and (concerns_only_reader or pace not in allowed):
        return Pace.HOURLY
    return pace


def hold_news(decision: Decision, known: Known, desk: Desk) -> Decision:
    """Return the decision with the news that people want hourly held back, and those that they want off left out.

    The other decisions that the same mail brings about are treated alike.
    """
    staff = {normal_address(person.email): person for person in known.staff}
    now, held = [], []
    for letter in decision.letters:
        person = staff.get(normal_address(letter.to))
        pace = find_pace(letter, person, desk) if person else Pace.IMMEDIATE
        if known.energy.saving and pace is Pace.IMMEDIATE and person and letter.kind in ALLOWED:
            pace = Pace.HOURLY  # what may still be sent today is kept for what people write
        if pace is Pace.IMMEDIATE:
            now.append(letter)
        elif pace is Pace.HOURLY:
            held.append(letter)
    also = tuple(hold_news(other, known, desk) for other in decision.also)
    return replace(decision, letters=tuple(now), held=(*decision.held, *held), also=also)
