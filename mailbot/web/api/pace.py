"""How much a key may ask: a bucket that fills evenly, so that a short burst is fine and a long one is not."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

_MINUTE = 60.0
# Full buckets are forgotten when there are so many.
_MOST_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Pace:
    """What is left of a bound; `wait` is 0 when the call is within it, else the seconds until the next one is."""

    limit: int
    left: int
    reset: int
    wait: int

    @property
    def headers(self) -> dict[str, str]:
        """The headers that tell a program about it."""
        told = {"RateLimit-Limit": str(self.limit), "RateLimit-Remaining": str(self.left)}
        told["RateLimit-Reset"] = str(self.reset)
        return told | ({"Retry-After": str(self.wait)} if self.wait else {})


class Buckets:
    """Bounds of many callers, each with so many calls a minute; any thread may ask."""

    def __init__(self, per_minute: int) -> None:
        self._limit = per_minute
        self._lock = threading.Lock()
        self._kept: dict[object, tuple[float, float]] = {}

    def take(self, who: object, now: datetime) -> Pace:
        """Count one call."""
        at, rate = now.timestamp(), self._limit / _MINUTE
        with self._lock:
            if len(self._kept) > _MOST_KEPT:
                self._forget(at, rate)
            had, since = self._kept.get(who, (float(self._limit), at))
            tokens = min(float(self._limit), had + max(0.0, at - since) * rate)
            is_within = tokens >= 1
            left = tokens - 1 if is_within else tokens
            self._kept[who] = (left, at)
        wait = 0 if is_within else max(1, math.ceil((1 - left) / rate))
        return Pace(self._limit, int(left), math.ceil((self._limit - left) / rate), wait)

    def _forget(self, at: float, rate: float) -> None:
        self._kept = {
            who: (had, since) for who, (had, since) in self._kept.items() if had + (at - since) * rate < self._limit
        }
