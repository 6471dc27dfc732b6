"""The wiring: settings -> adapters -> stories. The only file that knows every class."""

from __future__ import annotations

import logging
import os
import random
import socket
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from datetime import time as time_of_day
from secrets import token_hex
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from mailbot.adapters.alarms import Scopes, ToldAlarms
from mailbot.adapters.clock import now
from mailbot.adapters.failpoints import make_failpoint
from mailbot.adapters.imap import ImapMailbox, Waker
from mailbot.adapters.keys import KeyFollower, find_key_file, load_keys
from mailbot.adapters.pacing import Gate
from mailbot.adapters.pin_record import require_pin
from mailbot.adapters.send_journal import JOURNALS, SendJournal
from mailbot.adapters.smtp import SmtpPost
from mailbot.adapters.store.applying import Applier
from mailbot.adapters.store.bulletins import Bulletins
from mailbot.adapters.store.desk_store import DeskStore
from mailbot.adapters.store.folding import Folding
from mailbot.adapters.store.late_malware import LateMalware
from mailbot.adapters.store.leases import Leases
from mailbot.adapters.store.outbox import Outbox
from mailbot.adapters.store.soundness import require_sound
from mailbot.adapters.store.status import find_status
from mailbot.deliver import Deliverer
from mailbot.domain.errors import WorldError
from mailbot.intake import Intake, Rhythm, Signals
from mailbot.parts import (
    READ_AHEAD,
    Correspondent,
    imap_account,
    load_calendar,
    make_inspection,
    make_lookout,
    make_writer,
    open_files,
    open_reader,
    open_store,
    require_complete,
    smtp_account,
)
from mailbot.reading_ahead import Ahead
from mailbot.receive import Pace, Receiver
from mailbot.reconcile import reconcile
from mailbot.remind import Reminder
from mailbot.settings.desk import make_desk
from mailbot.settings.service import make_plans, make_report_rules
from mailbot.upkeep.tidying import Tidier, make_retention
from mailbot.warning import Warner
from mailbot.watch import Pulse, Watch
from mailbot.watch_parts import WatchedPost, make_alarms, open_watch, watch_steps
from mailbot.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mailbot.deliver import Post
    from mailbot.domain.health import Status
    from mailbot.elsewhere import Lookout
    from mailbot.file_keeping import KeptFiles
    from mailbot.reconcile import Reconciliation
    from mailbot.settings import Settings


log = logging.getLogger(__name__)

# It is renewed three times as often; after a crash another program takes over within half a minute.
MAILBOX_LEASE = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Done:
    """How much one round did."""

    taken: int
    handled: int
    delivered: int


@dataclass(frozen=True, slots=True)
class Care:
    """What the worker sees to now and then: new keys, malware that was found late, letters that wait for the quota."""

    keys: KeyFollower
    warner: Warner
    folding: Folding


@dataclass(frozen=True)
class OpenDesk:
    """The whole desk, connected to nothing yet: connections open when they are first used."""

    receiver: Receiver
    deliverer: Deliverer
    reminder: Reminder
    lookout: Lookout
    store: DeskStore
    files: KeptFiles
    mailbox: ImapMailbox
    bell: Waker
    leases: Leases
    start_date: datetime | None
    rhythm: Rhythm
    watch: Watch
    alarms: ToldAlarms
    tidier: Tidier
    care: Care

    def worker(self) -> Worker:
        """Return the worker of this desk."""
        signals = Signals()
        intake = Intake(
            receiver=self.receiver,
            mailbox=self.mailbox,
            bell=self.bell,
            leases=self.leases,
            start_date=self.start_date,
            rhythm=self.rhythm,
            signals=signals,
            pulse=self.watch.pulse,
            now=now,
        )
        return Worker(
            intake=intake,
            receiver=self.receiver,
            deliverer=self.deliverer,
            reminder=self.reminder,
            lookout=self.lookout,
            signals=signals,
            watch=self.watch,
            teller=self.alarms,
            tidy=self.tidier.tidy_when_due,
            follow_keys=self.care.keys.follow,
            warn=self.care.warner.warn,
            fold=lambda: self.care.folding.fold_waiting(now()),
        )

    def find_status(self) -> Status:
        """Return how the desk fares. Raises WorldError."""
        return find_status(self.store.engine, now())

    def once(self) -> Done:
        """Do everything that waits, in and out. Raises WorldError when something cannot be done now."""
        self.lock_mailbox()
        try:
            with self.leases.held(self.mailbox.name, now):
                return self._do_everything()
        finally:
            self.leases.release(self.mailbox.name)

    def _do_everything(self) -> Done:
        taken = self.receiver.take_in(self.mailbox, self.start_date, sweep=True)
        try:
            self.lookout.look_when_due()
        except WorldError as error:
            log.warning("the folders beside the inbox are looked through later: %s", error)
        handled = delivered = 0
        while True:
            while count := self.receiver.handle_due():
                handled += count
            self.reminder.remind_due()
            while count := self.deliverer.deliver_due():
                delivered += count
            if not self._wait_for_leases():
                return Done(taken, handled, delivered)

    def lock_mailbox(self) -> None:
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
        """Look through the folders beside the inbox, and compare the mailbox with the ledger."""
        self.lookout.look()
        compared = reconcile(self.mailbox, self.store, self.files.find_missing)
        return replace(compared, elsewhere=tuple(self.lookout.find_listed()))


