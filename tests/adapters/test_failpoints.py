"""The switch with which tests stop the program: off for everybody else."""

from __future__ import annotations

import os
import signal
import time

import pytest

from mailbot.adapters.failpoints import FailpointError, make_failpoint


@pytest.fixture
def killed(monkeypatch):
    """Return the list of signals that the program sent to itself."""
    sent = []
    monkeypatch.setattr(os, "kill", lambda pid, number: sent.append((pid == os.getpid(), number)))
    return sent


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"MAILBOT_FAILPOINT": "kept"},
        {"MAILBOT_FAILPOINT": "kept", "MAILBOT_TESTING": "0"},
        {"MAILBOT_TESTING": "1"},
    ],
)
def test_nothing_happens_unless_a_test_asks_for_it(killed, environment):
    """One variable alone does nothing; nobody stops a desk by accident."""
    reached = make_failpoint(environment)
    reached("kept")
    reached("")
    assert killed == []


@pytest.mark.parametrize(("wanted", "kills"), [("kept", [1]), ("kept:1", [1]), ("kept:3", [3]), ("filed", [])])
def test_the_program_is_killed_at_the_step_and_no_other(killed, wanted, kills):
    """The third time means the third time."""
    reached = make_failpoint({"MAILBOT_FAILPOINT": wanted, "MAILBOT_TESTING": "1"})
    found = []
    for times in (1, 2, 3, 4):
        reached("fetched")
        reached("kept")
        found += [times] * len(killed)
        killed.clear()
    assert found == kills


def test_the_kill_cannot_be_caught(killed):
    """It is kill -9, as a power cut would be."""
    make_failpoint({"MAILBOT_FAILPOINT": "kept", "MAILBOT_TESTING": "1"})("kept")
    assert killed == [(True, signal.SIGKILL)]


def test_a_step_can_fail_or_stand_still_instead(killed, monkeypatch):
    """What nobody expects is raised, or the program stands still as long as asked; several can be named."""
    slept = []
    monkeypatch.setattr(time, "sleep", slept.append)
    reached = make_failpoint({"MAILBOT_FAILPOINT": "kept:1:sleep=5,kept:2:raise,filed:1:kill", "MAILBOT_TESTING": "1"})
    reached("kept")
    assert (slept, killed) == ([5.0], [])
    with pytest.raises(FailpointError):
        reached("kept")
    reached("filed")
    assert killed == [(True, signal.SIGKILL)]


def test_a_failpoint_that_does_not_exist_is_refused():
    """A test that asks for something unknown must not pass because nothing happened."""
    with pytest.raises(ValueError, match="not 'explode'"):
        make_failpoint({"MAILBOT_FAILPOINT": "kept:1:explode", "MAILBOT_TESTING": "1"})
