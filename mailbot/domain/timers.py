"""What happens when time has passed and nobody wrote. A timer is a row with a due time."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from mailbot.domain.addressing import to_requester
from mailbot.domain.decision import Change, Decision, Event, EventKind, Outcome
from mailbot.domain.letter import LetterKind
from mailbot.domain.ticket import Actor, Status, Step, status_after

if TYPE_CHECKING:
    from datetime import datetime

    from mailbot.domain.desk import Desk
    from mailbot.domain.people import Person
    from mailbot.domain.ticket import Ticket

TIMER_NAME = "timer"


class TimerKind(StrEnum):
    """The timers a ticket can have."""

    CLOSE = "close"


def timers_for(status: Status, desk: Desk, now: datetime) -> dict[TimerKind, datetime]:
    """Return the timers a ticket has after it came into a status; all earlier ones are gone."""
    return {TimerKind.CLOSE: now + desk.close_after} if status is Status.RESOLVED else {}


def decide_timer(kind: TimerKind, ticket: Ticket, requester: Person | None) -> Decision:
    """Return what a due timer does; nothing when the ticket has moved on."""
    target = status_after(Step.CLOSE, ticket.status, frozenset({Actor.TIMER}))
    if kind is not TimerKind.CLOSE or target is None:
        return Decision(
            Outcome.IGNORED, (f"The ticket is {ticket.status}; there is nothing to do.",), ticket=ticket.number
        )
    reason = "Nobody answered since it was resolved."
    return Decision(
        outcome=Outcome.UPDATED,
        reasons=(reason,),
        ticket=ticket.number,
        expected_version=ticket.version,
        change=Change(status=target),
        events=(Event(EventKind.CLOSED, TIMER_NAME, "", reason),),
        letters=to_requester(LetterKind.CLOSED, ticket, requester),
    )
