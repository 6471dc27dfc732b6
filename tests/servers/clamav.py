"""A real malware scanner (clamd of ClamAV) in a temp folder; it knows one thing, the test file of all scanners."""

from __future__ import annotations

import os
import signal
import socket

from tests.servers.daemon import Daemon
from tests.servers.programs import HOST, find_free_port, find_program, give_to, listens

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


class Clamd(Daemon):
    """clamd on `socket` and `address` inside a `with` block.

    `admits=False` leaves it as it is delivered: then it says OK of what it did not look into. `knows` may be empty.
    """

    def __init__(self, *, admits: bool = True, knows: bytes = EICAR) -> None:
        self.port = find_free_port()
        self._program = find_program("clamd", "clamav-daemon")
        super().__init__("clamd", "clamav", "nobody")
        self.socket = str(self.folder / "clamd.ctl")
        self.address = f"{HOST}:{self.port}"
        for name in ("db", "tmp"):
            (self.folder / name).mkdir()
            give_to(self.folder / name, self._user, self._group)
        (self.folder / "db" / "own.ndb").write_text(f"Eicar-Test-Signature:0:*:{knows.hex()}\n")
        values = {"folder": self.folder, "port": self.port, "admits": "yes" if admits else "no"}
        (self.folder / "clamd.conf").write_text(CONFIGURATION.format(**values))

    def _command(self) -> list[str]:
        return [self._program, "-c", str(self.folder / "clamd.conf")]

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
