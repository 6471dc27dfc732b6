"""Stopping the program at a named step, for the tests that prove nothing is lost.

Active only when MAILBOT_TESTING is 1: `MAILBOT_FAILPOINT=kept:2` kills the process when it reaches the step `kept` for
the second time.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def make_failpoint(environment: Mapping[str, str]) -> Callable[[str], None]:
    """Return what is called at each step: nothing happens, unless a test asked for a kill there."""
    wanted = environment.get("MAILBOT_FAILPOINT", "") if environment.get("MAILBOT_TESTING") == "1" else ""
    step, _, times = wanted.partition(":")
    reached: Counter[str] = Counter()

    def at_step(name: str) -> None:
        reached[name] += 1
        if name == step and reached[name] == int(times or 1):
            os.kill(os.getpid(), signal.SIGKILL)

    return at_step if step else lambda _name: None


# What is given to those who are not to be stopped anywhere.
no_failpoint = make_failpoint({})
