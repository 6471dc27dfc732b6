"""Working hours between very many pairs of moments: the days are summed up once, and each pair is two look-ups."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

    from mailbot.domain.calendar import Calendar

_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Worked:
    """The working days of a stretch of time: when each opened and closed, and what was worked before it."""

    opens: tuple[float, ...]
    closes: tuple[float, ...]
    before: tuple[float, ...]

    def hours(self, start: datetime, end: datetime, waited_seconds: int = 0) -> float:
        """Return the working hours between two moments of the stretch without those spent waiting; never below none."""
        return max(self._until(end) - self._until(start) - waited_seconds, 0.0) / _HOUR

    def _until(self, moment: datetime) -> float:
        at = moment.timestamp()
        place = bisect_right(self.opens, at) - 1
        return self.before[place] + min(at, self.closes[place]) - self.opens[place] if place >= 0 else 0.0


def sum_up(calendar: Calendar, first: date, last: date) -> Worked:
    """Return what was worked from one day to another, both included."""
    opens, closes, before, total = [], [], [], 0.0
    day = first if calendar.is_working_day(first) else calendar.next_working_day(first)
    while day <= last:
        hours = calendar.hours_of(day)
        assert hours is not None, "a working day has hours"
        begin, end = (calendar.moment_on(day, at).timestamp() for at in (hours.opens, hours.closes))
        opens.append(begin)
        closes.append(max(begin, end))
        before.append(total)
        total += max(end - begin, 0.0)
        day = calendar.next_working_day(day)
    return Worked(tuple(opens), tuple(closes), tuple(before))
