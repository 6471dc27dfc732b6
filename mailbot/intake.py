"""The thread that owns a mailbox connection: it takes in what is new, sleeps in IDLE, and leaves when told to.

Each mailbox of the desk has one of its own, so that trouble with one server holds up no other.

Only the worker that holds the mailbox's lease reads it. The lease is written down when it is half spent, not at each
look: another worker takes it only after its end, by the same clock.
"""

from __future__ import annotations

import logging
import random
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from mailbot.domain.errors import WorldError
from mailbot.domain.watching import Part
from mailbot.ports import Mailbox

if TYPE_CHECKING:
    from collections.abc import Callable

    from mailbot.elsewhere import Places
    from mailbot.receive import Receiver
    from mailbot.watch import Pulse

log = logging.getLogger(__name__)

LONGEST_WAIT = 60.0
RENEWALS_PER_LEASE = 3
# So often a worker that does not read the mailbox looks for mail that another one kept.
HELP_SECONDS = 1.0
LONG_AGO = datetime.min.replace(tzinfo=UTC)


class WatchedMailbox(Mailbox, Protocol):
    """A mailbox that can be waited on."""

    def wait(self, seconds: float, wake_fd: int) -> object:
        """Return when the mailbox changed, when the descriptor is readable, or when the time has passed."""

    def leave(self) -> None:
        """Give the server a last while for all that goes on and begins, from any thread."""

    def end_overdue(self) -> bool:
        """Break a connection that hangs, from any thread; tell whether that was needed."""

    def close(self) -> None:
        """Drop the connection."""


class Beside(Protocol):
    """What looks through the folders beside the inbox."""

    @property
    def places(self) -> Places:
        """The folders, whose connection may hang."""

    def look_when_due(self, stopping: Callable[[], bool]) -> int:
        """Look if the last look is long enough ago; return how many mails were found."""


class Bell(Protocol):
    """What ends a wait, from any thread and from signal handlers."""

    def wake(self) -> None:
        """End the wait that is going on, or the next one."""

    def drain(self) -> None:
        """Forget the calls so far."""

    def fileno(self) -> int:
        """Return the descriptor that becomes readable by a call."""


class MailboxLeases(Protocol):
    """One reader per mailbox."""

    def acquire(self, name: str, now: datetime) -> bool:
        """Take or renew the lease; False when another worker holds it."""

    def release(self, name: str) -> None:
        """Give the lease back, if it is still ours."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often things are looked at, in seconds."""

    poll: float
    sweep: float
    idle: float
    lease: float


@dataclass(frozen=True, slots=True)
class Signals:
    """What the threads of a worker tell each other."""

    stopping: threading.Event = field(default_factory=threading.Event)
    mail_waits: threading.Event = field(default_factory=threading.Event)
    letters_wait: threading.Event = field(default_factory=threading.Event)

    def pause(self, error: WorldError, failures: int, excuse: str) -> None:
        """Wait before the next try, or until the program shall stop."""
        # Who knows when to try again says so; no wait is longer than the others, because a person may mend things.
        own = 2.0**failures * random.uniform(0.8, 1.2)  # noqa: S311 - spreads retries, guards nothing
        seconds = min(error.retry_after or own, LONGEST_WAIT)
        log.warning("%s (in %.0f s): %s", excuse, seconds, error)
        self.stopping.wait(seconds)


@dataclass
class Intake:
    """The reader of a mailbox. `start_date` is from when mail is answered; None asks nothing of an empty mailbox.

    `part` is how the watch calls it.
    """

    receiver: Receiver
    mailbox: WatchedMailbox
    bell: Bell
    leases: MailboxLeases
    start_date: datetime | None
    rhythm: Rhythm
    signals: Signals
    pulse: Pulse
    now: Callable[[], datetime]
    lookout: Beside | None = None
    part: str = Part.INTAKE.value
    sweep_due: threading.Event = field(default_factory=threading.Event)
    _renew_from: datetime = LONG_AGO

    def run(self) -> None:
        """Look at the mailbox each time that it changes or somebody rings, until the program shall stop."""
        failures, stopping = 0, self.signals.stopping
        while not stopping.is_set():
            try:
                if not self._become_reader():
                    continue
                self._look()
                self.pulse.well(self.part)
                failures = 0
                if not stopping.is_set():
                    self.mailbox.wait(self.rhythm.idle, self.bell.fileno())
                self.bell.drain()
            except WorldError as error:
                failures += 1
                self.pulse.fail(self.part, str(error))
                self.signals.pause(error, failures, f"the mailbox is read later: {self.mailbox.name}")
        self.mailbox.close()

    def poll(self) -> None:
        """Let the mailbox be looked at for new mail."""
        self.bell.wake()

    def sweep(self) -> None:
        """Let the whole folder be looked through."""
        self.sweep_due.set()
        self.bell.wake()

    def renew(self) -> None:
        """Renew the lease, or take it when it is free."""
        self._acquire()

    def release(self) -> None:
        """Give the lease back."""
        try:
            self.leases.release(self.mailbox.name)
        except WorldError as error:
            log.warning("the lease of %s was not given back and runs out by itself: %s", self.mailbox.name, error)

    def look_elsewhere(self) -> None:
        """Look through the other folders when it is time; what is still on its way through the inbox is not lost."""
        try:
            if self.lookout and not self.sweep_due.is_set() and self.is_reader():
                self.lookout.look_when_due(self.signals.stopping.is_set)
        except WorldError as error:
            log.warning("the folders beside %s are looked through later: %s", self.mailbox.name, error)

    def leave(self) -> None:
        """Give the server a last while for all that goes on and begins, from any thread."""
        self.mailbox.leave()
        if self.lookout:
            self.lookout.places.leave()

    def end_overdue(self) -> None:
        """Break connections that hang, from any thread."""
        self.mailbox.end_overdue()
        if self.lookout:
            self.lookout.places.end_overdue()

    def is_reader(self) -> bool:
        """Tell whether this worker reads the mailbox, after taking or renewing the lease where that is due."""
        return self.now() < self._renew_from or self._acquire()

    def _acquire(self) -> bool:
        now = self.now()
        is_ours = self.leases.acquire(self.mailbox.name, now)
        self._renew_from = now + timedelta(seconds=self.rhythm.lease / 2) if is_ours else LONG_AGO
        return is_ours

    def _become_reader(self) -> bool:
        """Wait while another worker reads the mailbox; False when the program shall stop."""
        level = logging.INFO
        while not self.is_reader():
            log.log(level, "another mailbot reads %s; waiting", self.mailbox.name)
            level = logging.DEBUG
            self.pulse.well(self.part, elsewhere=True)
            if not self._help():
                return False
        return True

    def _help(self) -> bool:
        """Wait until the lease may be free; False when the program shall stop.

        Nobody tells this worker what the reader keeps, so it looks often whether there is something to do for it.
        """
        left = self.rhythm.lease / RENEWALS_PER_LEASE
        while left > 0:
            self.signals.mail_waits.set()
            self.signals.letters_wait.set()
            if self.signals.stopping.wait(min(left, HELP_SECONDS)):
                return False
            left -= HELP_SECONDS
        return True

    def _look(self) -> None:
        sweep, signals = self.sweep_due.is_set(), self.signals
        self.sweep_due.clear()
        try:
            self.receiver.take_in(
                self.mailbox,
                self.start_date,
                sweep=sweep,
                stopping=signals.stopping.is_set,
                kept=signals.mail_waits.set,
            )
        except WorldError:
            if sweep:
                self.sweep_due.set()
            raise
