"""The figures of the samples, on an occasion of the desk in Lucknow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mailbot.demo.samples.figures import (
    DAY,
    HOUR,
    MODULES,
    MORNING,
    NAMES,
    OFFICES,
    TITLES,
    ZONE,
    make_counts,
    make_digest,
    make_line,
    make_listed,
    make_month,
    make_news,
    make_week,
)
from mailbot.domain.reporting.bulletin import Occasion
from tests.builders import CHITRA, DEV, the_desk

if TYPE_CHECKING:
    from datetime import datetime

__all__ = [
    "DAY",
    "HOUR",
    "MODULES",
    "MORNING",
    "NAMES",
    "OFFICES",
    "TITLES",
    "ZONE",
    "make_counts",
    "make_digest",
    "make_line",
    "make_listed",
    "make_month",
    "make_news",
    "make_occasion",
    "make_week",
]


def make_occasion(now: datetime = MORNING, **changes: Any) -> Occasion:
    """Return an occasion of the desk in Lucknow, for Chitra and Dev, who leads."""
    values: dict[str, Any] = {"now": now, "desk": the_desk(), "staff": (CHITRA, DEV)}
    return Occasion(**{**values, **changes})
