"""The wiring: settings -> adapters -> stories. The only file that knows every class."""

from __future__ import annotations

import logging
import os
import random
import socket
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from secrets import token_hex
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from mailbot.accounts import smtp_account
from mailbot.adapters.alarms import Scopes, ToldAlarms
from mailbot.adapters.clock import now
from mailbot.adapters.failpoints import make_failpoint
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
from mailbot.domain.watching import intake_of
from mailbot.hand import Hand
from mailbot.inboxes import MAILBOX_LEASE, Lookouts, Openings, open_inboxes
from mailbot.intake import Signals
from mailbot.parts import (
    READ_AHEAD,
    Correspondent,
    load_calendar,
    make_inspection,
    make_writer,
    open_files,
    open_reader,
    open_store,
    require_complete,
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
from mailbot.watch_parts import WatchedPost, make_alarms, make_announcer, open_watch, watch_steps
from mailbot.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from mailbot.adapters.imap import ImapMailbox
    from mailbot.announcing import Announcer
    from mailbot.deliver import Post
    from mailbot.domain.health import Status
    from mailbot.file_keeping import KeptFiles
    from mailbot.inboxes import Inbox
    from mailbot.reconcile import Reconciliation
    from mailbot.settings import Settings


log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Done:
    """How much one round did."""

    taken: int
    handled: int
    delivered: int


@dataclass(frozen=True, slots=True)
class Care:
    """What the worker sees to now and then: new keys, late malware, letters that wait for the quota, webhooks."""

    keys: KeyFollower
    warner: Warner
    folding: Folding
    announcer: Announcer


@dataclass(frozen=True)
class OpenDesk:
    """The whole desk, connected to nothing yet: connections open when they are first used."""

    receiver: Receiver
    deliverer: Deliverer
    reminder: Reminder
    inboxes: tuple[Inbox, ...]
    store: DeskStore
    files: KeptFiles
    leases: Leases
    watch: Watch
    alarms: ToldAlarms
    tidier: Tidier
    care: Care
    has_hand: bool

    def worker(self) -> Worker:
        """Return the worker of this desk."""
        signals = Signals()
        return Worker(
            intakes=tuple(inbox.intake(self.leases, signals, self.watch.pulse) for inbox in self.inboxes),
            receiver=self.receiver,
            deliverer=self.deliverer,
            reminder=self.reminder,
            signals=signals,
            watch=self.watch,
            teller=self.alarms,
            tidy=self.tidier.tidy_when_due,
            follow_keys=self.care.keys.follow,
            warn=self.care.warner.warn,
            fold=lambda: self.care.folding.fold_waiting(now()),
            announce=self.care.announcer.announce_due,
            hand=Hand(self.receiver, self.store.engine.dispose, self.care.keys.follow) if self.has_hand else None,
        )

    def find_status(self) -> Status:
        """Return how the desk fares. Raises WorldError."""
        return find_status(self.store.engine, now())

    @property
    def mailbox(self) -> ImapMailbox:
        """The mailbox of [imap]."""
        return self.inboxes[0].mailbox

    @property
    def start_date(self) -> datetime | None:
        """From when its mail is answered."""
        return self.inboxes[0].start_date

    @property
    def lookout(self) -> Lookouts:
        """What looks through the folders beside the inboxes."""
        return Lookouts(tuple(inbox.lookout for inbox in self.inboxes if inbox.lookout))

    def once(self) -> Done:
        """Do everything that waits, in and out. Raises WorldError when something cannot be done now.

        A mailbox that cannot be read keeps none of the others from being read.
        """
        with ExitStack() as held:
            self.lock_mailboxes(held)
            return self._do_everything()

    def _do_everything(self) -> Done:
        taken, failures = self._take_in()
        handled = delivered = 0
        while True:
            while count := self.receiver.handle_due():
                handled += count
            self.reminder.remind_due()
            while count := self.deliverer.deliver_due():
                delivered += count
            if not self._wait_for_leases():
                break
        if failures:
            raise failures[0]
        return Done(taken, handled, delivered)

    def _take_in(self) -> tuple[int, list[WorldError]]:
        """Take in what waits in every mailbox; with only one its trouble is everybody's."""
        taken, failures = 0, []
        for inbox in self.inboxes:
            try:
                taken += inbox.take_in()
            except WorldError as error:
                if len(self.inboxes) == 1:
                    raise
                log.warning("the mailbox %s is read later: %s", inbox.label, error)
                failures.append(error)
        try:
            self.lookout.look_when_due()
        except WorldError as error:
            log.warning("the folders beside the inbox are looked through later: %s", error)
        return taken, failures

    def lock_mailboxes(self, held: ExitStack) -> None:
        """Become the one reader of every mailbox, until the stack gives them back.

        The lease of a program that died runs out; a living one renews it.
        """
        patience = time.monotonic() + self.inboxes[0].rhythm.lease + 1
        for name in (inbox.mailbox.name for inbox in self.inboxes):
            held.callback(self.leases.release, name)
            while not self.leases.acquire(name, now()):
                if time.monotonic() > patience:
                    raise WorldError(
                        f"Another mailbot reads this mailbox ({name}). Stop it first, or let it do the work."
                    )
                time.sleep(0.2)
            held.enter_context(self.leases.held(name, now))

    def _wait_for_leases(self) -> bool:
        """Wait until work that a stopped program left behind is free; False when there is none."""
        until = self.store.find_next_lease()
        if until is None:
            return False
        while (left := (until - now()).total_seconds()) > 0:
            time.sleep(min(left, 1.0))
        return True

    def reconcile(self) -> Reconciliation:
        """Look through the folders beside the inboxes, and compare the mailboxes with the ledger."""
        self.lookout.look()
        mailboxes = [inbox.mailbox for inbox in self.inboxes]
        compared = reconcile(mailboxes, self.store, self.files.find_missing)
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
        alarms, pulse = make_alarms(settings, engine), Pulse(now, time.monotonic, map(intake_of, settings.mailboxes))
        scopes, failpoint = Scopes(alarms), make_failpoint(os.environ)
        reached = watch_steps(failpoint, pulse)
        correspondent = Correspondent(writer, file_store, reached)
        timezone, plans = ZoneInfo(settings.desk.timezone), make_plans(settings)
        store = DeskStore(engine, desk, timezone, correspondent, lease, plans)
        bulletins = Bulletins(engine, desk, make_report_rules(settings))
        journal = SendJournal(settings.data / JOURNALS)
        stack.callback(journal.close)
        post = SmtpPost(smtp_account(settings, scopes.scope("tokens")), Gate(alarms=scopes.scope("smtp")), journal)
        stack.callback(post.close)
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
            inboxes=open_inboxes(Openings(settings, engine, receiver, scopes, pulse, failpoint), stack),
            store=store,
            files=file_store,
            leases=Leases(engine, f"{holder}:{token_hex(4)}", min(lease, MAILBOX_LEASE)),
            watch=open_watch(settings, engine, holder, alarms, pulse, file_store.has_room),
            alarms=alarms,
            tidier=Tidier(engine, file_store, make_retention(settings), timezone, now),
            has_hand=_may_fork(settings),
            care=_make_care(settings, Applier(engine, desk, timezone, correspondent), alarms),
        )


def _may_fork(settings: Settings) -> bool:
    """Tell whether mails are handled in a process of their own; a scanner sounds alarms, a bucket brings threads."""
    return settings.worker.own_process and settings.files.store != "s3" and not settings.scanner.socket


def _make_care(settings: Settings, applier: Applier, alarms: ToldAlarms) -> Care:
    keys = KeyFollower(settings, find_key_file(settings), applier.desk.keys, now)
    folding = Folding(applier.engine, applier.desk.energy.quota)
    announcer = make_announcer(settings, applier.engine, alarms)
    return Care(keys, Warner(LateMalware(applier), alarms, now), folding, announcer)


def _make_deliverer(
    settings: Settings, outbox: Outbox, post: Post, journal: SendJournal, reached: Callable[[str], None]
) -> Deliverer:
    give_up = timedelta(hours=settings.smtp.give_up_hours)
    return Deliverer(outbox, post, give_up, now, random.random, reached, journal)


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
