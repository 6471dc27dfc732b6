"""Every named step of both stories stopped in each way: killed, failed, or asleep while another worker takes over."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.torture.kills import STEPS
from tests.whole.desk import KILLED, PATIENCE, Office, side_by_side, wait_for
from tests.whole.test_crash import LETTERS, TWO_AT_ONCE, assert_all_is_done, three_mails_arrive

if TYPE_CHECKING:
    from collections.abc import Sequence

TIMES = (1, 2)
SOON = TWO_AT_ONCE | {"MAILBOT_TESTING": "1", "MAILBOT_WORKER__RETRY_SECONDS": "[1, 1]"}
SLEEP_SECONDS = 4


@pytest.mark.parametrize("times", TIMES)
@pytest.mark.parametrize("step", STEPS)
def test_killed_there(both_offices: Sequence[Office], step: str, times: int) -> None:
    """The next run brings everything to its end."""

    def die(office: Office) -> None:
        three_mails_arrive(office)
        ended = office.try_mailbot("once", **SOON, MAILBOT_FAILPOINT=f"{step}:{times}:kill")
        assert ended.code in {KILLED, 0}, ended.errors  # a step may come once only
        finish(office)

    side_by_side(die, both_offices)


@pytest.mark.parametrize("times", TIMES)
@pytest.mark.parametrize("step", STEPS)
def test_failed_there(both_offices: Sequence[Office], step: str, times: int) -> None:
    """What nobody expected ends the program or sets one mail back; the next run brings everything to its end."""

    def fail(office: Office) -> None:
        three_mails_arrive(office)
        ended = office.try_mailbot("once", **SOON, MAILBOT_FAILPOINT=f"{step}:{times}:raise")
        assert ended.code >= 0
        finish(office)

    side_by_side(fail, both_offices)


@pytest.mark.parametrize("step", STEPS)
def test_asleep_there_while_another_takes_over(both_offices: Sequence[Office], step: str) -> None:
    """The sleeper wakes when its leases have run out and its work is done: nothing is done twice."""

    def sleep(office: Office) -> None:
        three_mails_arrive(office)
        rest = {"MAILBOT_FAILPOINT": f"{step}:1:sleep={SLEEP_SECONDS}"}
        with (office.folder / "sleeper.log").open("wb") as log:
            sleeper = subprocess.Popen(office.command("once"), env=office.environment(SOON | rest), stderr=log)
        wait_for(lambda: office.count_mails("Processed") or sleeper.poll() is not None or is_asleep(step), "the sleep")
        office.try_mailbot("once", **SOON)
        sleeper.wait(PATIENCE)
        finish(office)

    side_by_side(sleep, both_offices)


def is_asleep(step: str) -> bool:
    """Tell whether the sleeper rests before the first mail is moved; then nothing tells it from outside."""
    return step in {"fetched", "written", "kept"}


def finish(office: Office) -> None:
    """Let the program do what is left, and check that each mail has one ticket and no letter is missing."""
    for _ in range(4):
        if office.try_mailbot("once", **SOON).code == 0 and not waits(office):
            break
    assert_all_is_done(office, twice=LETTERS)


def waits(office: Office) -> bool:
    """Tell whether a mail waits for its next attempt."""
    return "0 waiting" not in office.mailbot("reconcile")
