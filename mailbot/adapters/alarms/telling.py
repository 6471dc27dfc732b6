"""The real alarms: heard by any part at any time, told to a person at once and again while they last.

Sounding one takes no time: it is noted and written into the log. One thread uses the paths and another writes the
table, so that neither a dead database nor a dead mail server keeps a person from hearing of the other.
"""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from mailbot.domain.alarms import Alarm, AlarmCode
from mailbot.domain.errors import WorldError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

log = logging.getLogger(__name__)

# What these say stays true until a person did something about it. Every other alarm is sounded again by a program that
# still meets the trouble; one that an earlier program left behind is over when nobody does for a while.
STANDING = frozenset(
    {AlarmCode.BOOKS_DIFFER, AlarmCode.ADDRESS_MUTED, AlarmCode.MAILBOX_CHANGED, AlarmCode.ANSWERS_STOPPED}
)
INHERITED_FOR = timedelta(minutes=30)
# What comes and goes all the time is told once in a while, not each time.
QUIET = timedelta(minutes=30)
RETRY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Telling:
    """One message to a person: what sounds, and what is over since the last one."""

    desk: str
    at: datetime
    sounding: tuple[Alarm, ...]
    over: tuple[AlarmCode, ...]


class TellingPath(Protocol):
    """A way to a person that needs neither the database nor the desk's own mail server."""

    @property
    def name(self) -> str:
        """How the log calls this path."""

    def tell(self, telling: Telling) -> None:
        """Hand the message over. Raises WorldError."""


class Book(Protocol):
    """Where alarms are written down; every method may raise WorldError."""

    def find_open(self) -> list[Alarm]:
        """Return the alarms that sound."""

    def keep(self, alarm: Alarm) -> None:
        """Write down that an alarm sounds, or what changed of it."""

    def settle(self, code: AlarmCode, now: datetime) -> bool:
        """Write down that it is over."""


class ToldAlarms:
    """Implements Alarms. `clean` takes personal data and secrets out of what leaves this machine."""

    def __init__(
        self,
        desk: str,
        *,
        paths: Sequence[TellingPath],
        book: Book,
        now: Callable[[], datetime],
        repeat: timedelta,
        clean: Callable[[str], str] = str,
    ) -> None:
        self.changed = threading.Event()
        self._desk, self._paths, self._book, self._now = desk, tuple(paths), book, now
        self._repeat, self._clean = repeat, clean
        self._lock = threading.Lock()
        self._open: dict[AlarmCode, Alarm] = {}
        self._written: dict[AlarmCode, Alarm] = {}
        self._over: list[AlarmCode] = []
        self._told: dict[AlarmCode, datetime] = {}
        self._not_before: datetime | None = None
        # Alarms that an earlier program left, and when they were found; None before the table was read.
        self._inherited: dict[AlarmCode, datetime] | None = None

    def sound(self, code: AlarmCode, text: str) -> None:
        """Note an alarm and write it into the log; when it sounds already, only its words are taken over."""
        with self._lock:
            known = self._open.get(code)
            self._open[code] = replace(known, text=text) if known else Alarm(code, text, self._now())
            if self._inherited:
                self._inherited.pop(code, None)
        if known is None:
            log.error("alarm %s: %s", code, text)
            self.changed.set()

    def settle(self, code: AlarmCode) -> None:
        """Note that it is over, if it sounded."""
        with self._lock:
            known = self._open.pop(code, None)
            if known and known.told_at:
                self._over.append(code)
        if known:
            log.info("alarm %s is over", code)
            self.changed.set()

    def sync_book(self) -> None:
        """Take over what the table says, and write down what changed. Raises WorldError."""
        self._read_book()
        self._write_book()

    def tell_due(self) -> None:
        """Tell what has to be told now. Raises nothing, and touches no database."""
        now = self._now()
        with self._lock:
            due = tuple(alarm for alarm in self._open.values() if self._is_due(alarm, now))
            over = tuple(self._over)
        if not (due or over) or (self._not_before and now < self._not_before <= now + RETRY):
            return
        shown = tuple(replace(alarm, text=self._clean(alarm.text)) for alarm in due)
        telling = Telling(self._desk, now, shown, over)
        reached = [self._use(path, telling) for path in self._paths]
        if self._paths and not any(reached):
            self._not_before = now + RETRY
            return
        with self._lock:
            self._over = [code for code in self._over if code not in over]
            for alarm in due:
                self._told[alarm.code] = now
                if alarm.code in self._open:
                    self._open[alarm.code] = replace(self._open[alarm.code], told_at=now)

    def tell_and_keep(self) -> None:
        """Tell what sounded and write it down, for a program that ends now; the next one does not tell it anew."""
        with suppress(WorldError):  # then it is told without what earlier programs know
            self.sync_book()
        self.tell_due()
        with suppress(WorldError):
            self.sync_book()

    def _is_due(self, alarm: Alarm, now: datetime) -> bool:
        if alarm.told_at:
            # A clock that went back must not keep an alarm silent.
            return now - alarm.told_at >= self._repeat or alarm.told_at > now
        last = self._told.get(alarm.code)
        return last is None or not timedelta(0) <= now - last < QUIET

    @staticmethod
    def _use(path: TellingPath, telling: Telling) -> bool:
        try:
            path.tell(telling)
        except WorldError as error:
            log.error("an alarm could not be told over %s: %s", path.name, error)  # noqa: TRY400 - the sentence says all
            return False
        return True

    def _read_book(self) -> None:
        """Take over what sounds from before a restart, and let go of what a person settled meanwhile."""
        kept = {alarm.code: alarm for alarm in self._book.find_open()}
        now = self._now()
        with self._lock:
            if self._inherited is None:
                self._inherited = dict.fromkeys(kept.keys() - STANDING, now)
                self._written = dict(kept)
                self._open = {**kept, **{code: self._taken_over(kept, alarm) for code, alarm in self._open.items()}}
            for code in [code for code in self._written if code not in kept]:
                del self._written[code]
                self._open.pop(code, None)
            stale = [code for code, since in self._inherited.items() if now - since >= INHERITED_FOR]
        for code in stale:
            self._inherited.pop(code, None)
            self.settle(code)

    @staticmethod
    def _taken_over(kept: Mapping[AlarmCode, Alarm], alarm: Alarm) -> Alarm:
        return replace(kept[alarm.code], text=alarm.text) if alarm.code in kept else alarm

    def _write_book(self) -> None:
        with self._lock:
            wanted = dict(self._open)
        for code, alarm in wanted.items():
            if self._written.get(code) != alarm:
                self._book.keep(alarm)
                self._written[code] = alarm
        for code in [code for code in self._written if code not in wanted]:
            self._book.settle(code, self._now())
            del self._written[code]
