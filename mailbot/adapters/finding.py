"""What a check of the outside world found, in sentences for the person who set the program up."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How serious a finding is; with a problem the desk does not work."""

    GOOD = "good"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of `mailbot check`."""

    level: Level
    text: str
