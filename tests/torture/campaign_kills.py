"""kill -9 at 200 random moments during 2,000 mails, and the proof that the campaign would find a fault."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from tests.torture.kills import STEPS, Plan, run_campaign
from tests.torture.program import FAULTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.whole.desk import Office

MAILS = int(os.environ.get("TORTURE_MAILS", "2000"))
KILLS = int(os.environ.get("TORTURE_KILLS", "200"))
SEED = int(os.environ.get("TORTURE_SEED", "1"))


def test_nothing_is_lost_or_doubled(
    make_office: Callable[..., Office], database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever dies when: every mail has one ticket, every letter arrived, copies are few and identical."""
    office = make_office("" if database_url.startswith("sqlite") else database_url, lease=1)
    office.set_up_fast()
    result = run_campaign(office, Plan(MAILS, KILLS, SEED))
    with capsys.disabled():
        sys.stdout.write(f"\n{office.engine.dialect.name}, {MAILS} mails, {result}\n")
    assert result.is_sound, str(result)


# Where the program has to be killed for a fault to show.
SHOWS_AT = {"move_before_commit": ("moved", "fetched"), "no_unique_key": ("kept",), "no_attempt_counter": STEPS}


def test_every_fault_that_can_be_planted_is_tried() -> None:
    """A fault without its place would never be tried."""
    assert set(SHOWS_AT) == set(FAULTS) - {"none"}


@pytest.mark.parametrize("fault", list(SHOWS_AT))
def test_a_planted_fault_is_found(
    make_office: Callable[..., Office], fault: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A campaign that finds no fault in a faulty program would prove nothing about a sound one."""
    office = make_office(lease=1)
    office.set_up_fast()
    result = run_campaign(office, Plan(mails=150, kills=15, seed=SEED, fault=fault, steps=SHOWS_AT[fault]))
    with capsys.disabled():
        sys.stdout.write(f"\n{fault}: {result}\n")
    assert not result.is_sound
