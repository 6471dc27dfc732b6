"""Webhooks: what programs are told about a ticket, when telling is tried again, and when it is given up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from mailbot.domain.ticket import Status

if TYPE_CHECKING:
    from datetime import datetime

    from mailbot.domain.ticket import Ticket


class HookEvent(StrEnum):
    """What a webhook may ask to be told."""

    OPENED = "ticket.opened"
    STATUS_CHANGED = "ticket.status_changed"
    RESOLVED = "ticket.resolved"
    REOPENED = "ticket.reopened"
    CLOSED = "ticket.closed"


class HookState(StrEnum):
    """Whether a webhook is told anything; OFF is for one that failed for days."""

    ON = "on"
    OFF = "off"
    REMOVED = "removed"


class DeliveryState(StrEnum):
    """How a message fares."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Hook:
    """A webhook that is told now."""

    id: int
    url: str
    secret: str
    failures: int
    failing_since: datetime | None


@dataclass(frozen=True, slots=True)
class HookMessage:
    """One thing to tell one webhook; it has no words of people."""

    id: int
    uuid: str
    event: HookEvent
    ticket: str
    version: int
    status: str
    previous: str
    employee_id: str
    at: datetime
    attempts: int


@dataclass(frozen=True, slots=True)
class HookAnswer:
    """What came of an attempt; `status` is 0 when nothing was answered. `words` are for those who look after it."""

    status: int
    words: str

    @property
    def is_taken(self) -> bool:
        """Whether the message arrived."""
        return 200 <= self.status < 300  # noqa: PLR2004 - what HTTP calls success

    @property
    def is_gone(self) -> bool:
        """Whether the other side wants nothing any more (410)."""
        return self.status == 410  # noqa: PLR2004


# A webhook gets its messages in order, so one that fails holds up the later ones of the same webhook.
_PAUSES = tuple(timedelta(seconds=s) for s in (10, 30, 60, 300, 900, 1800, 3600, 7200, 14400, 28800))
# In all about 17 hours; then the message is given up, and the next one tried.
MOST_ATTEMPTS = len(_PAUSES)


def pause_after(failures: int) -> timedelta:
    """Return how long a webhook is left alone after so many failures one after the other."""
    return _PAUSES[min(max(failures, 1), len(_PAUSES)) - 1]


def is_given_up(hook: Hook, answer: HookAnswer, now: datetime, patience: timedelta) -> bool:
    """Tell whether a webhook is switched off after this failure: it is gone, or has failed for so long."""
    return answer.is_gone or (hook.failing_since is not None and now - hook.failing_since >= patience)


def find_hook_events(before: Ticket | None, after: Ticket) -> tuple[HookEvent, ...]:
    """Return what a change of a ticket means to those who listen; a change of the status means two things."""
    if before is None:
        return (HookEvent.OPENED,)
    if before.status is after.status:
        return ()
    named = {Status.RESOLVED: HookEvent.RESOLVED, Status.CLOSED: HookEvent.CLOSED}.get(after.status)
    if after.reopen_count > before.reopen_count:
        named = HookEvent.REOPENED
    return (HookEvent.STATUS_CHANGED, named) if named else (HookEvent.STATUS_CHANGED,)
