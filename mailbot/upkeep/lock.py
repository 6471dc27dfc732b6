"""One at a time: a backup must not meet somebody who removes files."""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mailbot.domain.errors import WorldError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


AGAIN_SECONDS = 1.0


@contextmanager
def upkeep_lock(data: Path, patience: float = 0.0) -> Iterator[None]:
    """Hold the lock of the data folder in a `with` block.

    Raises WorldError when another program still has it after so many seconds.
    """
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(data / "upkeep.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        end = time.monotonic() + patience
        while not _lock(descriptor):
            if time.monotonic() >= end:
                raise WorldError(
                    "A backup, a comparison of the files or the work of the night is under way. Try again later."
                )
            time.sleep(AGAIN_SECONDS)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
