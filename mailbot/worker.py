"""The clock of the desk: threads that receive and deliver, jobs that wake them, and a clean stop.

One thread for each mailbox owns its connection (intake.py), one handles kept mails or lets another process do it
(hand.py), one owns the SMTP connections; each wakes the next one as soon as there is something to do, so that they
overlap. APScheduler holds no state: its jobs only
say "look now"; what is due stands in the database.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from mailbot.domain.alarms import AlarmCode
from mailbot.domain.errors import WorldError
from mailbot.domain.watching import Part
from mailbot.intake import RENEWALS_PER_LEASE
from mailbot.receive import MAILS_AT_ONCE
from mailbot.watch import LOOK_SECONDS, RECORD_SECONDS, STOPPED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mailbot.deliver import Deliverer
    from mailbot.hand import Hand
    from mailbot.intake import Intake, Signals
    from mailbot.receive import Receiver
    from mailbot.remind import Reminder
    from mailbot.watch import Teller, Watch

log = logging.getLogger(__name__)

TICK_SECONDS = 5
REMIND_SECONDS = 30
TIDY_SECONDS = 300
# While the provider takes no more, so often it is looked which letters can become one.
FOLD_SECONDS = 300
# So soon people hear of malware that was found in a file they had got.
WARN_SECONDS = 60
# So soon a webhook hears of a change.
ANNOUNCE_SECONDS = 2.0
# So soon a running desk knows a key that `mailbot keys rotate` made.
KEYS_SECONDS = 15
# Leases are renewed while others of them take long.
MOST_JOBS = 4
# While mail after mail is handled, letters gather for so long: many at once cost half as much each.
GATHER_SECONDS = 0.1
# While threads end, connections that hang are looked at so often.
STEP_SECONDS = 0.2
LONGEST_FAREWELL = 5.0
TELL_SECONDS = 15.0
# The look beside the inbox waits until the inbox itself was looked through.
AFTER_SWEEP = 60


@dataclass(frozen=True)
class Worker:
    """The running desk."""

    intakes: tuple[Intake, ...]
    receiver: Receiver
    deliverer: Deliverer
    reminder: Reminder
    signals: Signals
    watch: Watch
    teller: Teller
    tidy: Callable[[Callable[[], bool]], object] = lambda _: None
    follow_keys: Callable[[], None] = lambda: None
    warn: Callable[[], None] = lambda: None
    fold: Callable[[], int] = lambda: 0
    announce: Callable[[Callable[[], bool]], int] = lambda _: 0
    hand: Hand | None = None
    failures: list[BaseException] = field(default_factory=list)

    def run(self) -> None:
        """Work until stop() is called. Raises whatever unexpected thing ended one of the threads."""
        if self.hand is not None:
            self.hand.begin()
        try:
            self._run()
        finally:
            if self.hand is not None:
                self.hand.close()

    def _run(self) -> None:
        for intake in self.intakes:
            intake.sweep_due.set()
        self.watch.record()
        scheduler = self._schedule()
        threads = [
            threading.Thread(target=self._guard, args=(work,), name=name)
            for name, work in (*self._readers(), ("handle", self._handle), ("deliver", self._deliver))
        ]
        # Nothing waits for these: what they are at may hang, and that must not keep the program from stopping.
        watchers = [
            threading.Thread(target=self._guard, args=(work,), name=name, daemon=True)
            for name, work in (
                ("watch", self._watch),
                ("record", self._record),
                ("tell", self._tell),
                ("announce", self._announce),
            )
        ]
        for thread in (*threads, *watchers):
            thread.start()
        scheduler.start()
        log.info("mailbot runs and reads %s", ", ".join(intake.mailbox.name for intake in self.intakes))
        self.watch.tell_supervisor("READY=1")
        try:
            self.signals.stopping.wait()
        finally:
            self.stop()
            self._end([*threads, threading.Thread(target=scheduler.shutdown, name="jobs")], watchers)
            for intake in self.intakes:
                intake.release()
        if not self.failures:
            self.watch.leave()
        log.info("mailbot has stopped")
        if self.failures:
            self.teller.tell_and_keep()
            raise self.failures[0]

    def stop(self) -> None:
        """Ask every thread to finish what it has in hand and end; may be called from any thread."""
        self.watch.tell_supervisor("STOPPING=1")
        self.signals.stopping.set()
        self.teller.changed.set()
        self.signals.mail_waits.set()
        self.signals.letters_wait.set()
        for intake in self.intakes:
            intake.bell.wake()

    def _readers(self) -> list[tuple[str, Callable[[], None]]]:
        return [(intake.part, intake.run) for intake in self.intakes]

    def _end(self, threads: Iterable[threading.Thread], watchers: Iterable[threading.Thread]) -> None:
        """Wait for the threads; a mail server that hangs gets a last while and is left then."""
        for intake in self.intakes:
            intake.leave()
        for thread in threads:
            if thread.ident is None:
                thread.start()
            while thread.is_alive():
                thread.join(STEP_SECONDS)
                self._end_overdue()
        patience = time.monotonic() + LONGEST_FAREWELL
        for thread in watchers:
            thread.join(max(0.0, patience - time.monotonic()))

    def _schedule(self) -> BackgroundScheduler:
        scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(MOST_JOBS)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 60},
            timezone="UTC",
        )
        rhythms = [intake.rhythm for intake in self.intakes]
        jobs = (
            *((intake.poll, intake.rhythm.poll) for intake in self.intakes),
            *((intake.sweep, intake.rhythm.sweep) for intake in self.intakes),
            (self._look_elsewhere, max(rhythm.sweep for rhythm in rhythms) + AFTER_SWEEP),
            (self._tick, TICK_SECONDS),
            (self._remind, REMIND_SECONDS),
            (self.follow_keys, KEYS_SECONDS),
            (self.warn, WARN_SECONDS),
            (self._fold, FOLD_SECONDS),
            (self._renew, min(rhythm.lease for rhythm in rhythms) / RENEWALS_PER_LEASE),
            (partial(self.tidy, self.signals.stopping.is_set), TIDY_SECONDS),
        )
        for work, seconds in jobs:
            scheduler.add_job(self._guard, "interval", args=(work,), seconds=seconds)
        return scheduler

    def _renew(self) -> None:
        try:
            for intake in self.intakes:
                intake.renew()
            self.deliverer.renew()
        except WorldError as error:
            log.warning("what this worker has in hand could not be renewed: %s", error)

    def _look_elsewhere(self) -> None:
        # One after the other: they may take long, and leases must be renewed meanwhile.
        for intake in self.intakes:
            intake.look_elsewhere()

    def _tick(self) -> None:
        self._end_overdue()
        self.signals.mail_waits.set()
        self.signals.letters_wait.set()

    def _end_overdue(self) -> None:
        for intake in self.intakes:
            intake.end_overdue()

    def _remind(self) -> None:
        try:
            if self.reminder.remind_due():
                self.signals.letters_wait.set()
            self.watch.pulse.well(Part.REMIND)
        except WorldError as error:
            self.watch.pulse.fail(Part.REMIND, str(error))
            log.warning("timers are looked at later: %s", error)

    def _fold(self) -> None:
        try:
            if folded := self.fold():
                log.info("%s letters that waited for the provider's quota become news of the hour", folded)
        except WorldError as error:
            log.warning("what waits for the provider's quota is folded later: %s", error)

    def _guard(self, work: Callable[[], None]) -> None:
        """End the whole program when a thread meets what it does not know; a half-dead desk would be worse."""
        try:
            work()
        except BaseException as error:
            log.critical("a part of mailbot failed and it stops: %s", type(error).__name__, exc_info=error)
            self.watch.alarms.sound(AlarmCode.WORKER_STOPPED, STOPPED.format(type(error).__name__))
            self.failures.append(error)
            self.stop()

    def _watch(self) -> None:
        while not self.signals.stopping.wait(LOOK_SECONDS):
            self.watch.look()

    def _record(self) -> None:
        while not self.signals.stopping.wait(RECORD_SECONDS):
            self.watch.record()

    def _tell(self) -> None:
        while not self.signals.stopping.is_set():
            self.teller.tell_due()
            self.teller.changed.wait(TELL_SECONDS)
            self.teller.changed.clear()

    def _announce(self) -> None:
        """Tell webhooks what changed; a slow one keeps nothing else waiting."""
        while not self.signals.stopping.wait(ANNOUNCE_SECONDS):
            try:
                self.announce(self.signals.stopping.is_set)
            except WorldError as error:
                log.warning("webhooks are told later: %s", error)

    def _handle(self) -> None:
        """Handle kept mails; a letter need not wait until the others of its batch are written."""
        signals, handler = self.signals, self.hand or self.receiver

        def handled() -> None:
            self.watch.pulse.alive(Part.HANDLE)
            signals.letters_wait.set()

        def handle() -> int:
            claimed = handler.handle_due(stopping=signals.stopping.is_set, handled=handled)
            # A claim that is not full leaves nothing behind, and who keeps more mail says so.
            return claimed if claimed >= MAILS_AT_ONCE else 0

        self._repeat(Part.HANDLE, signals.mail_waits, handle, "mails are handled later")

    def _deliver(self) -> None:
        """Send letters; those of a single mail go out at once."""
        signals = self.signals

        def deliver() -> int:
            signals.letters_wait.clear()
            count = self.deliverer.deliver_due(stopping=signals.stopping.is_set)
            if count and signals.letters_wait.is_set():
                signals.stopping.wait(GATHER_SECONDS)
            return count

        self._repeat(Part.DELIVER, self.signals.letters_wait, deliver, "letters are sent later")

    def _repeat(self, part: Part, waiting: threading.Event, work: Callable[[], int], excuse: str) -> None:
        failures, stopping = 0, self.signals.stopping
        while not stopping.is_set():
            waiting.wait()
            waiting.clear()
            try:
                while not stopping.is_set() and work():
                    self.watch.pulse.well(part)
                failures = 0
                self.watch.pulse.well(part)
            except WorldError as error:
                failures += 1
                self.watch.pulse.fail(part, str(error))
                self.signals.pause(error, failures, excuse)
