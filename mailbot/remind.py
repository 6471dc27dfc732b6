"""The story of time: what is due -> decide -> apply. Timers are rows; this program's clock only asks for them."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from mailbot.domain.clock_guard import ClockState, judge_clock
from mailbot.domain.errors import ChangedMeanwhileError
from mailbot.domain.late import CaughtUp, catch_up, is_late
from mailbot.domain.timers import DueTimer, decide_timer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from mailbot.domain.decision import Decision
    from mailbot.domain.desk import Desk
    from mailbot.domain.reporting.bulletin import Bulletin
    from mailbot.domain.schedules import DueSchedule

log = logging.getLogger(__name__)

# So many late timers are folded at once; more than that means more than one letter to a person, never a lost one.
MOST_LATE = 5_000


class Timers(Protocol):
    """The rows of things that become due."""

    def find_due(self, now: datetime, limit: int) -> list[DueTimer]:
        """Return timers whose time has come, oldest first."""

    def apply_timer(self, timer: DueTimer, decision: Decision, now: datetime) -> None:
        """Obey the decision and remove the timer, in one transaction.

        Raises ChangedMeanwhileError when the timer is gone or the ticket changed.
        """

    def apply_late(self, caught_up: CaughtUp, now: datetime) -> None:
        """Obey everything that late timers come to and remove them, in one transaction.

        Raises ChangedMeanwhileError when one of the timers is gone or one of the tickets changed.
        """

    def find_clock(self) -> ClockState:
        """Return what is known of the clock from the last look."""

    def keep_clock(self, state: ClockState) -> None:
        """Keep what is known of the clock."""

    def find_due_schedules(self, now: datetime) -> list[DueSchedule]:
        """Return the regular letters that are due; one that was never due before gets its first time now."""

    def settle_schedule(self, due: DueSchedule, bulletin: Bulletin | None, now: datetime) -> None:
        """Put the letters into the outbox and set the next time, in one transaction.

        Raises ChangedMeanwhileError when another worker did it.
        """


@dataclass(frozen=True, slots=True)
class Reminder:
    """The part of the desk that acts when nobody writes.

    `writers` say for the name of a regular letter who writes it; None when there is nothing to write.
    """

    timers: Timers
    now: Callable[[], datetime]
    desk: Desk
    writers: dict[str, Callable[[datetime], Bulletin | None]]

    def remind_due(self, limit: int = 50) -> int:
        """Act on timers that are due; return how many were looked at."""
        now = self.now()
        if not self._trusts_clock(now):
            return 0
        due = self.timers.find_due(now, limit)
        caught_up = 0
        if any(is_late(timer, self.desk, now) for timer in due):
            caught_up = self._catch_up(now)
            due = [timer for timer in self.timers.find_due(now, limit) if not is_late(timer, self.desk, now)]
        for timer in due:
            decision = decide_timer(timer, self.desk, now)
            try:
                self.timers.apply_timer(timer, decision, now)
            except ChangedMeanwhileError:
                log.info("timer %s met another change of its ticket and is looked at again", timer.id)
        return caught_up + len(due) + self._write_regular(now)

    def _trusts_clock(self, now: datetime) -> bool:
        before = self.timers.find_clock()
        state = judge_clock(before, now)
        self.timers.keep_clock(state)
        if not state.is_trusted and before.is_trusted:
            log.warning(
                "the clock says %s, and the last look at what is due was at %s: nothing is done for ten minutes, in "
                "case the clock is wrong. Set it, or wait.",
                now,
                state.believed_at,
            )
        return state.is_trusted

    def _catch_up(self, now: datetime) -> int:
        """Do what became due long ago, with one letter to each person."""
        late = [timer for timer in self.timers.find_due(now, MOST_LATE) if is_late(timer, self.desk, now)]
        caught_up = catch_up(late, self.desk, now)
        try:
            self.timers.apply_late(caught_up, now)
        except ChangedMeanwhileError:
            log.info("what is late met another change of a ticket and is looked at again")
            return 0
        log.info("%s late timers were told in %s letters", len(late), len(caught_up.letters))
        return len(late)

    def _write_regular(self, now: datetime) -> int:
        due: Sequence[DueSchedule] = self.timers.find_due_schedules(now)
        for schedule in due:
            writer = self.writers.get(schedule.name)
            bulletin = writer(now) if writer else None
            try:
                self.timers.settle_schedule(schedule, bulletin, now)
            except ChangedMeanwhileError:
                log.info("another worker wrote the regular letter %r", schedule.name)
        return len(due)
