"""Mails are handled in another process as if it were this one: its results, its errors and its end arrive here."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest

from mailbot.domain.errors import WorldError
from mailbot.hand import Hand, HandLostError

PATIENCE = 20.0


class Handled:
    """A handler that does what a test says, in whatever process it is called."""

    def __init__(self, do):
        self.do = do

    def handle_due(self, *, stopping=lambda: False, handled=lambda: None):
        """Do it."""
        return self.do(stopping, handled)


@pytest.fixture
def begun():
    """Give what begins a hand that does as told; all of them end with the test."""
    hands = []

    def begin(do, refresh=lambda: None):
        hands.append(Hand(Handled(do), let_go=lambda: None, refresh=refresh))
        hands[-1].begin()
        return hands[-1]

    yield begin
    for hand in hands:
        hand.close()


def test_each_mail_is_told_and_the_count_comes_back(begun):
    """Three mails in one claim, in a process that is not this one, each round after a look at the keys."""
    seen = []
    processes = []

    def three(_stopping, handled):
        for _ in range(3):
            handled()
        return 3 if os.getpid() != here and len(processes) else -1

    here = os.getpid()
    hand = begun(three, refresh=lambda: processes.append(1))
    assert [hand.handle_due(handled=lambda: seen.append(1)) for _ in range(2)] == [3, 3]
    assert len(seen) == 6


def test_an_error_of_the_world_is_raised_here_and_the_next_round_goes_on(begun):
    """What it says and when to try again arrive whole."""
    rounds = iter((True, False))

    def fail_once(_stopping, _handled):
        if next(rounds):
            error = WorldError("The database is away.")
            error.retry_after = 7.0
            raise error
        return 5

    hand = begun(fail_once)
    with pytest.raises(WorldError, match="The database is away") as caught:
        hand.handle_due()
    assert caught.value.retry_after == pytest.approx(7.0)
    assert hand.handle_due() == 5


def test_what_nobody_expects_is_raised_here(begun):
    """The program ends by it, as it does when it handles mails itself."""

    def fail(_stopping, _handled):
        raise ZeroDivisionError("a fault of the program")

    with pytest.raises(ZeroDivisionError):
        begun(fail).handle_due()


def test_it_stops_after_the_mail_in_hand(begun):
    """A claim of many mails ends soon after the program is asked to stop, and counts what was claimed."""
    stop = threading.Event()

    def work_long(stopping, handled):
        for done in range(1000):
            handled()
            if stopping():
                return done
            time.sleep(0.02)
        return 1000

    hand = begun(work_long)
    threading.Timer(0.3, stop.set).start()
    assert hand.handle_due(stopping=stop.is_set) < 1000


def test_its_death_is_an_error_here(begun):
    """A mail that kills the process in which it is handled ends the program, as it always did."""

    def die(_stopping, _handled):
        os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(HandLostError):
        begun(die).handle_due()


def test_it_ends_by_itself_when_the_program_is_gone(begun, tmp_path):
    """Signals for the whole group do not end it in the middle of a mail; the end of the line does, after that mail."""

    def wait_for_the_end(stopping, handled):
        deadline = time.monotonic() + PATIENCE
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGINT)
        while not stopping() and time.monotonic() < deadline:
            handled()
            time.sleep(0.01)
        (tmp_path / "ended").write_text("well" if stopping() else "late")
        return 1

    hand = begun(wait_for_the_end)

    threading.Timer(0.3, hand.close).start()
    with pytest.raises(HandLostError):
        hand.handle_due()
    hand._process.join(PATIENCE)
    assert (tmp_path / "ended").read_text() == "well"
