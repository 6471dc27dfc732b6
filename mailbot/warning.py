"""The story of a file that turns out to be malware after people got it: letters to them, and one alarm."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from mailbot.domain.alarms import AlarmCode
from mailbot.domain.errors import WorldError
from mailbot.domain.late_malware import tell_operator

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from mailbot.domain.alarms import Alarms
    from mailbot.domain.late_malware import LateFinding

log = logging.getLogger(__name__)


class LateFindings(Protocol):
    """What the scanner found in files whose mails were handled before."""

    def tell_due(self, now: datetime) -> Sequence[LateFinding]:
        """Put the letters of warning into the outbox, once, and return what they are about. Raises WorldError."""


@dataclass(frozen=True, slots=True)
class Warner:
    """Warns of what was found late. The alarm sounds until a person settles it: computers must be looked at."""

    findings: LateFindings
    alarms: Alarms
    now: Callable[[], datetime]

    def warn(self) -> None:
        """Look now; when the database cannot be used, everything waits for the next look."""
        try:
            told = self.findings.tell_due(self.now())
        except WorldError as error:
            log.warning("people are warned of malware later: %s", error)
            return
        for finding in told:
            log.warning("ticket %s has a file that was found infected late", finding.ticket.number)
        if text := tell_operator(told):
            self.alarms.sound(AlarmCode.MALWARE_LATE, text)
