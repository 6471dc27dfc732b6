"""The story of time: what is due -> decide -> apply. Timers are rows; this program's clock only asks for them."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from mailbot.domain.errors import ChangedMeanwhileError
from mailbot.domain.timers import decide_timer

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from mailbot.domain.decision import Decision
    from mailbot.domain.people import Person
    from mailbot.domain.ticket import Ticket
    from mailbot.domain.timers import TimerKind

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DueTimer:
    """A timer whose time has come, with the ticket it belongs to as it stands now."""

    id: int
    kind: TimerKind
    due_at: datetime
    ticket: Ticket
    requester: Person | None


class Timers(Protocol):
    """The rows of things that become due."""

    def find_due(self, now: datetime, limit: int) -> list[DueTimer]:
        """Return timers whose time has come, oldest first."""

    def apply_timer(self, timer: DueTimer, decision: Decision, now: datetime) -> None:
        """Obey the decision and remove the timer, in one transaction.

        Raises ChangedMeanwhileError when the timer is gone or the ticket changed.
        """


@dataclass(frozen=True, slots=True)
class Reminder:
    """The part of the desk that acts when nobody writes."""

    timers: Timers
    now: Callable[[], datetime]

    def remind_due(self, limit: int = 50) -> int:
        """Act on timers that are due; return how many were looked at."""
        now = self.now()
        due = self.timers.find_due(now, limit)
        for timer in due:
            decision = decide_timer(timer.kind, timer.ticket, timer.requester)
            try:
                self.timers.apply_timer(timer, decision, now)
            except ChangedMeanwhileError:
                log.info("timer %s met another change of its ticket and is looked at again", timer.id)
        return len(due)
