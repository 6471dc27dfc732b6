"""Medians instead of averages: one ticket that lay for a year says nothing about the others."""

from __future__ import annotations

import math
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_NINETY = 0.9


def middle(numbers: Sequence[float]) -> float | None:
    """Return the number that half of them do not exceed, or None when there are none."""
    return round(float(median(numbers)), 1) if numbers else None


def ninetieth(numbers: Sequence[float]) -> float | None:
    """Return the smallest of them that nine of ten do not exceed, or None when there are none."""
    if not numbers:
        return None
    return round(sorted(numbers)[math.ceil(_NINETY * len(numbers)) - 1], 1)


def per_cent(part: int, whole: int) -> float | None:
    """Return a part of a hundred, or None of nothing."""
    return round(100 * part / whole, 1) if whole else None
