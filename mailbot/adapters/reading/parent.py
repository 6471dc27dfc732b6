"""Reads mail in child processes that are reused, limited, and killed and replaced when a mail misbehaves."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, TypeVar

from mailbot.adapters.reading.pictures import MOST_PIXELS, PictureView, add_views, unpack_view
from mailbot.adapters.reading.shown import unpack_shown
from mailbot.adapters.reading.wire import OUT_OF_MEMORY, WireError, receive_frame, send_frame, unpack_reading
from mailbot.domain.errors import UnreadableMailError, WorldError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mailbot.adapters.reading.shown import ShownMail
    from mailbot.adapters.reading.wire import MailReading

Item = TypeVar("Item")

START_SECONDS = 60.0
STOP_SECONDS = 5.0
MAILS_PER_CHILD = 2000
_COMMAND = (sys.executable, "-W", "ignore", "-m", "mailbot.adapters.reading.child")
_SECRETS = "MAILBOT_"
_CHUNK = 1 << 20


class _Timeout(Exception):  # noqa: N818 - it is not an error until somebody says whose
    """The child did not answer in time."""


@dataclass(slots=True)
class _Child:
    """A running child, the socket to it, and how many mails it has read."""

    process: subprocess.Popen[bytes]
    socket: socket.socket
    deadline: float = 0.0
    mails: int = 0
    is_ended: bool = False

    def receive(self, size: int) -> bytes:
        """Return exactly so many bytes before the deadline."""
        # Filled in place and given away without a copy: a file of a mail may be large.
        whole = BytesIO(bytes(size))
        with whole.getbuffer() as view:
            self._fill(view)
        return whole.getvalue()

    def _fill(self, view: memoryview) -> None:
        filled = 0
        while filled < len(view):
            self._set_timeout()
            try:
                count = self.socket.recv_into(view[filled : filled + _CHUNK])
            except TimeoutError as error:
                raise _Timeout from error
            except OSError as error:
                raise WireError("the child is gone") from error
            if not count:
                raise WireError("the child is gone")
            filled += count

    def send(self, data: bytes) -> None:
        """Send all bytes before the deadline."""
        self._set_timeout()
        try:
            self.socket.sendall(data)
        except TimeoutError as error:
            raise _Timeout from error
        except OSError as error:
            raise WireError("the child is gone") from error

    def _set_timeout(self) -> None:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise _Timeout
        self.socket.settimeout(left)


class ChildReader:
    """Reads mails for any threads, each within so much processor and wall time and memory.

    There are at most `children` processes, one for each mail that is read at the same time; another one is started only
    when all that run are busy.
    """

    def __init__(
        self,
        cpu_seconds: int,
        wall_seconds: float,
        memory_mb: int,
        command: Sequence[str] = _COMMAND,
        picture_pixels: int = MOST_PIXELS,
        *,
        children: int = 1,
    ) -> None:
        self._cpu_seconds = cpu_seconds
        self._wall_seconds = wall_seconds
        self._memory_mb = memory_mb
        self._command = tuple(command)
        self._picture_pixels = picture_pixels
        self._room = threading.Semaphore(children)
        self._idle: list[_Child] = []

    def prepare(self) -> None:
        """Start a child unless one waits or all are busy. Raises WorldError when it cannot be started."""
        if self._room.acquire(blocking=False):
            try:
                self._idle.append(self._find_idle() or self._start())
            finally:
                self._room.release()

    def read(self, raw: bytes, *, oversized: bool) -> MailReading:
        """Return what the mail says; a picture that breaks its reader is a sentence in the mail's problems.

        Raises UnreadableMailError when this mail cannot be read within the limits, WorldError when no child can be
        started.
        """
        return self._with_child(lambda child: self._exchange(child, raw, oversized=oversized))

    def show(self, raw: bytes, *, oversized: bool) -> ShownMail:
        """Return the mail to look at. Raises UnreadableMailError and WorldError like read()."""
        return self._with_child(lambda child: self._exchange_shown(child, raw, oversized=oversized))

    def _with_child(self, exchange: Callable[[_Child], Item]) -> Item:
        with self._room:
            child = self._find_idle() or self._start()
            try:
                return exchange(child)
            except (_Timeout, WireError) as error:
                raise UnreadableMailError(self._why(child, error)) from None
            finally:
                if not child.is_ended:
                    self._idle.append(child)

    def close(self) -> None:
        """End the children that wait; the next mail starts a new one."""
        while child := self._find_idle():
            _wait(child)

    def _exchange(self, child: _Child, raw: bytes, *, oversized: bool) -> MailReading:
        child.deadline = time.monotonic() + self._wall_seconds
        send_frame(child, {"oversized": oversized}, [raw])
        header, blobs = receive_frame(child)
        child.mails += 1
        reading = None if "error" in header else unpack_reading(header, blobs)
        if reading is not None and header.get("pictures"):
            reading, header = self._receive_pictures(child, reading, header)
        self._end_worn(child, header)
        if reading is None:
            raise UnreadableMailError(str(header["error"]))
        return reading

    def _exchange_shown(self, child: _Child, raw: bytes, *, oversized: bool) -> ShownMail:
        child.deadline = time.monotonic() + self._wall_seconds
        send_frame(child, {"oversized": oversized, "show": True}, [raw])
        header, blobs = receive_frame(child)
        child.mails += 1
        shown = None if "error" in header else unpack_shown(header, blobs)
        self._end_worn(child, header)
        if shown is None:
            raise UnreadableMailError(str(header["error"]))
        return shown

    def _end_worn(self, child: _Child, header: dict[str, Any]) -> None:
        """End a child that has read enough mails, or that has become large."""
        is_worn = child.mails >= MAILS_PER_CHILD or int(header.get("used_mb", 0)) > self._memory_mb // 2
        if is_worn and not child.is_ended:
            _wait(child)

    def _receive_pictures(
        self, child: _Child, reading: MailReading, header: dict[str, Any]
    ) -> tuple[MailReading, dict[str, Any]]:
        """Return the reading with what the child says of its pictures, and the child's last header.

        The mail is read already; a child that fails now costs the previews of the other pictures and nothing else.
        """
        views: dict[str, PictureView] = {}
        ended = ""
        try:
            for _ in range(int(header["pictures"])):
                header, blobs = receive_frame(child)
                name, view = unpack_view(header, blobs)
                views[name] = view
        except (_Timeout, WireError) as error:
            ended = self._why(child, error)
        return add_views(reading, views, ended), header

    def _find_idle(self) -> _Child | None:
        """Take the child that waits for the shortest time, or None.

        One that something ended meanwhile is left out: the next mail is not to blame for it.
        """
        while True:
            try:
                child = self._idle.pop()
            except IndexError:  # also when another thread was faster
                return None
            if child.process.poll() is None:
                return child
            child.socket.close()

    def _start(self) -> _Child:
        """Start a child and wait until it is ready, so that its start is never counted against a mail."""
        ours, theirs = socket.socketpair()
        arguments = (*self._command, str(self._cpu_seconds), str(self._memory_mb), str(self._picture_pixels))
        environment = {name: value for name, value in os.environ.items() if not name.startswith(_SECRETS)}
        try:
            with theirs:
                process = subprocess.Popen(  # noqa: S603 - our own program
                    arguments, stdin=theirs.fileno(), stdout=theirs.fileno(), env=environment
                )
        except OSError as error:
            ours.close()
            raise WorldError(
                f"The process that reads mail cannot be started: {error}. Check memory and limits."
            ) from error
        child = _Child(process, ours, time.monotonic() + START_SECONDS)
        try:
            receive_frame(child)
        except (_Timeout, WireError) as error:
            code = _kill(child)
            raise WorldError(
                f"The process that reads mail ended while it started (exit code {code}). "
                "Raise limits.parse_memory_mb, or look at the lines above this one."
            ) from error
        return child

    def _why(self, child: _Child, error: Exception) -> str:
        """End a child that failed; return the sentence that says what the mail did."""
        if isinstance(error, _Timeout):
            _kill(child)
            return f"Reading the mail took longer than {self._wall_seconds:g} seconds."
        code = _wait(child)
        if code == -signal.SIGXCPU:
            return f"Reading the mail took more than {self._cpu_seconds} seconds of processor time."
        if code in {OUT_OF_MEMORY, -signal.SIGKILL}:
            return f"Reading the mail needed more than {self._memory_mb} MB of memory."
        return f"The process that read the mail ended unexpectedly (exit code {code})."


def _wait(child: _Child) -> int:
    """Close the socket, wait for the child to end by itself, and return its exit code; kill it when it does not."""
    child.is_ended = True
    child.socket.close()
    try:
        return child.process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        return _kill(child)


def _kill(child: _Child) -> int:
    child.is_ended = True
    child.socket.close()
    child.process.kill()
    return child.process.wait()
