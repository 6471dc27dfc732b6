"""The clock of the desk: threads that receive and deliver, jobs that wake them, and a clean stop.

One thread owns the mailbox connection and sleeps in IDLE, one handles kept mails, one owns the SMTP connections.
APScheduler holds no state: its jobs only say "look now"; what is due stands in the database.
"""

from __future__ import annotations

import logging
import random
import threading
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Protocol

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from mailbot.domain.alarms import AlarmCode
from mailbot.domain.errors import WorldError
from mailbot.domain.watching import Part
from mailbot.ports import Mailbox
from mailbot.watch import LOOK_SECONDS, RECORD_SECONDS, STOPPED

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from mailbot.deliver import Deliverer
    from mailbot.elsewhere import Lookout
    from mailbot.receive import Receiver
    from mailbot.remind import Reminder
    from mailbot.watch import Teller, Watch

log = logging.getLogger(__name__)

TICK_SECONDS = 5
REMIND_SECONDS = 30
TIDY_SECONDS = 300
LONGEST_WAIT = 60.0
LONGEST_FAREWELL = 5.0
TELL_SECONDS = 15.0
RENEWALS_PER_LEASE = 3
# The look beside the inbox waits until the inbox itself was looked through.
AFTER_SWEEP = 60


class WatchedMailbox(Mailbox, Protocol):
    """A mailbox that can be waited on."""

    def wait(self, seconds: float, wake_fd: int) -> object:
        """Return when the mailbox changed, when the descriptor is readable, or when the time has passed."""

    def end_overdue(self) -> bool:
        """Break a connection that hangs, from any thread; tell whether that was needed."""

    def close(self) -> None:
        """Drop the connection."""


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


