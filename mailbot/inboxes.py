"""The mailboxes of a desk, each with everything that is its own: connection, lease, rhythm, and what is beside it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from mailbot.accounts import find_start, imap_account
from mailbot.adapters.clock import now
from mailbot.adapters.imap import ImapMailbox, Waker
from mailbot.adapters.pacing import Gate
from mailbot.domain.errors import WorldError
from mailbot.domain.watching import intake_of
from mailbot.intake import Intake, Rhythm
from mailbot.parts import make_lookout
from mailbot.settings.mailboxes import find_mailboxes
from mailbot.watch_parts import watch_steps

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import ExitStack
    from datetime import datetime

    from sqlalchemy import Engine

    from mailbot.adapters.alarms import Scopes
    from mailbot.adapters.store.leases import Leases
    from mailbot.elsewhere import FoundMail, Lookout
    from mailbot.intake import Signals
    from mailbot.receive import Receiver
    from mailbot.settings import Settings
    from mailbot.settings.mailboxes import OneMailbox
    from mailbot.watch import Pulse

# It is renewed three times as often; after a crash another program takes over within half a minute.
MAILBOX_LEASE = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Inbox:
    """One mailbox. Its receiver takes in; what was taken in is handled for all mailboxes together.

    Of several in one account only the first has a lookout.
    """

    label: str
    part: str
    mailbox: ImapMailbox
    receiver: Receiver
    lookout: Lookout | None
    start_date: datetime | None
    rhythm: Rhythm
    bell: Waker = field(default_factory=Waker)

    def intake(self, leases: Leases, signals: Signals, pulse: Pulse) -> Intake:
        """Return the thread that reads it."""
        return Intake(
            receiver=self.receiver,
            mailbox=self.mailbox,
            bell=self.bell,
            leases=leases,
            start_date=self.start_date,
            rhythm=self.rhythm,
            signals=signals,
            pulse=pulse,
            now=now,
            lookout=self.lookout,
            part=self.part,
        )

    def take_in(self) -> int:
        """Look through the whole folder and take in what is new; return how many mails that were."""
        return self.receiver.take_in(self.mailbox, self.start_date, sweep=True)


@dataclass(frozen=True, slots=True)
class Lookouts:
    """What looks beside the inboxes, for all accounts together; trouble with one keeps none of the others from it."""

    each: tuple[Lookout, ...]

    def look_when_due(self) -> int:
        """Look where the last look is long enough ago; return how many mails were found. Raises WorldError."""
        return self._all(lambda lookout: lookout.look_when_due())

    def look(self) -> int:
        """Look through every folder; return how many mails were found. Raises WorldError."""
        return self._all(lambda lookout: lookout.look())

    def find_listed(self) -> list[FoundMail]:
        """Return the mails that were found last and not taken in, newest first."""
        found = [mail for lookout in self.each for mail in lookout.find_listed()]
        return sorted(found, key=lambda mail: mail.id, reverse=True)

    def take(self, ids: Sequence[int]) -> list[int]:
        """Take in archived mails by their numbers in the ledger; return those that were taken in."""
        return [mail for lookout in self.each for mail in lookout.take(ids)]

    def _all(self, act: Callable[[Lookout], int]) -> int:
        found, failures = 0, []
        for lookout in self.each:
            try:
                found += act(lookout)
            except WorldError as error:
                failures.append(error)
        if failures:
            raise failures[0]
        return found


@dataclass(frozen=True, slots=True)
class Openings:
    """What every mailbox is opened with; `reached` is told each step, where tests stop the program."""

    settings: Settings
    engine: Engine
    receiver: Receiver
    scopes: Scopes
    pulse: Pulse
    reached: Callable[[str], None]


def open_inboxes(given: Openings, stack: ExitStack) -> tuple[Inbox, ...]:
    """Return every mailbox of the desk, connected to nothing yet; the stack closes them."""
    return tuple(_open(given, box, stack) for box in find_mailboxes(given.settings))


def _open(given: Openings, box: OneMailbox, stack: ExitStack) -> Inbox:
    at, part = f"-{box.name}" if box.name else "", intake_of(box.name)
    alarms = given.scopes.scope(f"imap{at}")
    mailbox = ImapMailbox(imap_account(given.settings, given.scopes.scope(f"tokens{at}"), box), Gate(alarms=alarms))
    stack.callback(mailbox.close)
    inbox = Inbox(
        label=box.label,
        part=part,
        mailbox=mailbox,
        receiver=replace(
            given.receiver,
            reached=watch_steps(given.reached, given.pulse, part),
            alarms=given.scopes.scope(f"folder{at}"),
            start_key=f"{box.key}.start_date",
        ),
        lookout=make_lookout(given.settings, given.engine, Gate(alarms=given.scopes.scope(f"imap-elsewhere{at}")), box),
        start_date=find_start(given.settings, box),
        rhythm=_rhythm(given.settings, box),
    )
    stack.callback(inbox.bell.close)
    return inbox


def _rhythm(settings: Settings, box: OneMailbox) -> Rhythm:
    return Rhythm(
        poll=box.imap.poll_seconds,
        sweep=box.imap.sweep_seconds,
        idle=box.imap.idle_seconds,
        lease=min(settings.worker.lease_seconds, MAILBOX_LEASE.total_seconds()),
    )
