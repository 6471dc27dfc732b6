"""Alarms as lines of the log, each once until it is over; and none where a person reads the sentence anyway."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailbot.domain.alarms import AlarmCode

log = logging.getLogger(__name__)


class NoAlarms:
    """For commands that print what they find."""

    def sound(self, code: AlarmCode, text: str) -> None:
        """Do nothing."""

    def settle(self, code: AlarmCode) -> None:
        """Do nothing."""


class LoggedAlarms:
    """Writes an error with the stable code when an alarm begins, and a line when it is over."""

    def __init__(self) -> None:
        self._sounding: set[AlarmCode] = set()

    def sound(self, code: AlarmCode, text: str) -> None:
        """Write the alarm down, once."""
        if code not in self._sounding:
            self._sounding.add(code)
            log.error("alarm %s: %s", code, text)

    def settle(self, code: AlarmCode) -> None:
        """Write down that it is over, if it sounded."""
        if code in self._sounding:
            self._sounding.discard(code)
            log.info("alarm %s is over", code)
