"""A clock that jumps ahead must not make everything due at once: it is believed only when it stays there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

# A desk that was switched off for longer waits some minutes when it is back; a clock that is a day ahead is worth that.
LONGEST_STEP = timedelta(days=1, hours=1)
PATIENCE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class ClockState:
    """What the clock said at the last look that was believed, and since when and until when it is doubted."""

    believed_at: datetime | None = None
    doubted_since: datetime | None = None
    doubted_at: datetime | None = None

    @property
    def is_trusted(self) -> bool:
        """Whether timers may be looked at."""
        return self.doubted_since is None


def judge_clock(state: ClockState, now: datetime) -> ClockState:
    """Return the state after one more look at the clock.

    A clock that goes back is believed: nothing becomes due by that. One that leaps ahead is doubted until it has gone
    on from there, without another leap, for some minutes.
    """
    believed = ClockState(believed_at=now)
    if state.believed_at is None or now - state.believed_at <= LONGEST_STEP:
        return believed
    since, at = state.doubted_since, state.doubted_at
    if since is None or at is None or not timedelta(0) <= now - at <= LONGEST_STEP:
        return replace(state, doubted_since=now, doubted_at=now)
    return believed if now - since >= PATIENCE else replace(state, doubted_at=now)
