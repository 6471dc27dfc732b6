"""Waiting for mail (IDLE, RFC 2177) and for a call from another thread or a signal, whichever comes first."""

from __future__ import annotations

import contextlib
import os
import re
import select
import threading
import time
from enum import StrEnum
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from mailbot.adapters.imap.wire import Client, Wire

NEW_MAIL = re.compile(rb"\* \d+ EXISTS\b", re.IGNORECASE)
# Of 60 seconds: five minutes. Some routers forget a connection that rests, and tell nobody.
SILENCE = 5
GOODBYE = re.compile(rb"\* BYE\b", re.IGNORECASE)


class Wake(StrEnum):
    """Why waiting ended."""

    MAIL = "mail"
    CALLED = "called"
    TIME = "time"
    SILENCE = "silence"


class Waker:
    """A pipe that ends a wait from any thread and from signal handlers; close it, or use it in a `with` block."""

    def __init__(self) -> None:
        self._read_end, self._write_end = os.pipe()
        os.set_blocking(self._read_end, False)
        os.set_blocking(self._write_end, False)
        self._is_closed = False
        # A thread that wants to stop us may call after we closed; a signal handler may call while we close.
        self._closing = threading.RLock()

    def __enter__(self) -> Self:
        """Return the waker itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the pipe."""
        self.close()

    def fileno(self) -> int:
        """Return the descriptor that becomes readable by a call."""
        return self._read_end

    def wake(self) -> None:
        """End the wait that is going on, or the next one; nobody waits after close()."""
        with self._closing, contextlib.suppress(BlockingIOError):  # a full pipe wakes as well
            if not self._is_closed:
                os.write(self._write_end, b"!")

    def drain(self) -> None:
        """Forget the calls so far."""
        with contextlib.suppress(BlockingIOError):
            while os.read(self._read_end, 4096):
                pass

    def wait(self, seconds: float) -> bool:
        """Wait for a call at most so long; tell whether one came, and forget it."""
        called = wait_for_call(self._read_end, seconds) is Wake.CALLED
        self.drain()
        return called

    def close(self) -> None:
        """Close the pipe."""
        with self._closing:
            self._is_closed = True
            os.close(self._read_end)
            os.close(self._write_end)


def wait_for_call(wake_fd: int, seconds: float) -> Wake:
    """Wait until the descriptor can be read or the time is over."""
    poller = select.poll()
    poller.register(wake_fd, select.POLLIN)
    return Wake.CALLED if poller.poll(max(0.0, seconds) * 1000) else Wake.TIME


def idle(client: Client, wake_fd: int, seconds: float, patience: float) -> Wake:
    """Wait for new mail in the selected folder, a call, or the end of the time.

    A server that was silent for long is asked for a sign of life. Raises what imaplib raises when the connection is
    lost, or when the server does not answer within `patience`.
    """
    until = time.monotonic() + seconds
    while (wake := _idle(client, wake_fd, until, patience)) is Wake.SILENCE:
        pass
    return wake


def _idle(client: Client, wake_fd: int, until: float, patience: float) -> Wake:
    wire = client.wire
    wire.allow(patience)
    client._idle_tag = tag = wire._command("IDLE")  # noqa: SLF001 - its idle() dies of news that precede the "+"
    while wire._get_response() is not None:  # noqa: SLF001 - None is the "+"
        if wire.tagged_commands[tag]:
            raise wire.error(f"IDLE was refused: {wire.tagged_commands[tag]}")
    wire.rest()
    wake = Wake.MAIL if has_news(wire) else _listen(wire, wake_fd, until, SILENCE * patience)
    wire.allow(patience)  # the answer to DONE is the sign of life
    client.idle_done()
    return wake


def has_news(wire: Wire) -> bool:
    """Tell whether the server announced new mail beside its answers since the folder was selected."""
    return "EXISTS" in wire.untagged_responses


def _listen(wire: Wire, wake_fd: int, until: float, longest_silence: float) -> Wake:
    heard = time.monotonic()
    poller = select.poll()
    poller.register(wire.sock.fileno(), select.POLLIN)
    poller.register(wake_fd, select.POLLIN)
    while True:
        # What came together with an earlier answer lies in the buffer, where poll() does not see it.
        while (line := wire.take_line()) is not None:
            if NEW_MAIL.match(line):
                return Wake.MAIL
            if GOODBYE.match(line):
                raise wire.abort(f"the server said {line[2:].decode(errors='replace').strip()}")
        now = time.monotonic()
        if now >= until:
            return Wake.TIME
        if now >= heard + longest_silence:
            return Wake.SILENCE
        left = min(until, heard + longest_silence) - now
        ready = {descriptor for descriptor, _ in poller.poll(left * 1000)}
        if wire.sock.fileno() in ready:
            wire.receive_now()
            heard = time.monotonic()
        elif wake_fd in ready:
            return Wake.CALLED
