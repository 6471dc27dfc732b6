"""The next mails are read while one is applied: in the order of their claims, and none pays for another."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace

import pytest

from mailbot.domain.errors import WorldError
from mailbot.reading_ahead import Ahead
from tests.builders import ASHA
from tests.fake_ledger import FakeLedger
from tests.fakes import Crash, FakeReader, crash_at
from tests.world import EARLY, PACE, World, make_world

AHEAD = replace(PACE, ahead=Ahead(mails=2, size=10_000))
PATIENCE = 10


@dataclass
class WaitingLedger(FakeLedger):
    """Applies the first decision only after so many other mails were read; `began` remembers who was begun."""

    read: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    others: int = 0
    began: list[int] = field(default_factory=list)
    applied: list[int] = field(default_factory=list)

    def begin(self, entry, now):
        """Begin a mail as usual."""
        self.began.append(entry.id)
        return super().begin(entry, now)

    def apply(self, entry, mail, decision, now):
        """Wait for the others, then apply as usual."""
        for _ in range(self.others):
            assert self.read.acquire(timeout=PATIENCE)
        self.others = 0
        self.applied.append(entry.id)
        return super().apply(entry, mail, decision, now)


@dataclass
class TellingReader(FakeReader):
    """Tells the ledger of each mail that it has read."""

    read_one: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def read(self, raw, *, oversized):
        """Read as usual."""
        try:
            return super().read(raw, oversized=oversized)
        finally:
            self.read_one.release()


@pytest.fixture
def world() -> World:
    """Return a world with five mails waiting, where two are read ahead."""
    made = make_world()
    made.pace, made.ledger = AHEAD, WaitingLedger()
    made.reader = TellingReader(read_one=made.ledger.read)
    return made


def test_while_one_mail_is_applied_the_next_two_are_read(world):
    """The first decision waits until three mails were read; all are applied in the order of their claims."""
    world.ledger.others = 3
    world.run()
    assert world.outcomes() == ["opened"] * 5
    assert world.ledger.applied == world.ledger.began == [1, 2, 3, 4, 5]
    assert len(world.ledger.letters) == 15


@pytest.mark.parametrize("kind", ["poison", "bug"])
def test_a_mail_that_fails_ahead_of_its_turn_costs_no_other_anything(world, kind):
    """It is tried again later, alone; what was claimed before and behind it goes on."""
    world.mailbox.deliver(f"{ASHA.email}|{kind}", f"{ASHA.email}|after it")
    world.run()
    assert world.outcomes() == [*["opened"] * 5, "", "opened"]
    assert [row.attempt for row in world.ledger.rows.values()] == [1] * 7
    for minutes in (1, 10):
        world.clock.advance(minutes=minutes)
        world.run()
    assert world.outcomes() == [*["opened"] * 5, "quarantined", "opened"]


@pytest.mark.parametrize("step", ["claimed", "begun", "parsed", "handled"])
def test_a_mail_that_kills_the_program_takes_no_other_with_it(world, step):
    """Each death is blamed on the mail whose turn it was, and the next start begins with another."""
    for _ in range(3):
        world.reached = crash_at(step)
        with pytest.raises(Crash):
            world.run()
        world.ledger.restart()
    assert [row.attempt for row in world.ledger.rows.values()][3:] == [0, 0]
    world.run_again()
    assert [outcome for outcome in world.outcomes() if outcome != "opened"] in ([], ["quarantined"])
    assert world.outcomes()[1:] == ["opened"] * 4


@pytest.mark.parametrize("method", ["begin", "find_known", "apply"])
def test_an_error_of_the_world_gives_back_all_that_was_begun(world, method):
    """They go back with the attempts that they had when they were claimed."""
    world.ledger.broken_in = method
    with pytest.raises(WorldError):
        world.run()
    assert {(row.leased, row.attempt, row.outcome) for row in world.ledger.rows.values()} == {(False, 0, "")}
    world.ledger.broken_in = ""
    world.run()
    assert world.outcomes() == ["opened"] * 5


def test_a_reader_that_cannot_be_started_blames_no_mail(world):
    """What a thread meets is told where the mail's turn comes."""
    world.reader.down = True
    with pytest.raises(WorldError, match="No process"):
        world.run()
    assert {row.attempt for row in world.ledger.rows.values()} == {0}


def test_a_stop_gives_back_what_was_read_ahead(world):
    """The mail in hand is finished; the others wait as if they had never been claimed."""
    receiver = world.receiver()
    receiver.take_in(world.mailbox, EARLY, sweep=True)
    assert receiver.handle_due(stopping=iter([False, False, True]).__next__) == 5
    assert [row.attempt for row in world.ledger.rows.values()] == [1, 1, 0, 0, 0]
    world.run()
    assert world.outcomes() == ["opened"] * 5


def test_large_mails_are_read_one_at_a_time(world):
    """No more bytes are held at once than are fetched at once; a mail that is larger is read alone."""
    world.pace = replace(AHEAD, ahead=Ahead(mails=2, size=1))
    world.reached = crash_at("parsed")
    with pytest.raises(Crash):
        world.run()
    assert len(world.reader.read_so_far) == 1
