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
from mailbot.adapters.failpoints import make_failpoint, no_failpoint
from mailbot.adapters.files import FileStore
from mailbot.adapters.imap import ImapAccount, ImapMailbox, Waker
from mailbot.adapters.keys import ensure_key_file, make_keys
from mailbot.adapters.letters import LetterWriter
from mailbot.adapters.reading import ChildReader
from mailbot.adapters.smtp import SmtpAccount, SmtpPost
from mailbot.adapters.store.desk_store import DeskStore
from mailbot.adapters.store.engine import open_engine
from mailbot.adapters.store.leases import Leases
from mailbot.adapters.store.migrating import require_current
from mailbot.adapters.store.outbox import Outbox
from mailbot.deliver import Deliverer
from mailbot.domain.errors import SettingsError, WorldError
from mailbot.domain.letter import Picture
from mailbot.domain.people import Language
from mailbot.receive import Pace, Receiver
from mailbot.reconcile import reconcile
from mailbot.remind import Reminder
from mailbot.settings import read_secret
from mailbot.settings.desk import make_desk
from mailbot.share import shared
from mailbot.worker import Rhythm, Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Engine

    from mailbot.adapters.store.posting import LetterTask
    from mailbot.domain.desk import Desk
    from mailbot.domain.letter import Letter
    from mailbot.domain.trust import TokenKeys
    from mailbot.reconcile import Reconciliation
    from mailbot.settings import Settings

__all__ = ["OpenDesk", "load_keys", "make_desk", "now", "open_desk", "open_files", "open_reader", "open_store"]

MINIMUM_SECRET = 32


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
def open_store(settings: Settings) -> Iterator[Engine]:
    """Open the database. Raises WorldError when it is not migrated."""
    engine = open_engine(settings.database_url)
    try:
        require_current(engine)
        yield engine
    finally:
        engine.dispose()


@contextmanager
def open_desk(settings: Settings) -> Iterator[OpenDesk]:
    """Put the desk together. Raises SettingsError when something that it needs is not set."""
    require_complete(settings)
    with ExitStack() as stack:
        engine = stack.enter_context(open_store(settings))
        desk = make_desk(settings, load_keys(settings))
        file_store = open_files(settings)
        lease = timedelta(seconds=settings.worker.lease_seconds)
        writer = make_writer(settings, desk)
        reached = make_failpoint(os.environ)
        correspondent = Correspondent(writer, file_store, reached)
        store = DeskStore(engine, desk, ZoneInfo(settings.desk.timezone), correspondent, lease)
        mailbox = ImapMailbox(imap_account(settings))
        stack.callback(mailbox.close)
        post = SmtpPost(smtp_account(settings))
        stack.callback(post.close)
        reader = open_reader(settings)
        stack.callback(reader.close)
        receiver = Receiver(file_store, store, reader, desk, _pace(settings), now, reached)
        give_up = timedelta(hours=settings.smtp.give_up_hours)
        deliverer = Deliverer(Outbox(engine, lease), post, give_up, now, random.random, reached)
        yield OpenDesk(
            receiver=receiver,
            deliverer=deliverer,
            reminder=Reminder(store, now),
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


@dataclass(frozen=True, slots=True)
class Correspondent:
    """Writes letters: fetches the pictures of a mail and hands everything to the letter writer.

    It is called inside the transaction that obeys a decision, so `reached` is told of a step within it.
    """

    writer: LetterWriter
    files: FileStore
    reached: Callable[[str], None] = no_failpoint

    def __call__(self, task: LetterTask) -> Letter:
        """Return the finished letter."""
        self.reached("letter-begun")
        pictures = [
            Picture(file.name, file.content_type, self.files.find(file.sha256))
            for file in task.attachments
            if file.is_picture
        ]
        return self.writer.write(
            task.order,
            task.ticket,
            task.thread,
            pictures,
            task.at,
            task.event_key,
            requester=task.requester,
            assignee=task.assignee,
            other_files=[file.name for file in task.attachments if not file.is_picture],
        )


def make_writer(settings: Settings, desk: Desk) -> LetterWriter:
    """Return the writer of this desk's letters."""
    return LetterWriter(
        desk=desk,
        names={Language.ENGLISH: settings.desk.name_en, Language.HINDI: settings.desk.name_hi},
        timezone=ZoneInfo(settings.desk.timezone),
        plus_addressing=settings.desk.plus_addressing,
        templates=shared("templates") / "mail",
        picture_limit=settings.limits.letter_picture_bytes,
    )


def open_files(settings: Settings) -> FileStore:
    """Return the file store of the data folder."""
    return FileStore(settings.data / "files", settings.storage.minimum_free_mb * 1_000_000)


def open_reader(settings: Settings) -> ChildReader:
    """Return the reader of mails; its process starts with the first mail."""
    limits = settings.limits
    return ChildReader(
        cpu_seconds=limits.parse_cpu_seconds, wall_seconds=limits.parse_seconds, memory_mb=limits.parse_memory_mb
    )


def make_data_folder(settings: Settings) -> None:
    """Make the folder for everything mailbot keeps; nobody else may look into it."""
    try:
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise WorldError(
            f"The folder storage.folder = {settings.storage.folder!r} cannot be made at {settings.data}: "
            f"{error.strerror}. Name a folder in which this user may write."
        ) from error


def load_keys(settings: Settings) -> TokenKeys:
    """Return the keys of the reply tokens; the key in the data folder is made when it is missing."""
    path: Path = settings.data / "token.key"
    if settings.desk.token_key_file:
        path = settings.path(settings.desk.token_key_file)
    else:
        ensure_key_file(path)
    secret = read_secret(path, "desk.token_key_file")
    if len(secret) < MINIMUM_SECRET:
        raise SettingsError(
            f"desk.token_key_file = {str(path)!r}: the key is shorter than {MINIMUM_SECRET} characters."
        )
    return make_keys(secret)


def imap_account(settings: Settings) -> ImapAccount:
    """Return the mailbox's account."""
    imap = settings.imap
    return ImapAccount(
        host=imap.host,
        port=imap.port,
        security=imap.security,
        username=imap.username,
        password=settings.imap_password,
        ca_file=str(settings.path(imap.ca_file)) if imap.ca_file else "",
        timeout_seconds=imap.timeout_seconds,
        folder=imap.folder,
        processed_folder=imap.processed_folder,
    )


def smtp_account(settings: Settings) -> SmtpAccount:
    """Return the account for sending."""
    smtp = settings.smtp
    return SmtpAccount(
        host=smtp.host,
        port=smtp.port,
        security=smtp.security,
        username=smtp.username,
        password=settings.smtp_password,
        ca_file=str(settings.path(smtp.ca_file)) if smtp.ca_file else "",
        timeout_seconds=smtp.timeout_seconds,
        sender=settings.desk.address,
        connections=smtp.connections,
    )


def require_complete(settings: Settings) -> None:
    """Raise SettingsError that names everything a desk cannot run without and that is not set."""
    needed = {
        "desk.address": settings.desk.address,
        "imap.host": settings.imap.host,
        "imap.username": settings.imap.username,
        "smtp.host": settings.smtp.host,
    }
    if missing := [key for key, value in needed.items() if not value]:
        raise SettingsError(f"{', '.join(missing)}: not set. `mailbot init` asks for them and writes settings.toml.")


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
