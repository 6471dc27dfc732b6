"""A desk in this process whose cables to the mailbox and to the way out break as a campaign wants it."""

from __future__ import annotations

import os
import random
import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from unittest.mock import patch

from sqlalchemy import func, select

from mailbot.accounts import imap_account, smtp_account
from mailbot.adapters.imap import ImapMailbox
from mailbot.adapters.pacing import Gate
from mailbot.adapters.smtp import SmtpPost
from mailbot.adapters.store.outbox import Outbox
from mailbot.adapters.store.tables import letters, mails
from mailbot.app import open_desk
from mailbot.deliver import Deliverer
from mailbot.domain.errors import WorldError
from mailbot.settings import load_settings
from tests.servers.proxy import Fault, Kind, Proxy
from tests.torture.kills import UNBOUNDED, Plan, Result, count, write_mails

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailbot.app import OpenDesk
    from tests.whole.desk import Office

# What takes a minute in the settings takes this long here, so that two minutes are twice as much.
MINUTE = 0.4
# Lost to other programs on this machine.
SLACK = 0.6
GIANTS = (b"* 1 FETCH (BODY[] {9999999999}\r\n", b"250-" + b"x" * 2_000_000)
MOST_ROUNDS = 60
# Two mails make six letters, which are more than this.
BYTES_OF_LETTERS = 20_000


@dataclass
class Shifted:
    """The time of the desk, which can be set forward."""

    offset: timedelta = timedelta(0)

    def now(self) -> datetime:
        """Return the time of the desk."""
        return datetime.now(UTC) + self.offset

    def monotonic(self) -> float:
        """Return the same in seconds that only grow."""
        return time.monotonic() + self.offset.total_seconds()


@dataclass
class Line:
    """The desk, its two cables, and the longest time that each was kept when it was broken."""

    office: Office
    desk: OpenDesk
    clock: Shifted
    mailbox: ImapMailbox
    deliverer: Deliverer
    reading: Proxy
    sending: Proxy
    errors: list[str] = field(default_factory=list)

    def take_in(self) -> None:
        """Read the mailbox as the worker does, again after each trouble, until it is empty."""
        for _ in range(MOST_ROUNDS):
            try:
                self.desk.receiver.take_in(self.mailbox, self.desk.start_date, sweep=True)
            except WorldError as error:
                self.errors.append(str(error))
                self.clock.offset += timedelta(seconds=error.retry_after)
            else:
                return
        raise TimeoutError(f"the mailbox was not read: {self.errors[-3:]}")

    def handle(self) -> None:
        """Handle what was kept."""
        while self.desk.receiver.handle_due():
            pass

    def deliver(self) -> None:
        """Send what waits, with later attempts moved into the present, until nothing waits."""
        for _ in range(MOST_ROUNDS):
            while self.deliverer.deliver_due():
                pass
            waiting = select(func.count()).select_from(letters).where(letters.c.state.in_(["pending", "sending"]))
            if not self.office.rows_of(waiting)[0][0]:
                return
            self.clock.offset += timedelta(hours=1)
        raise TimeoutError("the letters were not sent")

    @property
    def longest_held(self) -> float:
        """Return for how long a broken connection was kept, in seconds of this clock, at the most."""
        return max(seconds for _, seconds in self.reading.held + self.sending.held)


@contextmanager
def open_line(office: Office) -> Iterator[Line]:
    """Open a desk for an office that is set up, with everything that takes a minute shortened."""
    clock = Shifted()
    with (
        patch.dict(os.environ, office.environment(UNBOUNDED), clear=True),
        Proxy(office.dovecot.port) as reading,
        Proxy(office.smtp.port) as sending,
    ):
        settings = load_settings(office.settings_file)
        with open_desk(settings) as desk:
            at_mailbox = replace(imap_account(settings), port=reading.port, timeout_seconds=MINUTE)
            way_out = replace(smtp_account(settings), port=sending.port, timeout_seconds=MINUTE)
            mailbox = ImapMailbox(at_mailbox, Gate(clock.monotonic))
            post = SmtpPost(way_out, Gate(clock.monotonic))
            outbox = Outbox(office.engine, timedelta(seconds=120))
            deliverer = Deliverer(
                outbox, post, timedelta(days=10_000), clock.now, random.random, desk.deliverer.reached
            )
            try:
                yield Line(office, desk, clock, mailbox, deliverer, reading, sending)
            finally:
                mailbox.close()
                post.close()


def break_cables(line: Line, times: int, seed: int, kinds: tuple[Kind, ...] = tuple(Kind)) -> Result:
    """Let each fault happen so often at random points of both protocols, then count."""
    chance, began = random.Random(seed), time.monotonic()
    orders = [(kind, is_reading) for kind in kinds for is_reading in (True, False) for _ in range(times)]
    chance.shuffle(orders)
    plan = Plan(mails=2 * len(orders), kills=0, seed=seed, poisoned=0)
    waiting = write_mails(line.office, plan, chance)
    for kind, is_reading in orders:
        size = sum(len(line.office.arrive(next(waiting))) for _ in range(2))
        size = size if is_reading else BYTES_OF_LETTERS
        proxy = line.reading if is_reading else line.sending
        if chance.random() < 0.5:  # from the greeting on, or in the middle of a connection
            proxy.cut()
        _break(line, proxy, Fault(kind, chance.randint(1, size), MINUTE / 5, GIANTS[proxy is line.sending]))
    return _finish(line, plan, began)


def _break(line: Line, proxy: Proxy, fault: Fault) -> None:
    proxy.fail(fault)
    for step in (line.take_in, line.handle, line.deliver):
        step()
    assert proxy.has_failed, "the fault came too late to happen"


def cut_everywhere(line: Line, mails_at_once: int, step: int, seed: int, most: int | None = None) -> Result:
    """Cut the session that reads so many mails after each `step`-th byte of it, then count."""
    chance, began = random.Random(seed), time.monotonic()
    plan = Plan(mails=0, kills=0, seed=seed, poisoned=0)
    whole = _measure(line, replace(plan, mails=mails_at_once))
    points = list(range(step, whole, step))
    points = points if most is None else sorted(chance.sample(points, min(most, len(points))))
    plan = replace(plan, mails=mails_at_once * (1 + len(points)))
    waiting = write_mails(line.office, plan, random.Random(seed))
    for _ in range(mails_at_once):
        next(waiting)
    for point in points:
        for _ in range(mails_at_once):
            line.office.arrive(next(waiting))
        line.mailbox.close()
        line.reading.fail(Fault(Kind.CUT, point))
        line.take_in()
    result = _finish(line, plan, began)
    result.kills = len(line.reading.held)
    return result


def _measure(line: Line, plan: Plan) -> int:
    """Read the mails without a fault and return how many bytes that took."""
    for raw in write_mails(line.office, plan, random.Random(plan.seed)):
        line.office.arrive(raw)
    before = line.reading.carried
    line.take_in()
    return line.reading.carried - before


def _finish(line: Line, plan: Plan, began: float) -> Result:
    for step in (line.take_in, line.handle, line.deliver):
        step()
    result = Result(seconds=time.monotonic() - began)
    count(line.office, plan, result)
    kept = line.office.rows_of(select(func.count(), func.count(mails.c.sha256.distinct())).select_from(mails))[0]
    assert tuple(kept) == (plan.mails, plan.mails), "each mail stands in the ledger once"
    return result
