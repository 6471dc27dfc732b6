"""Loops and floods at full size: a day of every machine, 5,000 forged senders, 10,000 mails of one address."""

from __future__ import annotations

import sys
import time
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from mailbot.adapters.store.desk_store import DeskStore
from mailbot.adapters.store.directory import keep_people
from mailbot.adapters.store.engine import open_engine
from mailbot.adapters.store.migrating import migrate_up
from mailbot.domain.decision import Outcome
from tests.builders import ASHA, BHARAT, CHITRA, make_mail, the_desk
from tests.loops import LEASE, Arena, make_machines, run_day
from tests.store.desk_work import write_letter

FLOODER = "loop@machine.example"


@pytest.fixture
def arena(tmp_path):
    """Open the arena on a SQLite file."""
    engine = open_engine(f"sqlite:///{tmp_path / 'mailbot.db'}")
    migrate_up(engine)
    keep_people(engine, [ASHA, BHARAT, CHITRA])
    yield Arena(DeskStore(engine, the_desk(), ZoneInfo("Asia/Kolkata"), write_letter, LEASE))
    engine.dispose()


def tell(capsys, line):
    """Print a figure that docs/guarantees.md quotes."""
    with capsys.disabled():
        sys.stdout.write(f"\n{line}\n")


def numbered(turn, sender, subject):
    """Return one mail of many."""
    return make_mail(
        f"Text {turn}", sender=sender, subject=subject, message_id=f"<{turn}@x.example>", content_key=f"{turn:064d}"
    )


def test_a_day_of_every_machine(arena, capsys):
    """Answering every letter within a minute, for a day: at most six letters for each pair."""
    for machine in make_machines():
        got = run_day(arena, machine, step=timedelta(minutes=1))
        tell(capsys, f"{machine.name}: {sum(got.values())} letters, at most {max(got.values())} to one")
        assert max(got.values()) <= 6
        arena.now += timedelta(days=1)


def test_five_thousand_forged_senders_in_an_hour(arena, capsys):
    """At most fifty answers, and answers stop within ten minutes."""
    began, stopped = arena.now, None
    for turn in range(5_000):
        decision = arena.handle(numbered(turn, f"victim{turn}@v{turn % 900}.example", f"offer {turn}"))
        if decision.stop and stopped is None:
            stopped = arena.now - began
        arena.now = began + timedelta(hours=1) * (turn + 1) / 5_000
    arena.send()
    answers = sum(number for to, number in arena.letters.items() if to.startswith("victim"))
    tell(capsys, f"5,000 forged senders: {answers} answers, stopped after {stopped}")
    assert answers <= 50
    assert stopped is not None
    assert stopped <= timedelta(minutes=10)


def test_ten_thousand_mails_of_one_address(arena, capsys):
    """One ticket holds them after the thirtieth, one line tells of it, and others are answered meanwhile."""
    began, waits = time.monotonic(), []
    for turn in range(10_000):
        arena.handle(numbered(turn, FLOODER, f"alarm {turn}"))
        if turn % 500 == 499:
            start = time.monotonic()
            mail = numbered(100_000 + turn, BHARAT.email, f"Refund {turn}")
            assert arena.handle(mail).outcome is Outcome.OPENED
            arena.send()
            waits.append(time.monotonic() - start)
    took = time.monotonic() - began
    opened = sum(decision.outcome is Outcome.OPENED for decision in arena.decisions) - len(waits)
    tell(
        capsys,
        f"10,000 mails: {took:.0f} s, {opened} tickets, {arena.letters[FLOODER]} letters to their sender, "
        f"{arena.letters[CHITRA.email]} to the IT section; others answered within {max(waits) * 1000:.0f} ms",
    )
    assert opened <= 31
    assert arena.letters[FLOODER] <= 6
    assert max(waits) < 120
