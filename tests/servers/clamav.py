"""A real malware scanner (clamd of ClamAV) in a temp folder; it knows one thing, the test file of all scanners."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
from typing import Self

from tests.servers.programs import (
    HOST,
    as_user,
    find_free_port,
    find_program,
    give_to,
    listens,
    make_server_folder,
    unprivileged_user,
    wait_until,
)

# In two halves, so that no scanner takes this file for it.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"
CONFIGURATION = """\
Foreground yes
DatabaseDirectory {folder}/db
LocalSocket {folder}/clamd.ctl
TCPSocket {port}
TCPAddr 127.0.0.1
LogFile {folder}/clamd.log
TemporaryDirectory {folder}/tmp
MaxThreads 4
MaxFileSize 1M
MaxScanSize 4M
StreamMaxLength 32M
ConcurrentDatabaseReload no
AlertExceedsMax {admits}
AlertEncrypted {admits}
"""


class Clamd:
    """clamd on `socket` and `address` inside a `with` block.

    `admits=False` leaves it as it is delivered: then it says OK of what it did not look into. `knows` may be empty.
    """

    def __init__(self, *, admits: bool = True, knows: bytes = EICAR) -> None:
        self.port = find_free_port()
        self._program = find_program("clamd", "clamav-daemon")
        self._user, self._group = unprivileged_user("clamav", "nobody")
        self.folder = make_server_folder(self._user, self._group)
        self.socket = str(self.folder / "clamd.ctl")
        self.address = f"{HOST}:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None
        for name in ("db", "tmp"):
            (self.folder / name).mkdir()
            give_to(self.folder / name, self._user, self._group)
        (self.folder / "db" / "own.ndb").write_text(f"Eicar-Test-Signature:0:*:{knows.hex()}\n")
        values = {"folder": self.folder, "port": self.port, "admits": "yes" if admits else "no"}
        (self.folder / "clamd.conf").write_text(CONFIGURATION.format(**values))

    def __enter__(self) -> Self:
        """Start the scanner and wait until it answers."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End the scanner and remove its folder."""
        self.crash()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        """Start a stopped scanner at the same addresses."""
        command = [self._program, "-c", str(self.folder / "clamd.conf")]
        self._process = subprocess.Popen(
            command,
            cwd="/",
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **as_user(self._user, self._group),
        )
        try:
            wait_until(self._answers, 20, "clamd's start")
        except TimeoutError as error:
            log = self.folder / "clamd.log"
            raise RuntimeError(f"{error}:\n{log.read_text() if log.exists() else 'no log was written'}") from error

    def _answers(self) -> bool:
        """Tell whether it answers on both addresses; it listens a moment before."""
        if not listens(self.port):
            return False
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(self.socket)
                probe.sendall(b"zPING\0")
                return probe.recv(8).startswith(b"PONG")
            except OSError:
                return False

    def freeze(self) -> None:
        """Make it take connections and say nothing, as a machine without memory does."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGSTOP)

    def crash(self) -> None:
        """Kill the scanner in the middle of whatever it does."""
        if self._process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(20)
            self._process = None
