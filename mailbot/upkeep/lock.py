"""One at a time: a backup must not meet somebody who removes files, on this machine or on another one."""

from __future__ import annotations

import fcntl
import os
import socket
import time
from contextlib import contextmanager
from datetime import timedelta
from secrets import token_hex
from typing import TYPE_CHECKING

from mailbot.adapters.clock import now
from mailbot.adapters.store.leases import Leases
from mailbot.domain.errors import WorldError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Engine


AGAIN_SECONDS = 1.0
# The lease of a program that died is free again after this time.
LEASE, LEASE_LENGTH = "upkeep", timedelta(minutes=2)


@contextmanager
def upkeep_lock(home: Path, engine: Engine | None = None, patience: float = 0.0) -> Iterator[None]:
    """Hold the lock of the data folder, and of a database that several machines may use, in a `with` block.

    Raises WorldError when another program still has it after so many seconds.
    """
    end = time.monotonic() + patience
    with _folder_lock(home, end), _database_lock(engine, end):
        yield


@contextmanager
def _folder_lock(home: Path, end: float) -> Iterator[None]:
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(home / "upkeep.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _insist(lambda: _lock(descriptor), end)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _database_lock(engine: Engine | None, end: float) -> Iterator[None]:
    if engine is None or engine.dialect.name == "sqlite":
        yield  # its machine is the only one
        return
    leases = Leases(engine, f"{socket.gethostname()}:{os.getpid()}:{token_hex(4)}", LEASE_LENGTH)
    _insist(lambda: leases.acquire(LEASE, now()), end)
    try:
        with leases.held(LEASE, now):
            yield
    finally:
        leases.release(LEASE)


def _insist(take: Callable[[], bool], end: float) -> None:
    while not take():
        if time.monotonic() >= end:
            raise WorldError(
                "A backup, a comparison of the files or the work of the night is under way. Try again later."
            )
        time.sleep(AGAIN_SECONDS)


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
