"""Stopping the program at a named step, for the tests that prove nothing is lost.

Active only when MAILBOT_TESTING is 1. `MAILBOT_FAILPOINT=kept:2` kills the process when it reaches the step `kept` for
the second time; `kept:2:raise` raises there what no part of the program expects; `kept:2:sleep=5` stands still for five
seconds, as a stopped machine does. Several are separated by commas.
"""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class FailpointError(Exception):
    """What a test let happen; nothing in the program knows it."""


@dataclass(frozen=True, slots=True)
class Failpoint:
    """What happens at which step; `times` is the how manieth time of it, from 1."""

    step: str
    times: int
    happens: Callable[[], None]


def make_failpoint(environment: Mapping[str, str]) -> Callable[[str], None]:
    """Return what is called at each step: nothing happens, unless a test asked for something there."""
    wanted = environment.get("MAILBOT_FAILPOINT", "") if environment.get("MAILBOT_TESTING") == "1" else ""
    failpoints = [parse_failpoint(text) for text in wanted.split(",") if text]
    reached: Counter[str] = Counter()

    def at_step(name: str) -> None:
        reached[name] += 1
        for failpoint in failpoints:
            if failpoint.step == name and failpoint.times == reached[name]:
                failpoint.happens()

    return at_step if failpoints else lambda _name: None


def parse_failpoint(text: str) -> Failpoint:
    """Return the failpoint that `step:times:action` asks for. Raises ValueError when there is no such action."""
    step, _, rest = text.partition(":")
    times, _, action = rest.partition(":")
    name, _, seconds = action.partition("=")
    if name not in ("", "kill", "raise", "sleep"):
        raise ValueError(f"A failpoint can kill, raise or sleep=SECONDS, not {action!r}.")
    happens = {"raise": _fail, "sleep": lambda: time.sleep(float(seconds))}.get(name, _die)
    return Failpoint(step, int(times or 1), happens)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _fail() -> None:
    raise FailpointError


# What is given to those who are not to be stopped anywhere.
no_failpoint = make_failpoint({})
