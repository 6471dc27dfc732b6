"""The wiring: settings -> adapters -> stories. The only file that knows every class."""

from __future__ import annotations

import os
import random
import socket
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from datetime import time as time_of_day
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from mailbot.adapters.clock import now
from mailbot.adapters.failpoints import make_failpoint
from mailbot.adapters.imap import ImapMailbox, Waker
from mailbot.adapters.oauth import LoggedAlarms
from mailbot.adapters.smtp import SmtpPost
from mailbot.adapters.store.bulletins import Bulletins
from mailbot.adapters.store.desk_store import DeskStore
from mailbot.adapters.store.leases import Leases
from mailbot.adapters.store.outbox import Outbox
from mailbot.deliver import Deliverer
from mailbot.domain.errors import WorldError
from mailbot.parts import (
    Correspondent,
    imap_account,
    load_calendar,
    load_keys,
    make_writer,
    open_files,
    open_reader,
    open_store,
    require_complete,
    smtp_account,
)
from mailbot.receive import Pace, Receiver
from mailbot.reconcile import reconcile
from mailbot.remind import Reminder
from mailbot.settings.desk import make_desk
from mailbot.settings.service import make_plans, make_report_rules
from mailbot.worker import Rhythm, Worker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailbot.adapters.files import FileStore
    from mailbot.reconcile import Reconciliation
    from mailbot.settings import Settings


@dataclass(frozen=True, slots=True)
class Done:
    """How much one round did."""

    taken: int
    handled: int
    delivered: int


@dataclass(frozen=True)
class OpenDesk:
    """The whole desk, connected to nothing yet: connections open when they are first used."""

    receiver: Receiver
    deliverer: Deliverer
    reminder: Reminder
    store: DeskStore
    files: FileStore
    mailbox: ImapMailbox
    bell: Waker
    leases: Leases
    start_date: datetime | None
    rhythm: Rhythm

    def worker(self) -> Worker:
        """Return the worker of this desk."""
        return Worker(
            receiver=self.receiver,
            deliverer=self.deliverer,
            reminder=self.reminder,
            mailbox=self.mailbox,
            bell=self.bell,
            leases=self.leases,
            start_date=self.start_date,
            rhythm=self.rhythm,
            now=now,
        )

    def once(self) -> Done:
        """Do everything that waits, in and out. Raises WorldError when something cannot be done now."""
        self._wait_for_mailbox()
        try:
            taken = self.receiver.take_in(self.mailbox, self.start_date, sweep=True)
            handled = delivered = 0
            while True:
                while count := self.receiver.handle_due():
                    handled += count
                self.reminder.remind_due()
                while count := self.deliverer.deliver_due():
                    delivered += count
                if not self._wait_for_leases():
                    return Done(taken, handled, delivered)
        finally:
            self.leases.release(self.mailbox.name)

    def _wait_for_mailbox(self) -> None:
        """Become the mailbox's one reader. The lease of a program that died runs out; a living one renews it."""
        patience = time.monotonic() + self.rhythm.lease + 1
        while not self.leases.acquire(self.mailbox.name, now()):
            if time.monotonic() > patience:
                raise WorldError("Another mailbot reads this mailbox. Stop it first, or let it do the work.")
            time.sleep(0.2)

    def _wait_for_leases(self) -> bool:
        """Wait until work that a stopped program left behind is free; False when there is none."""
        until = self.store.find_next_lease()
        if until is None:
            return False
        while (left := (until - now()).total_seconds()) > 0:
            self.leases.acquire(self.mailbox.name, now())
            time.sleep(min(left, 1.0))
        return True

    def reconcile(self) -> Reconciliation:
        """Compare the mailbox with the ledger."""
        return reconcile(self.mailbox, self.store, lambda name: self.files.path(name).exists())


@contextmanager
def open_desk(settings: Settings) -> Iterator[OpenDesk]:
    """Put the desk together. Raises SettingsError when something that it needs is not set."""
    require_complete(settings)
    with ExitStack() as stack:
        engine = stack.enter_context(open_store(settings))
        desk = make_desk(settings, load_keys(settings), load_calendar(settings))
        file_store = open_files(settings)
        lease = timedelta(seconds=settings.worker.lease_seconds)
        writer = make_writer(settings, desk)
        reached = make_failpoint(os.environ)
        correspondent = Correspondent(writer, file_store, reached)
        timezone, plans = ZoneInfo(settings.desk.timezone), make_plans(settings)
        store = DeskStore(engine, desk, timezone, correspondent, lease, plans)
        bulletins = Bulletins(engine, desk, make_report_rules(settings))
        alarms = LoggedAlarms()
        mailbox = ImapMailbox(imap_account(settings, alarms))
        stack.callback(mailbox.close)
        post = SmtpPost(smtp_account(settings, alarms))
        stack.callback(post.close)
        reader = open_reader(settings)
        stack.callback(reader.close)
        receiver = Receiver(file_store, store, reader, desk, _pace(settings), now, reached)
        give_up = timedelta(hours=settings.smtp.give_up_hours)
        deliverer = Deliverer(Outbox(engine, lease), post, give_up, now, random.random, reached)
        yield OpenDesk(
            receiver=receiver,
            deliverer=deliverer,
            reminder=Reminder(store, now, desk, bulletins.writers()),
            store=store,
            files=file_store,
            mailbox=mailbox,
            bell=stack.enter_context(Waker()),
            leases=Leases(engine, f"{socket.gethostname()}:{os.getpid()}", lease),
            start_date=_start(settings),
            rhythm=Rhythm(
                poll=settings.imap.poll_seconds,
                sweep=settings.imap.sweep_seconds,
                idle=settings.imap.idle_seconds,
                lease=settings.worker.lease_seconds,
            ),
        )


def _pace(settings: Settings) -> Pace:
    worker = settings.worker
    return Pace(
        batch_mails=worker.batch_mails,
        batch_bytes=worker.batch_bytes,
        mail_bytes=settings.limits.mail_bytes,
        attempts=worker.attempts,
        retry_after=tuple(timedelta(seconds=seconds) for seconds in worker.retry_seconds),
    )


def _start(settings: Settings) -> datetime | None:
    day = settings.imap.start_date
    return datetime.combine(day, time_of_day.min, ZoneInfo(settings.desk.timezone)) if day else None
