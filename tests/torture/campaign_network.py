"""Broken cables and servers that restart, many times: nothing hangs, nothing is lost, nothing is doubled."""

from __future__ import annotations

import os
import random
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.servers.proxy import Kind
from tests.torture.kills import UNBOUNDED, Plan, Result, count, write_mails
from tests.torture.network import MINUTE, SLACK, break_cables, cut_everywhere, open_line
from tests.whole.desk import wait_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.servers.postgres import Postgres
    from tests.whole.desk import Office

TIMES = int(os.environ.get("TORTURE_FAULTS", "100"))
CUTS = int(os.environ.get("TORTURE_CUTS", "100000"))
RESTARTS = int(os.environ.get("TORTURE_RESTARTS", "10"))
SEED = int(os.environ.get("TORTURE_SEED", "1"))
MAILS_PER_RESTART = 8


@pytest.fixture
def fast_office(make_office: Callable[..., Office]) -> Office:
    """Return an office that is set up."""
    office = make_office(lease=1)
    office.set_up_fast()
    return office


def tell(capsys: pytest.CaptureFixture[str], words: str) -> None:
    """Print a figure for docs/guarantees.md."""
    with capsys.disabled():
        sys.stdout.write(f"\n{words}\n")


@pytest.mark.parametrize("kind", list(Kind))
def test_each_fault_at_random_points(fast_office: Office, kind: Kind, capsys: pytest.CaptureFixture[str]) -> None:
    """A hundred times on each protocol: given up within two (shortened) minutes, and the work goes on."""
    with open_line(fast_office) as line:
        result = break_cables(line, TIMES, SEED, (kind,))
        longest = line.longest_held / MINUTE * 60
        # A connection that broke before it carried anything was not the program's to keep.
        happened = len(line.reading.held) + len(line.sending.held)
        tell(capsys, f"{kind}: {happened} faults, the longest kept for {longest:.0f} of 120 s; {result}")
        # A letter whose answer was lost is sent again: one for each such loss, the same to the byte.
        assert result.copies <= TIMES
        result.copies = 0
        assert result.is_sound, str(result)
        assert line.longest_held <= 2 * MINUTE + SLACK


def test_a_session_cut_at_every_two_hundredth_byte(fast_office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    """The session that reads fifty mails may end anywhere."""
    with open_line(fast_office) as line:
        result = cut_everywhere(line, mails_at_once=50, step=200, seed=SEED, most=CUTS)
    tell(capsys, f"a session of 50 mails cut at {result.kills} places: {result}")
    assert result.is_sound, str(result)


def test_servers_restart_in_the_middle_of_the_work(
    make_office: Callable[..., Office], postgres: Postgres, capsys: pytest.CaptureFixture[str]
) -> None:
    """Dovecot, PostgreSQL and the SMTP server end and begin again while mails are read, handled and answered."""
    office = make_office(postgres.new_database(), lease=1)
    office.set_up_fast()
    chance, began = random.Random(SEED), time.monotonic()
    plan = Plan(mails=MAILS_PER_RESTART * 3 * RESTARTS, kills=0, seed=SEED, poisoned=0)
    waiting = write_mails(office, plan, chance)

    def restart_postgres() -> None:
        postgres.stop()
        postgres.start()

    def restart_smtp() -> None:
        office.smtp.__exit__()
        time.sleep(0.5)
        office.smtp.__enter__()

    restarts = [office.dovecot.restart, restart_postgres, restart_smtp] * RESTARTS
    quick = {"MAILBOT_IMAP__POLL_SECONDS": "2", "MAILBOT_IMAP__SWEEP_SECONDS": "10"}
    with office.at_work(**UNBOUNDED, **quick) as worker:
        for restart in restarts:
            for _ in range(MAILS_PER_RESTART):
                office.arrive(next(waiting))
            time.sleep(chance.uniform(0, 2))
            restart()
        wait_for(lambda: is_done(office, plan, worker.log), "the end of the work", seconds=900)
    result = Result(kills=len(restarts), seconds=time.monotonic() - began)
    count(office, plan, result)
    tell(capsys, f"restarts of Dovecot, PostgreSQL and SMTP, {plan.mails} mails: {result}")
    assert result.is_sound, str(result)


def is_done(office: Office, plan: Plan, log: Callable[[], str]) -> bool:
    """Tell whether every mail was handled and every letter went out; the worker must not have failed."""
    assert "Traceback" not in log()
    result = Result()
    count(office, plan, result)
    time.sleep(1)
    return not (result.lost or result.unexplained or result.letters_missing)
