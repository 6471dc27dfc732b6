"""The watch over the desk itself: every part shows signs of life, and silence becomes an alarm.

    work  --well, fail-->  Pulse  --look-->  alarms          (memory only: works while the database does not)
                             '-----record--> heartbeat rows, books, test mails

`look` and `record` run in threads of their own, so that a database that hangs cannot keep its own alarm from sounding.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from mailbot.domain.alarms import AlarmCode
from mailbot.domain.errors import WorldError
from mailbot.domain.watching import SILENCES, Beat, Part, find_lost_canary, find_silences, kind_of, wants_canary
from mailbot.receive import NO_ROOM

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from mailbot.domain.alarms import Alarms
    from mailbot.domain.watching import Canary, CanaryRules

log = logging.getLogger(__name__)

LOOK_SECONDS, RECORD_SECONDS = 10.0, 15.0
# Often enough that a row which is gone is told within five minutes; a look that takes long comes more seldom, so that
# the books of a desk of many years take no more than this part of its time.
BOOKS_SECONDS = 240.0
BOOKS_SHARE = 0.002
# So long a part may be at one thing before the whole program counts as hanging: a mail is read within a minute, a
# batch of letters may wait for a slow server, a first look at a large mailbox takes long.
HANGING: dict[Part, float] = {
    Part.INTAKE: 1800.0,
    Part.HANDLE: 600.0,
    Part.DELIVER: 1200.0,
    Part.REMIND: 600.0,
    Part.RECORD: 600.0,
}
BRAKES = (AlarmCode.ANSWERS_STOPPED, AlarmCode.ADDRESS_MUTED, AlarmCode.SEND_QUOTA_USED)
STOPPED = (
    "A part of mailbot met what it does not know ({}), and the program ended. Under systemd it is started anew; look "
    "into the log for the place, and report it."
)
WATCHED = frozenset(silence.code for silence in SILENCES.values())


class Records(Protocol):
    """What the watch writes down; every method may raise WorldError."""

    def keep_beats(self, beats: Mapping[str, Beat], now: datetime) -> None:
        """Write the heartbeats of all parts."""

    def end_beats(self) -> None:
        """Take the heartbeats away, at a wanted end."""

    def check_books(self) -> list[str]:
        """Return in sentences what does not agree."""

    def find_last_canary(self) -> Canary | None:
        """Return the last test mail."""

    def send_canary(self, now: datetime) -> None:
        """Put a test mail into the outbox."""

    def find_brakes(self, now: datetime) -> Mapping[AlarmCode, str]:
        """Return what is held back, in sentences; an empty one is no alarm."""

    def sync_alarms(self) -> None:
        """Write the table of alarms."""


class Teller(Protocol):
    """What tells a person of alarms."""

    changed: threading.Event

    def tell_due(self) -> None:
        """Tell what has to be told now; may take as long as a dead network takes."""

    def tell_and_keep(self) -> None:
        """Tell it and write it down, for a program that ends now."""


@dataclass(slots=True)
class _Marks:
    """When a part lived, succeeded and failed last; seconds are those of the steady clock."""

    alive: float
    well: float
    succeeded_at: datetime | None = None
    failed_at: datetime | None = None
    error: str = ""
    held: bool = False
    elsewhere: bool = False


class Pulse:
    """The signs of life of all parts; any thread may call it. `seconds` is a clock that only goes forward.

    `more` are the parts that read further mailboxes.
    """

    def __init__(self, now: Callable[[], datetime], seconds: Callable[[], float], more: Iterable[str] = ()) -> None:
        self._now, self._seconds = now, seconds
        self._lock = threading.Lock()
        began = seconds()
        self._marks: dict[str, _Marks] = {part: _Marks(began, began) for part in (*Part, *more)}

    def alive(self, part: str) -> None:
        """Note that a part goes on, whether it succeeds or not."""
        with self._lock:
            self._marks[part].alive = self._seconds()

    def well(self, part: str, *, elsewhere: bool = False) -> None:
        """Note that a part did its work; `elsewhere`: that another worker does it."""
        with self._lock:
            marks = self._marks[part]
            marks.alive, marks.elsewhere = self._seconds(), elsewhere
            if not marks.held:
                marks.well, marks.succeeded_at, marks.error = marks.alive, self._now(), ""

    def fail(self, part: str, error: str, *, hold: bool = False) -> None:
        """Note that a part could not do its work, and why; with `hold`, idling does not count as success until free."""
        with self._lock:
            marks = self._marks[part]
            marks.alive = self._seconds()
            marks.failed_at, marks.error, marks.held, marks.elsewhere = self._now(), error, hold, False

    def free(self, part: str) -> None:
        """Note that what held a part is over, and that it did its work."""
        with self._lock:
            self._marks[part].held = False
        self.well(part)

    def beats(self) -> dict[str, Beat]:
        """Return how each part fares."""
        with self._lock:
            now = self._seconds()
            return {
                part: Beat(marks.succeeded_at, marks.failed_at, marks.error, now - marks.well, marks.elsewhere)
                for part, marks in self._marks.items()
            }

    def find_hanging(self) -> list[str]:
        """Return the parts that show no sign of life."""
        with self._lock:
            now = self._seconds()
            return [part for part, marks in self._marks.items() if now - marks.alive > HANGING[kind_of(part)]]

    def skip(self, seconds: float) -> None:
        """Forget a time in which the whole program stood still: nobody could succeed then."""
        with self._lock:
            self._marks = {
                part: replace(marks, alive=marks.alive + seconds, well=marks.well + seconds)
                for part, marks in self._marks.items()
            }


@dataclass
class Watch:
    """Looks at the pulse and at the disk, and writes down what others should see."""

    pulse: Pulse
    alarms: Alarms
    records: Records
    has_room: Callable[[], bool]
    limits: Mapping[str, float]
    canary: CanaryRules
    now: Callable[[], datetime]
    seconds: Callable[[], float]
    tell_supervisor: Callable[[str], None]
    # Where there are several, the mailbox that each part reads.
    mailboxes: Mapping[str, str] = field(default_factory=dict)
    # Others sound some of these codes too: what is settled is what this watch sounded, and what an earlier one left.
    _sounding: set[AlarmCode] = field(init=False)
    _started_at: datetime = field(init=False)
    _looked: float = field(init=False)
    _books_due: float = field(init=False)

    def __post_init__(self) -> None:
        """Begin now; the books are looked at for the first time at once."""
        self._sounding = {*WATCHED, *BRAKES, AlarmCode.DISK_FULL, AlarmCode.CANARY_LOST}
        self._started_at = self.now()
        self._looked = self._books_due = self.seconds()

    def look(self) -> None:
        """Sound and settle alarms about silence and the disk, and tell the supervisor that the program lives."""
        gap = self.seconds() - self._looked
        self._looked += gap
        if gap > 3 * LOOK_SECONDS:
            self.pulse.skip(gap)
        hanging = self.pulse.find_hanging()
        if not hanging:
            self.tell_supervisor("WATCHDOG=1")
        silences = find_silences(self.pulse.beats(), self.limits, self.mailboxes)
        for code in WATCHED:
            self._settle_or_sound(code, silences.get(code, ""))
        self._look_at_disk()

    def record(self) -> None:
        """Write heartbeats and alarms, look at the books now and then, and care for the test mails."""
        try:
            self.records.keep_beats(self.pulse.beats(), self.now())
            self.records.sync_alarms()
            self._look_at_books()
            self._look_at_canary()
            for code, text in self.records.find_brakes(self.now()).items():
                self._settle_or_sound(code, text)
        except WorldError as error:
            self.pulse.fail(Part.RECORD, str(error))
            log.warning("how the desk fares is written down later: %s", error)
        else:
            self.pulse.well(Part.RECORD)

    def leave(self) -> None:
        """Say that this worker ends as it should, so that nobody misses it."""
        try:
            self.records.end_beats()
        except WorldError as error:
            log.warning("`mailbot status` will say for some hours that this worker is gone: %s", error)

    def _look_at_disk(self) -> None:
        try:
            full = "" if self.has_room() else NO_ROOM
        except WorldError as error:
            full = str(error)
        self._settle_or_sound(AlarmCode.DISK_FULL, full)

    def _look_at_books(self) -> None:
        began = self.seconds()
        if began < self._books_due:
            return
        self._books_due = began + BOOKS_SECONDS
        differences = self.records.check_books()
        self._books_due = began + max(BOOKS_SECONDS, (self.seconds() - began) / BOOKS_SHARE)
        if differences:
            # Not settled by itself: what is gone is still gone at the next look.
            self.alarms.sound(
                AlarmCode.BOOKS_DIFFER,
                f"{' '.join(differences)} Stop mailbot and look with `mailbot reconcile` and `mailbot audit verify`; "
                "restore a backup if rows are missing. Then run `mailbot alarm settle books_differ`.",
            )

    def _look_at_canary(self) -> None:
        last, now = self.records.find_last_canary(), self.now()
        lost = find_lost_canary(last, self.canary, now)
        if lost is not None:
            self._settle_or_sound(AlarmCode.CANARY_LOST, lost)
        if wants_canary(last, self._started_at, self.canary, now):
            self.records.send_canary(now)

    def _settle_or_sound(self, code: AlarmCode, text: str) -> None:
        if text:
            self._sounding.add(code)
            self.alarms.sound(code, text)
        elif code in self._sounding:
            self._sounding.discard(code)
            self.alarms.settle(code)
