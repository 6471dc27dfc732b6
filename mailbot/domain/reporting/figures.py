"""What the tables of the desk give for reports: plain rows, counted where a database can count."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mailbot.domain.health import NOTHING_HELD

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mailbot.domain.health import HeldBack
    from mailbot.domain.reporting.periods import Period

# The ages of open tickets, as full days since they were registered: from, up to, and the key of its words.
AGES: tuple[tuple[int, int | None, str], ...] = (
    (0, 1, "age_0_1"),
    (2, 3, "age_2_3"),
    (4, 7, "age_4_7"),
    (8, 15, "age_8_15"),
    (16, 30, "age_16_30"),
    (31, None, "age_31"),
)


@dataclass(frozen=True, slots=True)
class OpenLine:
    """An open ticket in a list; `due_at` is its nearest promise."""

    number: str
    title: str
    module: str
    priority: str
    requester: str
    office: str
    assignee: str
    opened_at: datetime
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """The first rows of a list, and how many there are."""

    rows: tuple[OpenLine, ...] = ()
    total: int = 0


@dataclass(frozen=True, slots=True)
class MailLine:
    """A mail that could not be read."""

    id: int
    sender: str
    subject: str
    arrived_at: datetime


@dataclass(frozen=True, slots=True)
class FoundLine:
    """A mail that went past the inbox; `folder` is where it was found."""

    id: int
    folder: str
    sender: str
    subject: str
    arrived_at: datetime


@dataclass(frozen=True, slots=True)
class FailedLetter:
    """A letter that could not be delivered; `answer` is what the server said."""

    to: str
    kind: str
    subject: str
    answer: str
    failed_at: datetime


@dataclass(frozen=True, slots=True)
class DigestFigures:
    """What a daily digest tells: `since` the last one, and as things stand now.

    `is_balanced` tells that each mail that came in since then has one end, or waits. `held_back` is what keeps letters
    back, `per_day` how many the provider allows (0: nobody counts). `anchor` is the last proof of all histories.
    """

    since: datetime
    new: Listed = Listed()
    due_today: Listed = Listed()
    overdue: Listed = Listed()
    reopened: Listed = Listed()
    unassigned: Listed = Listed()
    quarantined: tuple[MailLine, ...] = ()
    undelivered: tuple[FailedLetter, ...] = ()
    elsewhere: tuple[FoundLine, ...] = ()
    states: Mapping[str, int] = field(default_factory=dict)
    outcomes: Mapping[str, int] = field(default_factory=dict)
    is_balanced: bool = True
    open_count: int = 0
    held_back: HeldBack = NOTHING_HELD
    per_day: int = 0
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class OpenCount:
    """How many tickets of one office and module are open, one number for each of AGES."""

    zone: str
    office: str
    module: str
    ages: tuple[int, ...]
    overdue: int = 0
    reopened: int = 0

    @property
    def open(self) -> int:
        """All of them."""
        return sum(self.ages)


@dataclass(frozen=True, slots=True)
class Course:
    """What a period knows of one ticket: where it belongs, and when it was registered, answered and resolved.

    `waited_seconds` is the working time that the desk waited for the requester; it counts in no solution's time.
    """

    module: str
    zone: str
    staff: str
    opened_at: datetime
    answered_at: datetime | None = None
    resolved_at: datetime | None = None
    rating: int | None = None
    waited_seconds: int = 0


@dataclass(frozen=True, slots=True)
class PeriodFigures:
    """The tickets that were registered, resolved and re-opened in a period; each stands once in each of the three."""

    period: Period
    received: tuple[Course, ...] = ()
    resolved: tuple[Course, ...] = ()
    reopened: tuple[Course, ...] = ()


@dataclass(frozen=True, slots=True)
class HeldNews:
    """One piece of news that waits for somebody's hourly letter."""

    id: int
    number: str
    title: str
    kind: str
    actor: str
    text: str
    at: datetime
