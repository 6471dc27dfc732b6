"""The threads of a worker: letters gather while mails are handled, and only a full claim asks for more."""

from __future__ import annotations

import threading
from types import SimpleNamespace

from mailbot.domain.errors import WorldError
from mailbot.intake import Signals
from mailbot.receive import MAILS_AT_ONCE
from mailbot.watch import Pulse
from mailbot.worker import ANNOUNCE_SECONDS, GATHER_SECONDS, Worker
from tests.builders import NOW


class Stopping(threading.Event):
    """The wish to stop, which remembers who waited for it and how long; nobody really waits."""

    def __init__(self):
        super().__init__()
        self.waits = []

    def wait(self, timeout=None):
        """Remember the wait."""
        self.waits.append(timeout)
        return self.is_set()


def make_worker(**parts):
    """Return a worker that has only these parts, and its signals."""
    signals = Signals(stopping=Stopping())
    none = dict.fromkeys(("receiver", "deliverer", "reminder", "teller"))
    watch = SimpleNamespace(pulse=Pulse(lambda: NOW, lambda: 0.0))
    return Worker(intakes=(), signals=signals, watch=watch, **{**none, **parts}), signals


def test_letters_gather_only_while_mails_are_handled():
    """The letters of a single mail go at once; when more were written while they went out, the next ones gather."""
    rounds = []

    def deliver_due(*, stopping):
        rounds.append(stopping())
        if len(rounds) == 2:
            signals.letters_wait.set()
        if len(rounds) == 4:
            signals.stopping.set()
        return 2 if len(rounds) < 4 else 0

    worker, signals = make_worker(deliverer=SimpleNamespace(deliver_due=deliver_due))
    signals.letters_wait.set()
    worker._deliver()
    assert rounds == [False] * 4
    assert signals.stopping.waits == [GATHER_SECONDS]


def test_only_a_full_claim_of_mails_asks_for_more():
    """After the last mails nothing is asked of the database until somebody says that there are others."""
    claims = iter((MAILS_AT_ONCE, 3, 0))
    asked = []

    def handle_due(*, stopping, handled):
        assert not stopping()
        count = next(claims)
        asked.append(count)
        handled()
        if count == 0:
            signals.stopping.set()
        return count

    worker, signals = make_worker(receiver=SimpleNamespace(handle_due=handle_due))
    signals.mail_waits.set()
    thread = threading.Thread(target=worker._handle)
    thread.start()
    assert wait_until(lambda: asked == [MAILS_AT_ONCE, 3])
    signals.mail_waits.set()
    thread.join()
    assert asked == [MAILS_AT_ONCE, 3, 0]
    assert signals.letters_wait.is_set()


def wait_until(condition, seconds=10.0):
    """Return whether a condition came true in time."""
    never = threading.Event()
    for _ in range(int(seconds / 0.01)):
        if condition():
            return True
        never.wait(0.01)
    return False


def test_webhooks_are_told_in_a_thread_of_their_own_and_trouble_waits(caplog):
    """When the database is away they are told later; nothing else notices, and a wish to stop ends it."""
    rounds = []

    def announce(stopping):
        rounds.append(stopping())
        if len(rounds) == 1:
            raise WorldError("The database cannot be used.")
        signals.stopping.set()
        return 1

    worker, signals = make_worker(announce=announce)
    worker._announce()
    assert (rounds, signals.stopping.waits) == ([False, False], [ANNOUNCE_SECONDS] * 3)
    assert "webhooks are told later" in caplog.text