@contextmanager
def open_desk(settings: Settings, *, catching_up: bool = False) -> Iterator[OpenDesk]:
    """Put the desk together. Raises SettingsError when something that it needs is not set.

    Raises WorldError when the data came from a backup that it has not caught up with; only `catching_up` may do that.
    """
    require_complete(settings)
    require_pin(settings)
    with ExitStack() as stack:
        engine = stack.enter_context(open_store(settings))
        require_sound(engine, catching_up=catching_up)
        desk = make_desk(settings, load_keys(settings), load_calendar(settings))
        file_store = open_files(settings)
        lease = timedelta(seconds=settings.worker.lease_seconds)
        writer = make_writer(settings, desk)
        alarms, pulse = make_alarms(settings, engine), Pulse(now, time.monotonic)
        scopes, reached = Scopes(alarms), watch_steps(make_failpoint(os.environ), pulse)
        correspondent = Correspondent(writer, file_store, reached)
        timezone, plans = ZoneInfo(settings.desk.timezone), make_plans(settings)
        store = DeskStore(engine, desk, timezone, correspondent, lease, plans)
        bulletins = Bulletins(engine, desk, make_report_rules(settings))
        journal = SendJournal(settings.data / JOURNALS)
        stack.callback(journal.close)
        mailbox, post = _open_servers(settings, alarms, scopes, journal, stack)
        reader = open_reader(settings)
        stack.callback(reader.close)
        inspector = make_inspection(settings, engine, alarms)
        receiver = Receiver(file_store, store, reader, desk, _pace(settings), now, reached, alarms, inspector)
        outbox = Outbox(engine, lease, desk.energy.quota)
        holder = f"{socket.gethostname()}:{os.getpid()}"
        yield OpenDesk(
            receiver=receiver,
            deliverer=_make_deliverer(settings, outbox, WatchedPost(post, pulse), journal, reached),
            reminder=Reminder(store, now, desk, bulletins.writers()),
            lookout=make_lookout(settings, engine, Gate(alarms=scopes.scope("imap-elsewhere")), _start(settings)),
            store=store,
            files=file_store,
            mailbox=mailbox,
            bell=stack.enter_context(Waker()),
            leases=Leases(engine, f"{holder}:{token_hex(4)}", min(lease, MAILBOX_LEASE)),
            start_date=_start(settings),
            rhythm=_rhythm(settings),
            watch=open_watch(settings, engine, holder, alarms, pulse, file_store.has_room),
            alarms=alarms,
            tidier=Tidier(engine, file_store, make_retention(settings), timezone, now),
            care=_make_care(settings, Applier(engine, desk, timezone, correspondent), alarms),
        )


def _make_care(settings: Settings, applier: Applier, alarms: ToldAlarms) -> Care:
    keys = KeyFollower(settings, find_key_file(settings), applier.desk.keys, now)
    return Care(keys, Warner(LateMalware(applier), alarms, now), Folding(applier.engine, applier.desk.energy.quota))


def _open_servers(
    settings: Settings, alarms: ToldAlarms, scopes: Scopes, journal: SendJournal, stack: ExitStack
) -> tuple[ImapMailbox, SmtpPost]:
    mailbox = ImapMailbox(imap_account(settings, alarms), Gate(alarms=scopes.scope("imap")))
    stack.callback(mailbox.close)
    post = SmtpPost(smtp_account(settings, alarms), Gate(alarms=scopes.scope("smtp")), journal)
    stack.callback(post.close)
    return mailbox, post


def _make_deliverer(
    settings: Settings, outbox: Outbox, post: Post, journal: SendJournal, reached: Callable[[str], None]
) -> Deliverer:
    give_up = timedelta(hours=settings.smtp.give_up_hours)
    return Deliverer(outbox, post, give_up, now, random.random, reached, journal)


def _rhythm(settings: Settings) -> Rhythm:
    return Rhythm(
        poll=settings.imap.poll_seconds,
        sweep=settings.imap.sweep_seconds,
        idle=settings.imap.idle_seconds,
        lease=min(settings.worker.lease_seconds, MAILBOX_LEASE.total_seconds()),
    )


def _pace(settings: Settings) -> Pace:
    worker = settings.worker
    return Pace(
        batch_mails=worker.batch_mails,
        batch_bytes=worker.batch_bytes,
        mail_bytes=settings.limits.mail_bytes,
        attempts=worker.attempts,
        retry_after=tuple(timedelta(seconds=seconds) for seconds in worker.retry_seconds),
        ahead=Ahead(READ_AHEAD, worker.batch_bytes),
    )


def _start(settings: Settings) -> datetime | None:
    day = settings.imap.start_date
    return datetime.combine(day, time_of_day.min, ZoneInfo(settings.desk.timezone)) if day else None
