"""Moments, days and figures as people of one language write them, in the time zone of the desk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_decimal, format_percent
from babel.units import format_unit
from markupsafe import Markup

if TYPE_CHECKING:
    from datetime import date, datetime, tzinfo

    from mailbot.domain.people import Language

_HOUR = 3600
_KILOBYTE, _MEGABYTE = 1_000, 1_000_000
_MOMENT, _DAY, _CLOCK = "d MMMM y, h:mm a", "d MMMM y", "h:mm a"


@dataclass(frozen=True, slots=True)
class Formats:
    """How one reader reads figures and times."""

    language: Language
    timezone: tzinfo

    @property
    def locale(self) -> str:
        """How Babel calls the reader's language and country."""
        return f"{self.language.value}_IN"

    def moment_text(self, at: datetime) -> str:
        """Return a date and time: 24 November 2026, 10:05 am."""
        return self._local(at, _MOMENT)

    def moment(self, at: datetime | None) -> Markup | str:
        """Return a moment as a <time> element; nothing for none."""
        return self._element(at, _MOMENT)

    def day(self, at: datetime | date | None) -> Markup | str:
        """Return a day: 24 November 2026. A moment becomes a <time> element; nothing for none."""
        if at is None or hasattr(at, "astimezone"):
            return self._element(at, _DAY)  # type: ignore[arg-type]  # whatever has a time zone is a moment
        return format_date(at, _DAY, locale=self.locale)

    def clock(self, at: datetime | None) -> Markup | str:
        """Return the time of the day: 10:05 am."""
        return self._element(at, _CLOCK)

    def since(self, at: datetime, now: datetime) -> str:
        """Return how long ago a moment was, in its largest unit: 3 days."""
        return format_timedelta(now - at, threshold=1, locale=self.locale)

    def number(self, figure: float) -> str:
        """Return a figure with the Indian groups: 1,00,000."""
        return format_decimal(figure, locale=self.locale)

    def percent(self, share: float) -> str:
        """Return a share of one: 25%."""
        return format_percent(share, locale=self.locale)

    def hours(self, seconds: float) -> str:
        """Return hours with one digit behind the point."""
        return format_decimal(round(seconds / _HOUR, 1), locale=self.locale)

    def size(self, count: int) -> str:
        """Return how large a file is: 48 kB, 1.2 MB."""
        if count < _MEGABYTE:
            return format_unit(max(1, round(count / _KILOBYTE)), "digital-kilobyte", "short", locale=self.locale)
        return format_unit(round(count / _MEGABYTE, 1), "digital-megabyte", "short", locale=self.locale)

    def _local(self, at: datetime, pattern: str) -> str:
        return format_datetime(at.astimezone(self.timezone), pattern, locale=self.locale)

    def _element(self, at: datetime | None, pattern: str) -> Markup | str:
        if at is None:
            return ""
        local = at.astimezone(self.timezone)
        machine = local.isoformat(timespec="seconds")
        return Markup('<time datetime="{}">{}</time>').format(machine, self._local(at, pattern))
