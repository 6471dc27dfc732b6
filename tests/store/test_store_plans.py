"""No statement of a working day walks through a table that grows: each finds its rows over an index."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from mailbot.adapters.store.brakes_told import find_held_back
from mailbot.adapters.store.engine import reading
from mailbot.adapters.store.outbox import Outbox
from mailbot.adapters.store.tables import events
from mailbot.deliver import Settlement
from mailbot.domain.send_quota import SendQuota
from mailbot.remind import Reminder
from tests.builders import ASHA, CHITRA, the_desk
from tests.store.desk_work import EPOCH, MAILBOX, NOW
from tests.store.plans import find_scans, find_sorted, noted_statements
from tests.store.small_desk import Desk, mail

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sqlalchemy import Engine

STRANGER = "dealer@outside.example"
QUOTA = SendQuota(2_000)


class Days:
    """A desk that lives through some days: mails, answers, letters that go out, time that passes."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine, self.desk, self.count = engine, Desk(engine, folder), 0
        self.outbox = Outbox(engine, timedelta(seconds=120), QUOTA)
        self.reminder = Reminder(self.desk.store, self.desk.clock, the_desk(), {})

    def write(self, sender: str, subject: str, body: str, *headers: str) -> None:
        """Let somebody write."""
        self.count += 1
        self.desk.gets(mail(sender, subject, body, f"plans-{self.count}", *headers))

    def answer(self, sender: str, body: str) -> None:
        """Let somebody answer the last letter that went to their address."""
        letter = [letter for to, letter in self.desk.letters() if to == sender][-1]
        self.write(sender, f"Re: {letter['Subject']}", body, f"In-Reply-To: {letter['Message-ID']}")

    def deliver(self, state: str = "sent", refused: str = "") -> None:
        """Send all letters that wait."""
        while letters := self.outbox.claim_letters(self.desk.clock(), 20):
            endings = [Settlement(letter.id, state, "550 5.1.1 Nobody here", 0, refused=refused) for letter in letters]
            self.outbox.settle(endings, self.desk.clock())

    def wait(self, hours: int) -> None:
        """Let time pass, and look at what is due."""
        self.desk.clock.advance(hours=hours)
        self.reminder.remind_due()

    def poll(self) -> None:
        """Look for mail and for work when there is none."""
        store, now = self.desk.store, self.desk.clock()
        highest = store.find_highest_uid(MAILBOX, EPOCH)
        store.find_filed(MAILBOX, EPOCH, [1, highest, highest + 1])
        store.settle_filed(MAILBOX, EPOCH, [highest])
        store.find_same_mails(["1701"])
        store.claim_mails(now, 20)
        self.deliver()
        find_held_back(self.engine, QUOTA, now)
        store.find_next_lease()

    def kinds(self) -> Sequence[str]:
        """Return what happened to tickets."""
        with reading(self.engine) as connection:
            return list(connection.execute(select(events.c.kind).order_by(events.c.id)).scalars())


def live(days: Days) -> None:
    """Let everything happen that happens every day."""
    days.write(STRANGER, "Refund", "Where is my refund? The ARN is AA0906230000013.")
    days.write(ASHA.email, "GSTR-3B does not open", "Error RET-13510 on submit. Mobile: 98390 12345")
    days.deliver()
    days.answer(CHITRA.email, "RESOLVED\nPlease try again.")
    days.answer(ASHA.email, "It works for some returns, and not for others.")
    days.answer(ASHA.email, "REOPEN\nIt failed once more.")
    days.answer(CHITRA.email, "ASSIGN dev@tax.up.example")
    days.answer(CHITRA.email, "ASK Which browser do you use?")
    days.write(ASHA.email, "STATUS", "")
    days.write(ASHA.email, "Machine", "I am away until Monday.", "Auto-Submitted: auto-replied")
    days.deliver("failed", refused=STRANGER)
    for _ in range(8):
        days.wait(hours=20)
        days.deliver()
    days.poll()


def test_no_statement_of_a_working_day_walks_through_a_growing_table(engine, tmp_path):
    """Mail, answers, letters, reminders and an idle look cost the same with a million tickets."""
    days = Days(engine, tmp_path)
    with noted_statements(engine) as noted:
        live(days)
    assert {"opened", "resolved", "reopened", "asked", "commented", "reminded"} <= set(days.kinds())
    assert len(noted) > 60
    assert find_scans(engine, noted) == {}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_claim_reads_no_more_than_it_takes(engine, store):
    """Letters and new mails are found in the order of an index; only mails that failed before, which are few, sort."""
    with noted_statements(engine) as noted:
        store.claim_mails(NOW, 20)
        for quota in (QUOTA, SendQuota(1)):
            Outbox(engine, timedelta(seconds=120), quota).claim_letters(NOW, 20)
    assert sum("LIMIT" in statement for statement in noted) == 6
    (only,) = find_sorted(engine, noted)
    assert "mails.attempts > ?" in only
