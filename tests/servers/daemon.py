"""A server program in a temp folder, without root rights, that a test starts and stops."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Self

from tests.servers.programs import as_user, make_server_folder, unprivileged_user, wait_until

START_SECONDS = 20


class Daemon(ABC):
    """Runs a program as somebody harmless during a `with` block; `folder` is its own and removed in the end."""

    def __init__(self, name: str, *users: str) -> None:
        self._name = name
        self._user, self._group = unprivileged_user(*users)
        self.folder = make_server_folder(self._user, self._group)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start the server and wait until it answers."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End the server and remove its folder."""
        self.crash()
        shutil.rmtree(self.folder, ignore_errors=True)

    @abstractmethod
    def _command(self) -> list[str]:
        """Return the program with its arguments; it stays in the foreground."""

    @abstractmethod
    def _answers(self) -> bool:
        """Tell whether the server does its work."""

    def start(self) -> None:
        """Start a stopped server at the same addresses, with what it had."""
        self._process = subprocess.Popen(
            self._command(),
            cwd="/",
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **as_user(self._user, self._group),
        )
        try:
            wait_until(self._answers, START_SECONDS, f"the start of {self._name}")
        except TimeoutError as error:
            log = self.folder / f"{self._name}.log"
            raise RuntimeError(f"{error}:\n{log.read_text() if log.exists() else 'no log was written'}") from error

    def crash(self) -> None:
        """Kill the server with all its processes, in the middle of whatever they do."""
        if self._process:
            group = self._process.pid
            with contextlib.suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
            self._process.wait(START_SECONDS)
            self._process = None
            # A killed child still finishes the system call it is in, and may put back a file that a test removes next.
            wait_until(lambda: not _is_alive(group), START_SECONDS, f"the end of every process of {self._name}")


def _is_alive(group: int) -> bool:
    """Tell whether a process of this group still runs; one that only waits to be reaped does not (proc(5), stat)."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it ended while we looked
            state, _, process_group = path.read_text().rpartition(")")[2].split()[:3]
            if int(process_group) == group and state not in {"Z", "X"}:
                return True
    return False
