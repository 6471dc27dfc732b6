"""Everything around a receiver, made of stand-ins, with five mails that wait to be taken in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from mailbot.receive import Pace, Receiver
from tests.builders import ASHA, NOW, STRANGER, the_desk
from tests.fake_ledger import FakeLedger
from tests.fakes import FakeAlarms, FakeClock, FakeFiles, FakeMailbox, FakeReader, ignore

PACE = Pace(
    batch_mails=3,
    batch_bytes=10_000,
    mail_bytes=5_000,
    attempts=3,
    retry_after=(timedelta(seconds=60), timedelta(seconds=600)),
)
MAILS = [f"{ASHA.email}|GSTR-3B does not open ({number}) picture" for number in range(4)] + [f"{STRANGER}|रिफंड नहीं आया"]
EARLY = NOW - timedelta(days=1)


@dataclass
class World:
    """Everything around a receiver, which a new one finds again after a crash."""

    mailbox: FakeMailbox = field(default_factory=FakeMailbox)
    files: FakeFiles = field(default_factory=FakeFiles)
    ledger: FakeLedger = field(default_factory=FakeLedger)
    reader: FakeReader = field(default_factory=FakeReader)
    clock: FakeClock = field(default_factory=FakeClock)
    reached: object = ignore
    pace: Pace = PACE
    alarms: FakeAlarms = field(default_factory=FakeAlarms)

    def receiver(self):
        """Start the program."""
        return Receiver(
            self.files, self.ledger, self.reader, the_desk(), self.pace, self.clock, self.reached, self.alarms
        )

    def run(self, *, sweep=True, start=EARLY):
        """Take in and handle everything that waits."""
        receiver = self.receiver()
        receiver.take_in(self.mailbox, start, sweep=sweep)
        while receiver.handle_due():
            pass

    def run_again(self):
        """Start the program once more after it died, an hour later."""
        self.reached = ignore
        self.ledger.restart()
        self.clock.advance(hours=1)
        self.run()

    def outcomes(self):
        """Return the final states of all mails, in their order."""
        return [row.outcome for row in self.ledger.rows.values()]


def make_world() -> World:
    """Return a world with five mails waiting."""
    made = World()
    made.mailbox.deliver(*MAILS)
    return made
