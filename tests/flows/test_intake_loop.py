"""The thread that reads the mailbox: one reader at a time, and a lease that is written rarely."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from mailbot.domain.errors import WorldError
from mailbot.domain.watching import Part
from mailbot.intake import Intake, Rhythm, Signals
from mailbot.watch import Pulse
from tests.fakes import FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable

LEASE = 20.0


class OneMailbox:
    """A mailbox in which nothing is; each wait calls the next of `waits`, and the last one stops the thread."""

    name = "support/INBOX"

    def __init__(self, signals: Signals, *waits: Callable[[], object]) -> None:
        self.waits = [*waits, signals.stopping.set]
        self.is_closed = False

    def wait(self, _seconds: float, _wake_fd: int) -> None:
        """Do what the test wants."""
        self.waits.pop(0)()

    def close(self) -> None:
        """Remember it."""
        self.is_closed = True


class OneBell:
    """A bell that nobody rings."""

    def wake(self) -> None:
        """Ring."""

    def drain(self) -> None:
        """Forget."""

    def fileno(self) -> int:
        """Return no descriptor."""
        return -1


class Book:
    """The leases: `holders` says for each question whose the lease is, the last one stays."""

    def __init__(self, *holders: str) -> None:
        self.holders = list(holders) or ["ours"]
        self.asked = 0
        self.released = 0

    def acquire(self, _name: str, _now: object) -> bool:
        """Count the question and answer it."""
        self.asked += 1
        return (self.holders.pop(0) if len(self.holders) > 1 else self.holders[0]) == "ours"

    def release(self, _name: str) -> None:
        """Count it."""
        self.released += 1


class Taker:
    """A receiver that notes how it was asked; `troubles` are raised one after the other."""

    def __init__(self, *troubles: WorldError) -> None:
        self.sweeps: list[bool] = []
        self.troubles = list(troubles)

    def take_in(
        self, _mailbox: object, _start: object, *, sweep: bool, kept: Callable[[], None], **_more: object
    ) -> int:
        """Note whether all is looked through, and say that something was kept."""
        self.sweeps.append(sweep)
        if self.troubles:
            raise self.troubles.pop(0)
        kept()
        return 1


def make_intake(taker, book, *waits, lease=LEASE):
    """Return an intake whose clock a test moves, and the clock."""
    clock, signals = FakeClock(), Signals()
    mailbox = OneMailbox(signals, *waits)
    rhythm = Rhythm(poll=60, sweep=900, idle=540, lease=lease)
    pulse = Pulse(clock, time.monotonic)
    return Intake(taker, mailbox, OneBell(), book, None, rhythm, signals, pulse, clock), clock


def test_the_lease_is_written_when_it_is_half_spent_and_not_at_each_look():
    """Ten looks within ten seconds cost one write; the look after them costs the second."""
    taker, book = Taker(), Book()
    waits = [lambda: clock.advance(seconds=1)] * 10
    intake, clock = make_intake(taker, book, *waits)
    intake.run()
    assert len(taker.sweeps) == 11
    assert book.asked == 2
    assert intake.mailbox.is_closed
    assert intake.signals.mail_waits.is_set()


def test_a_worker_without_the_lease_looks_at_nothing_until_it_gets_it():
    """The other one reads; when it is gone, this one begins with its next question."""
    taker, book = Taker(), Book("theirs", "theirs", "ours")
    intake, _ = make_intake(taker, book, lease=0.03)
    intake.run()
    assert len(taker.sweeps) == 1
    assert book.asked == 3


def test_a_worker_without_the_lease_helps_with_what_the_reader_keeps():
    """Nobody tells it of new mail, so its other threads look for work often, and not only when a clock comes round."""
    taker, book = Taker(), Book("theirs")
    intake, _ = make_intake(taker, book, lease=600)
    signals, looks = intake.signals, []

    def handle():
        while len(looks) < 2:
            assert signals.mail_waits.wait(10)
            signals.mail_waits.clear()
            looks.append(signals.letters_wait.is_set())
        signals.stopping.set()

    thread = threading.Thread(target=handle)
    thread.start()
    intake.run()
    thread.join()
    assert looks == [True, True]
    assert taker.sweeps == []
    assert book.asked == 1


def test_a_lost_lease_is_noticed_when_it_is_renewed():
    """What somebody else holds is not read on from memory."""
    intake, clock = make_intake(Taker(), book := Book("ours", "theirs"))
    assert intake.is_reader()
    assert intake.is_reader()
    intake.renew()
    assert not intake.is_reader()
    clock.advance(seconds=100)
    assert not intake.is_reader()
    intake.release()
    assert book.released == 1


def test_a_sweep_that_failed_is_made_up_for(monkeypatch):
    """The whole folder is looked through at the next look that works, and only then."""
    monkeypatch.setattr(Signals, "pause", lambda *_: None)
    taker = Taker(WorldError("The mail server does not answer."))
    intake, _ = make_intake(taker, Book(), lambda: None)
    intake.sweep()
    intake.run()
    assert taker.sweeps == [True, True, False]
    assert not intake.pulse.beats()[Part.INTAKE].error


@pytest.mark.parametrize("failures", [1, 20])
def test_a_pause_ends_with_the_stop(failures):
    """However long the next try is away, a stop is not kept waiting."""
    signals = Signals()
    signals.stopping.set()
    error = WorldError("The mail server does not answer.")
    error.retry_after = timedelta(hours=1).total_seconds()
    began = time.monotonic()
    signals.pause(error, failures, "the mailbox is read later")
    assert time.monotonic() - began < 1