@dataclass(frozen=True)
class Worker:
    """The running desk. `start_date` is from when mail is answered; None asks nothing of an empty mailbox."""

    receiver: Receiver
    deliverer: Deliverer
    reminder: Reminder
    lookout: Lookout
    mailbox: WatchedMailbox
    bell: Bell
    leases: MailboxLeases
    start_date: datetime | None
    rhythm: Rhythm
    watch: Watch
    teller: Teller
    now: Callable[[], datetime]
    tidy: Callable[[Callable[[], bool]], object] = lambda _: None
    stopping: threading.Event = field(default_factory=threading.Event)
    mail_waits: threading.Event = field(default_factory=threading.Event)
    letters_wait: threading.Event = field(default_factory=threading.Event)
    sweep_due: threading.Event = field(default_factory=threading.Event)
    failures: list[BaseException] = field(default_factory=list)

    def run(self) -> None:
        """Work until stop() is called. Raises whatever unexpected thing ended one of the threads."""
        self.sweep_due.set()
        self.watch.record()
        scheduler = self._schedule()
        threads = [
            threading.Thread(target=self._guard, args=(work,), name=name)
            for name, work in (("intake", self._take_in), ("handle", self._handle), ("deliver", self._deliver))
        ]
        # Nothing waits for these: what they are at may hang, and that must not keep the program from stopping.
        watchers = [
            threading.Thread(target=self._guard, args=(work,), name=name, daemon=True)
            for name, work in (("watch", self._watch), ("record", self._record), ("tell", self._tell))
        ]
        for thread in (*threads, *watchers):
            thread.start()
        scheduler.start()
        log.info("mailbot runs and reads %s", self.mailbox.name)
        self.watch.tell_supervisor("READY=1")
        try:
            self.stopping.wait()
        finally:
            self.stop()
            scheduler.shutdown(wait=True)
            for thread in threads:
                thread.join()
            for thread in watchers:
                thread.join(LONGEST_FAREWELL)
            self._release()
        log.info("mailbot has stopped")
        if self.failures:
            self.teller.tell_and_keep()
            raise self.failures[0]

    def stop(self) -> None:
        """Ask every thread to finish what it has in hand and end; may be called from any thread."""
        self.watch.tell_supervisor("STOPPING=1")
        self.stopping.set()
        self.teller.changed.set()
        self.mail_waits.set()
        self.letters_wait.set()
        self.bell.wake()

    def _schedule(self) -> BackgroundScheduler:
        scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(2)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 60},
            timezone="UTC",
        )
        jobs = (
            (self._poll, self.rhythm.poll),
            (self._sweep, self.rhythm.sweep),
            (self._look_elsewhere, self.rhythm.sweep + AFTER_SWEEP),
            (self._tick, TICK_SECONDS),
            (self._remind, REMIND_SECONDS),
            (self._renew, self.rhythm.lease / RENEWALS_PER_LEASE),
            (partial(self.tidy, self.stopping.is_set), TIDY_SECONDS),
        )
        for work, seconds in jobs:
            scheduler.add_job(self._guard, "interval", args=(work,), seconds=seconds)
        return scheduler

    def _poll(self) -> None:
        self.bell.wake()

    def _sweep(self) -> None:
        self.sweep_due.set()
        self.bell.wake()

    def _look_elsewhere(self) -> None:
        """Look through the other folders when it is time; what is still on its way through the inbox is not lost."""
        try:
            is_behind = self.sweep_due.is_set() or not self.leases.acquire(self.mailbox.name, self.now())
            if not is_behind:
                self.lookout.look_when_due(self.stopping.is_set)
        except WorldError as error:
            log.warning("the folders beside the inbox are looked through later: %s", error)

    def _tick(self) -> None:
        self.mailbox.end_overdue()
        self.mail_waits.set()
        self.letters_wait.set()

    def _remind(self) -> None:
        try:
            if self.reminder.remind_due():
                self.letters_wait.set()
            self.watch.pulse.well(Part.REMIND)
        except WorldError as error:
            self.watch.pulse.fail(Part.REMIND, str(error))
            log.warning("timers are looked at later: %s", error)

    def _renew(self) -> None:
        try:
            self.leases.acquire(self.mailbox.name, self.now())
        except WorldError as error:
            log.warning("the lease of the mailbox could not be renewed: %s", error)

    def _release(self) -> None:
        try:
            self.leases.release(self.mailbox.name)
        except WorldError as error:
            log.warning("the lease of the mailbox was not given back and runs out by itself: %s", error)

    def _guard(self, work: Callable[[], None]) -> None:
        """End the whole program when a thread meets what it does not know; a half-dead desk would be worse."""
        try:
            work()
        except BaseException as error:
            log.critical("a part of mailbot failed and it stops: %s", type(error).__name__, exc_info=error)
            self.watch.alarms.sound(AlarmCode.WORKER_STOPPED, STOPPED.format(type(error).__name__))
            self.failures.append(error)
            self.stop()

    def _take_in(self) -> None:
        failures, waited = 0, False
        while not self.stopping.is_set():
            try:
                if not self.leases.acquire(self.mailbox.name, self.now()):
                    level = logging.DEBUG if waited else logging.INFO
                    log.log(level, "another mailbot reads %s; waiting", self.mailbox.name)
                    waited = True
                    self.watch.pulse.well(Part.INTAKE)
                    self.stopping.wait(self.rhythm.lease / RENEWALS_PER_LEASE)
                    continue
                waited = False
                self._look()
                self.watch.pulse.well(Part.INTAKE)
                failures = 0
                self.mailbox.wait(self.rhythm.idle, self.bell.fileno())
                self.bell.drain()
            except WorldError as error:
                failures += 1
                self.watch.pulse.fail(Part.INTAKE, str(error))
                self._pause(error, failures, "the mailbox is read later")
        self.mailbox.close()

    def _watch(self) -> None:
        while not self.stopping.wait(LOOK_SECONDS):
            self.watch.look()

    def _record(self) -> None:
        while not self.stopping.wait(RECORD_SECONDS):
            self.watch.record()

    def _tell(self) -> None:
        while not self.stopping.is_set():
            self.teller.tell_due()
            self.teller.changed.wait(TELL_SECONDS)
            self.teller.changed.clear()

    def _look(self) -> None:
        sweep = self.sweep_due.is_set()
        self.sweep_due.clear()
        try:
            if self.receiver.take_in(self.mailbox, self.start_date, sweep=sweep):
                self.mail_waits.set()
        except WorldError:
            if sweep:
                self.sweep_due.set()
            raise

    def _handle(self) -> None:
        def handle() -> int:
            return self.receiver.handle_due(stopping=self.stopping.is_set)

        self._repeat(Part.HANDLE, self.mail_waits, handle, self.letters_wait.set, "mails are handled later")

    def _deliver(self) -> None:
        self._repeat(
            Part.DELIVER, self.letters_wait, self.deliverer.deliver_due, lambda: None, "letters are sent later"
        )

    def _repeat(
        self, part: Part, waiting: threading.Event, work: Callable[[], int], then: Callable[[], None], excuse: str
    ) -> None:
        failures = 0
        while not self.stopping.is_set():
            waiting.wait()
            waiting.clear()
            try:
                while not self.stopping.is_set() and work():
                    then()
                    self.watch.pulse.well(part)
                failures = 0
                self.watch.pulse.well(part)
            except WorldError as error:
                failures += 1
                self.watch.pulse.fail(part, str(error))
                self._pause(error, failures, excuse)

    def _pause(self, error: WorldError, failures: int, excuse: str) -> None:
        # Who knows when to try again says so; no wait is longer than the others, because a person may mend things.
        own = 2.0**failures * random.uniform(0.8, 1.2)  # noqa: S311 - spreads retries, guards nothing
        seconds = min(error.retry_after or own, LONGEST_WAIT)
        log.warning("%s (in %.0f s): %s", excuse, seconds, error)
        self.stopping.wait(seconds)
