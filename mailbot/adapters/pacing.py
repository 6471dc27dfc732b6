"""How soon a mail server is asked again after trouble: each kind of trouble has its own pace.

A gate stands before every connection of one account. It knows the last trouble and lets nobody through too soon,
however often the rest of the program tries, so that no wrong password locks the account and no outage is hammered.
"""

from __future__ import annotations

import logging
import random
import re
import time
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from mailbot.domain.alarms import AlarmCode
from mailbot.domain.errors import LoginRefusedError, WorldError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mailbot.domain.alarms import Alarms

log = logging.getLogger(__name__)


class Trouble(StrEnum):
    """What kind of trouble a mail server makes."""

    AUTH = "auth"
    QUOTA = "quota"
    THROTTLED = "throttled"
    SERVER = "server"
    PROTOCOL = "protocol"


@dataclass(frozen=True, slots=True)
class Pace:
    """The waits after the first trouble, the second and so on, in seconds; the last one stays.

    `is_spread` takes a random part of the wait, so that many programs do not come back in step. `ends_open` means that
    open connections are not used either.
    """

    waits: tuple[float, ...]
    is_spread: bool = False
    ends_open: bool = False
    alarm: AlarmCode | None = None


GROWING = (0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 300.0)
PACES = {
    # Three quick tries, then a quarter of an hour, then hourly: a locked account is worse than a late mail.
    Trouble.AUTH: Pace((10.0, 60.0, 900.0, 3600.0), alarm=AlarmCode.LOGIN_REFUSED),
    # What may be sent in an hour or a day is used up: one question an hour until it is given anew.
    Trouble.QUOTA: Pace((3600.0,), ends_open=True, alarm=AlarmCode.SEND_QUOTA_USED),
    # Nine connections an hour.
    Trouble.THROTTLED: Pace((400.0,)),
    Trouble.SERVER: Pace(GROWING, is_spread=True),
    # A conversation that broke off: a new connection at once, and when that breaks as well, like an outage.
    Trouble.PROTOCOL: Pace(GROWING, is_spread=True),
}
# Read from the top; the words of RFC 5530 and RFC 3463, and what large providers write.
SIGNS = {
    Trouble.QUOTA: (r"\b5\.4\.5\b", r"\b421\W+4\.7\.(?!0\b)\d", r"sending (limit|quota|activity)"),
    Trouble.THROTTLED: (
        "overquota", "throttl", "simultaneous", r"\btoo many\b", r"\[limit\]", "rate limit", r"\b421\W+4\.7\.0\b",
        "authenticated but not connected",
    ),
    Trouble.AUTH: (
        "authenticationfailed", "authorizationfailed", r"\[expired\]", "application-specific password", "web ?browser",
        "web ?login", "invalid_grant", "invalid credentials", r"^(530|534|535|538)\b",
    ),
    Trouble.SERVER: (r"\bbye\b", "unavailable", r"\[inuse\]", r"\[serverbug\]", "try again", r"^4\d\d\b"),
}  # fmt: skip
_SIGNS = {trouble: re.compile("|".join(words), re.IGNORECASE) for trouble, words in SIGNS.items()}


def find_trouble(answer: str, otherwise: Trouble = Trouble.PROTOCOL) -> Trouble:
    """Return what kind of trouble the words of a server mean."""
    return next((trouble for trouble, sign in _SIGNS.items() if sign.search(answer)), otherwise)


class Gate:
    """Says when the server of one account may be asked again; `counts` tells how often it made which trouble."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
        alarms: Alarms | None = None,
    ) -> None:
        self.counts: Counter[Trouble] = Counter()
        self._clock = clock
        self._chance = chance
        self._alarms = alarms
        self._in_a_row: Counter[Trouble] = Counter()
        self._closed_until = 0.0
        self._trouble = Trouble.SERVER
        self._sentence = ""
        self._consent = ""

    def check(self, consent: str = "") -> None:
        """Raise the last trouble again while it is too early for a connection; a new consent is worth a login."""
        wait = self.find_wait(consent)
        if wait <= 0:
            return
        error = LoginRefusedError(self._sentence) if self._trouble is Trouble.AUTH else WorldError(self._sentence)
        error.retry_after = wait
        raise error

    def ends_open(self) -> bool:
        """Tell whether not even an open connection may be used now."""
        return PACES[self._trouble].ends_open and self.find_wait() > 0

    def find_wait(self, consent: str = "") -> float:
        """Return for how many seconds the gate is closed."""
        if self._trouble is Trouble.AUTH and not self.has_refused(consent):
            return 0.0
        return max(0.0, self._closed_until - self._clock())

    def has_refused(self, consent: str = "") -> bool:
        """Tell whether the last login with this consent, or with the password, was refused."""
        return self._in_a_row[Trouble.AUTH] > 0 and consent == self._consent

    def note(self, trouble: Trouble, sentence: str) -> WorldError:
        """Close the gate for as long as the trouble asks, and return the error to raise."""
        pace = PACES[trouble]
        wait = pace.waits[min(self._in_a_row[trouble], len(pace.waits) - 1)]
        self.counts[trouble] += 1
        self._in_a_row[trouble] += 1
        until = self._clock() + wait * (self._chance() if pace.is_spread else 1.0)
        if until >= self._closed_until:
            self._closed_until, self._trouble, self._sentence = until, trouble, sentence
        log.debug("trouble of the kind %s, number %s of its kind", trouble, self.counts[trouble])
        if pace.alarm and self._alarms:
            self._alarms.sound(pace.alarm, sentence)
        return LoginRefusedError(sentence) if trouble is Trouble.AUTH else WorldError(sentence)

    def refuse(self, sentence: str, consent: str = "") -> WorldError:
        """Note a refused login and return the error to raise."""
        self._consent = consent
        return self.note(Trouble.AUTH, sentence)

    def accept(self) -> None:
        """Note a login that worked."""
        self._end(Trouble.AUTH)

    def worked(self) -> None:
        """Note that the server did what it is for: the next trouble is a first one again."""
        for trouble in Trouble:
            if trouble is not Trouble.AUTH:
                self._end(trouble)

    def _end(self, trouble: Trouble) -> None:
        alarm, was = PACES[trouble].alarm, self._in_a_row.pop(trouble, 0)
        if was and alarm and self._alarms:
            self._alarms.settle(alarm)
