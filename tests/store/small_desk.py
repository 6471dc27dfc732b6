"""A desk with the real reader, rules, tables and letters, which mails can be given to one by one."""

from __future__ import annotations

import email
import email.policy
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from mailbot.adapters.files import FileStore
from mailbot.adapters.reading.message import read_message
from mailbot.adapters.store.desk_store import DeskStore
from mailbot.adapters.store.directory import keep_people
from mailbot.adapters.store.engine import reading
from mailbot.adapters.store.tables import letters, tickets
from mailbot.parts import Correspondent, make_writer
from mailbot.ports import Kept, Listed
from mailbot.receive import Receiver
from mailbot.settings import load_settings
from tests.builders import ASHA, BHARAT, CHITRA, DEV, the_desk
from tests.fakes import FakeAlarms, FakeClock
from tests.store.desk_work import EPOCH, MAILBOX
from tests.world import PACE

DESK = "support@tax.up.example"


class Direct:
    """Reads in this process."""

    def prepare(self):
        """Be ready; there is nothing to start."""

    def read(self, raw, *, oversized):
        """Return what the mail says."""
        return read_message(raw, oversized=oversized)


class Desk:
    """A desk with the real reader, rules, tables and letters."""

    def __init__(self, engine, path, reader=None):
        """Open it with four people in the directory."""
        kept = FileStore(path / "files", 0)
        correspondent = Correspondent(make_writer(load_settings(None), the_desk()), kept)
        self.store = DeskStore(engine, the_desk(), ZoneInfo("Asia/Kolkata"), correspondent, timedelta(seconds=120))
        keep_people(engine, [ASHA, BHARAT, CHITRA, DEV])
        self.kept, self.uids, self.last, self.clock = kept, 0, 0, FakeClock()
        self.receiver = Receiver(
            kept, self.store, reader or Direct(), the_desk(), PACE, self.clock, lambda _: None, FakeAlarms()
        )

    def gets(self, *mails):
        """Let mails arrive and be handled; return the letters that they brought about, as (address, message)."""
        before = self.last
        for raw in mails:
            self.uids += 1
            kept = Kept(Listed(self.uids, len(raw), self.clock()), self.kept.keep(raw), oversized=False)
            self.store.keep(MAILBOX, EPOCH, [kept], self.clock())
        while self.receiver.handle_due():
            pass
        return self.letters(before)

    def letters(self, after=0):
        """Return all letters, or those after one."""
        query = select(letters.c.id, letters.c.to, letters.c.raw).where(letters.c.id > after).order_by(letters.c.id)
        with reading(self.store.engine) as connection:
            rows = connection.execute(query).all()
        self.last = max((row.id for row in rows), default=after)
        return [(row.to, email.message_from_bytes(row.raw, policy=email.policy.default)) for row in rows]

    def numbers(self):
        """Return the numbers of all tickets."""
        with reading(self.store.engine) as connection:
            return list(connection.execute(select(tickets.c.number).order_by(tickets.c.id)).scalars())


def mail(sender, subject, body, key, *headers):
    """Return a plain mail."""
    lines = (f"From: {sender}", f"To: {DESK}", f"Subject: {subject}", f"Message-ID: <{key}@outside.example>", *headers)
    return ("\r\n".join(lines) + f"\r\n\r\n{body}\r\n").encode()
