"""Asks clamd (ClamAV's daemon) about the bytes of a file, over its socket on this machine.

clamd says OK also of what it did not look at, when a file or what is packed in it exceeds its limits, unless
AlertExceedsMax is set. So only a clamd that passes `probe` is believed, and whatever is no plain OK is unscanned.
"""

from __future__ import annotations

import io
import socket
import struct
import time
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailbot.domain.errors import WorldError
from mailbot.domain.mail import Verdict
from mailbot.domain.malware import Scan

if TYPE_CHECKING:
    from collections.abc import Iterator

CHUNK = 64 * 1024
LONGEST_ANSWER = 4096
# clamd follows 17 levels unless it is told otherwise.
PROBE_DEPTH = 120
# The test file of all scanners (EICAR), in two halves, so that this module itself is not taken for one.
_EICAR = ("X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!$H+H*")
# What clamd calls a finding when it did not look: too large, too deep, or locked with a password.
_NOT_LOOKED_INTO = ("Heuristics.Limits.Exceeded", "Heuristics.Encrypted")


class ScannerError(WorldError):
    """The scanner cannot be asked now."""


@dataclass(frozen=True, slots=True)
class ClamdScanner:
    """clamd at a socket: a path, or HOST:PORT. `seconds` bound one question as a whole, `max_bytes` one file."""

    address: str
    seconds: float
    max_bytes: int

    def scan(self, data: bytes) -> Scan:
        """Return what clamd says of the bytes; unscanned when it does not say it. Raises ScannerError."""
        if len(data) > self.max_bytes:
            return Scan(Verdict.UNSCANNED, f"larger than scanner.max_bytes ({self.max_bytes})")
        return parse_answer(self._ask(data))

    def probe(self) -> None:
        """Raise ScannerError unless clamd knows the test file and admits what it does not look into."""
        if self.scan("".join(_EICAR).encode()).verdict is not Verdict.INFECTED:
            raise ScannerError(
                "The malware scanner does not know the test file of all scanners (EICAR); its signatures are missing. "
                "Run freshclam and restart clamd."
            )
        if self.scan(_pack_deep(PROBE_DEPTH)).verdict is Verdict.CLEAN:
            raise ScannerError(
                "The malware scanner calls files clean that it did not look into. "
                "Set AlertExceedsMax yes in clamd.conf and restart clamd."
            )

    def _ask(self, data: bytes) -> str:
        end = time.monotonic() + self.seconds
        try:
            with self._connect() as connection:
                try:
                    for piece in _stream(data):
                        connection.settimeout(_left(end))
                        connection.sendall(piece)
                except (BrokenPipeError, ConnectionResetError):
                    pass  # clamd hangs up in the middle of what is too much for it; its answer says so
                return _receive(connection, end)
        except OSError as error:
            raise ScannerError(f"The malware scanner at {self.address} does not answer: {error}.") from error

    def _connect(self) -> socket.socket:
        host, colon, port = self.address.rpartition(":")
        if colon and port.isdigit():
            return socket.create_connection((host, int(port)), self.seconds)
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(self.seconds)
        try:
            connection.connect(self.address)
        except OSError:
            connection.close()
            raise
        return connection


def parse_answer(answer: str) -> Scan:
    """Return what an answer of clamd to INSTREAM means; only the very words of a clean file make it one."""
    said = answer.removeprefix("stream: ")
    if said == "OK":
        return Scan(Verdict.CLEAN)
    if said.startswith(_NOT_LOOKED_INTO) or "size limit exceeded" in said:
        return Scan(Verdict.UNSCANNED, "too large, too deep or locked; the scanner does not look into it")
    if said.endswith(" FOUND"):
        return Scan(Verdict.INFECTED, said.removesuffix(" FOUND"))
    return Scan(Verdict.UNSCANNED, f"the scanner answered {said!r}", is_final=False)


def _stream(data: bytes) -> Iterator[bytes]:
    """Yield the bytes as INSTREAM wants them: pieces with their length before them, an empty one at the end."""
    yield b"zINSTREAM\0"
    for start in range(0, len(data), CHUNK):
        piece = data[start : start + CHUNK]
        yield struct.pack(">I", len(piece)) + piece
    yield struct.pack(">I", 0)


def _receive(connection: socket.socket, end: float) -> str:
    """Return the answer, which ends with a NUL. Raises OSError without a whole one."""
    answer = b""
    while not answer.endswith(b"\0"):
        connection.settimeout(_left(end))
        more = connection.recv(LONGEST_ANSWER)
        if not more or len(answer) > LONGEST_ANSWER:
            raise ConnectionError("it hung up without an answer")
        answer += more
    return answer.rstrip(b"\0").decode("utf-8", "replace").strip()


def _left(end: float) -> float:
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError("it took too long")
    return left


def _pack_deep(depth: int) -> bytes:
    """Return a file in so many archives, one inside the other."""
    data = b"mailbot asks whether this is looked into"
    for _ in range(depth):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr(zipfile.ZipInfo("a.zip"), data)
        data = packed.getvalue()
    return data
