"""Alarms for commands that a person runs: the sentence stands on the screen anyway."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailbot.domain.alarms import AlarmCode


class NoAlarms:
    """For commands that print what they find."""

    def sound(self, code: AlarmCode, text: str) -> None:
        """Do nothing."""

    def settle(self, code: AlarmCode) -> None:
        """Do nothing."""
