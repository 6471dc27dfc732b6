"""A desk in this process on a real mailbox, and what may happen to that mailbox; shared by the suite and the campaigns.

The mails are small and each comes from another officer, so that no bound on answers hides a letter too many.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self
from zoneinfo import ZoneInfo

from sqlalchemy import event, func, select

from mailbot.adapters.files import FileStore
from mailbot.adapters.imap import ImapAccount, ImapMailbox
from mailbot.adapters.imap.elsewhere import OtherFolders
from mailbot.adapters.store.desk_store import DeskStore
from mailbot.adapters.store.engine import open_engine, reading
from mailbot.adapters.store.found_mails import FoundMails
from mailbot.adapters.store.tables import letters, mails, metadata, tickets
from mailbot.elsewhere import Lookout
from mailbot.receive import Pace, Receiver
from mailbot.reconcile import balance, reconcile
from tests.builders import the_desk
from tests.fakes import FakeAlarms, FakeClock, ignore
from tests.golden import DirectReader
from tests.servers.dovecot import PASSWORD
from tests.store.desk_work import write_letter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mailbot.adapters.imap.wire import Wire
    from tests.servers.dovecot import Dovecot

START = datetime(2026, 11, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
LONG_AGO = datetime(2024, 11, 5, 5, 30, tzinfo=UTC)
LEASE = timedelta(minutes=2)
PACE = Pace(50, 5_000_000, 1_000_000, 3, (timedelta(0),))


def write_mail(number: int, subject: str = "GSTR-3B दाखिल नहीं हो रहा") -> bytes:
    """Return a mail of an officer; each number makes another officer with another problem."""
    return (
        f"From: Officer {number} <officer{number}@tax.up.example>\r\nTo: support@tax.up.example\r\n"
        f"Date: Mon, 23 Nov 2026 10:{number % 60:02d}:00 +0530\r\nMessage-ID: <care-{number}@client.example>\r\n"
        f"Subject: {subject} {number}\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
        f"Content-Transfer-Encoding: 8bit\r\n\r\nत्रुटि RET{number:06d} आ रही है, please help.\r\n"
    ).encode()


@dataclass(frozen=True, slots=True)
class Sum:
    """How many rows there are of what must not become more by itself."""

    tickets: int
    letters: int


@dataclass
class CareDesk:
    """A receiver and a lookout on one mailbox; `reached` is told each step of taking in."""

    folder: Path
    dovecot: Dovecot
    user: str
    reached: Callable[[str], None] = ignore
    alarms: FakeAlarms = field(default_factory=FakeAlarms)
    clock: FakeClock = field(default_factory=lambda: FakeClock(NOW))
    mailbox_kind: type[ImapMailbox] = ImapMailbox

    def __enter__(self) -> Self:
        """Make the tables."""
        self._stack = ExitStack()
        self.engine = open_engine(f"sqlite:///{self.folder / 'care.db'}")
        self._stack.callback(self.engine.dispose)
        metadata.create_all(self.engine)
        self.store = DeskStore(self.engine, the_desk(), ZoneInfo("Asia/Kolkata"), write_letter, LEASE)
        self.files = FileStore(self.folder / "files", 0)
        self.mailbox = self.mailbox_kind(self.account)
        self._stack.callback(self.mailbox.close)
        self.receiver = Receiver(
            self.files, self.store, DirectReader(), the_desk(), PACE, self.clock, self._reach, self.alarms
        )
        self.lookout = Lookout(
            places=OtherFolders(self.account, ()),
            book=FoundMails(self.engine, LEASE),
            files=self.files,
            open_reader=lambda: nullcontext(DirectReader()),
            start=START,
            every=timedelta(hours=11),
            mail_bytes=1_000_000,
            now=self.clock,
        )
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of everything."""
        self._stack.close()

    def _reach(self, step: str) -> None:
        self.reached(step)

    @property
    def account(self) -> ImapAccount:
        """The account of the mailbox."""
        return ImapAccount(
            host=self.dovecot.host,
            port=self.dovecot.port,
            security="none",
            username=self.user,
            password=PASSWORD,
            timeout_seconds=60.0,
        )

    def work(self, *, sweep: bool = True, start: datetime | None = START) -> int:
        """Take in what waits and handle it; return how many mails were new."""
        taken = self.receiver.take_in(self.mailbox, start, sweep=sweep)
        while self.receiver.handle_due():
            pass
        return taken

    def deliver(self, count: int, first: int = 0, subject: str = "GSTR-3B दाखिल नहीं हो रहा") -> None:
        """Let mails of as many officers arrive, an hour ago."""
        for number in range(first, first + count):
            self.dovecot.deliver(self.user, write_mail(number, subject), NOW - timedelta(hours=1))

    def sum(self) -> Sum:
        """Count tickets and letters."""
        with reading(self.engine) as connection:
            counts = [
                connection.execute(select(func.count()).select_from(one)).scalar_one() for one in (tickets, letters)
            ]
        return Sum(*counts)

    def outcomes(self) -> dict[str, int]:
        """Count the mails of the ledger by outcome."""
        with reading(self.engine) as connection:
            query = select(mails.c.outcome, func.count()).group_by(mails.c.outcome)
            return dict(connection.execute(query).all())

    def is_accounted_for(self) -> bool:
        """Tell whether mailbox and ledger agree and every mail has its one end."""
        compared = reconcile([self.mailbox], self.store, self.files.find_missing)
        return (
            compared.agrees and balance(self.store.find_sums())[0] and not self.store.find_sums().states.get("kept", 0)
        )

    @contextmanager
    def counted(self) -> Iterator[dict[str, int]]:
        """Count the statements to the database and the commands to the server in a `with` block."""
        counts = {"statements": 0, "commands": 0}

        def count(*_: Any) -> None:
            counts["statements"] += 1

        assert self.mailbox._client is not None
        wire: Wire = self.mailbox._client.wire
        before = wire.tagnum
        event.listen(self.engine, "before_cursor_execute", count)
        try:
            yield counts
        finally:
            event.remove(self.engine, "before_cursor_execute", count)
            counts["commands"] = wire.tagnum - before
