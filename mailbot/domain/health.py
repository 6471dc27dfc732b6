"""How the desk fares, and whether it is well: what monitoring is told in one number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

# Heartbeats come every fifteen seconds; a slow disk may hold one up for a while.
LONGEST_PAUSE = timedelta(minutes=2)


class Health(IntEnum):
    """The exit codes of `mailbot status`."""

    WELL = 0
    NEEDS_A_PERSON = 1
    NOT_RUNNING = 2


@dataclass(frozen=True, slots=True)
class PartLine:
    """One part of one worker."""

    part: str
    worker: str
    beaten_at: datetime
    succeeded_at: datetime | None
    failed_at: datetime | None
    error: str


@dataclass(frozen=True, slots=True)
class WorkerLine:
    """One worker: its last sign of life, and whether that is recent enough to say that it runs."""

    worker: str
    beaten_at: datetime
    is_alive: bool


@dataclass(frozen=True, slots=True)
class AlarmLine:
    """One alarm that sounds."""

    code: str
    text: str
    sounded_at: datetime
    told_at: datetime | None


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits, and since when the oldest of it does."""

    waiting: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class HeldBack:
    """What keeps letters back: muted addresses, stopped answers, and how much of the day's sending is used.

    `waiting` are letters that are due; `stopped_at` is None while automatic answers go out.
    """

    muted: int = 0
    muted_staff: int = 0
    stopped_at: datetime | None = None
    stopped_why: str = ""
    sent: int = 0
    waiting: int = 0


NOTHING_HELD = HeldBack()


@dataclass(frozen=True, slots=True)
class Status:
    """How the desk fares at one moment."""

    at: datetime
    parts: tuple[PartLine, ...]
    alarms: tuple[AlarmLine, ...]
    mails: Queue
    letters: Queue
    last_mail_at: datetime | None
    last_letter_at: datetime | None
    letters_sent_today: int
    quarantined: int
    undelivered: int
    newest_mail: int
    newest_letter: int
    newest_ticket: int
    canary_sent_at: datetime | None
    canary_seconds: float | None
    held_back: HeldBack = NOTHING_HELD
    workers: tuple[WorkerLine, ...] = ()


def find_workers(heartbeats: Sequence[PartLine], now: datetime) -> tuple[WorkerLine, ...]:
    """Return the workers that these parts belong to, in the order of their names."""
    last: dict[str, datetime] = {}
    for beat in heartbeats:
        last[beat.worker] = max(beat.beaten_at, last.get(beat.worker, beat.beaten_at))
    return tuple(WorkerLine(name, at, now - at <= LONGEST_PAUSE) for name, at in sorted(last.items()))


def judge_health(heartbeats: Sequence[PartLine], alarms: int, now: datetime) -> Health:
    """Return how the desk is: no worker writes heartbeats, or one does and alarms sound, or all is well."""
    if not any(now - beat.beaten_at <= LONGEST_PAUSE for beat in heartbeats):
        return Health.NOT_RUNNING
    return Health.NEEDS_A_PERSON if alarms else Health.WELL
