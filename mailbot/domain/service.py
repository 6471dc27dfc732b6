"""What the desk promises: how soon it answers and resolves, whom it reminds of that, and who hears of a broken promise.

All spans are working time, except `closing_notice`, which counts like the days until a ticket closes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Promise:
    """What is promised for one priority: the first answer, and the solution."""

    answer: timedelta
    resolve: timedelta


@dataclass(frozen=True, slots=True)
class Service:
    """The policy of promises. A priority that `promises` does not name has none.

    `early_share` is the part of a promise after which the first reminder comes. `level_1_after` and `level_2_after`
    count from a broken promise; `senior` is the Employee ID of who is told on level 2, or empty. An officer whose
    answer is waited for is reminded every `waiting_days` working days, `waiting_reminders` times at the most.
    What became due longer ago than `late_after` is told in one letter.
    """

    promises: Mapping[str, Promise]
    early_share: float
    level_1_after: timedelta
    level_2_after: timedelta
    senior: str
    waiting_days: int
    waiting_reminders: int
    closing_notice: timedelta
    late_after: timedelta
