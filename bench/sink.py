"""An SMTP server in a process of its own that takes every letter and writes down when, to whom, and which bytes.

`python -m bench.sink LOG [FOLDER]` says its port on the standard output. It does as little as a server can, so that
what is measured is the program that sends: no login, no queue, one line of LOG for each letter, written before the
letter is accepted. With FOLDER the letters themselves are kept there.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
import time
from hashlib import sha256
from pathlib import Path

GREETING = b"220 sink.example ESMTP\r\n"
OFFER = b"250-sink.example\r\n250-PIPELINING\r\n250-SIZE 52428800\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"
YES, GO_ON, BYE, WHAT = b"250 2.0.0 Ok\r\n", b"354 Go on\r\n", b"221 2.0.0 Bye\r\n", b"502 5.5.2 What?\r\n"
END = b"\r\n.\r\n"
ANSWERS = {b"EHLO": OFFER, b"HELO": YES, b"MAIL": YES, b"RCPT": YES, b"RSET": YES, b"NOOP": YES, b"QUIT": BYE}
MESSAGE_ID = re.compile(rb"^Message-ID:\s*(<[^>]+>)", re.IGNORECASE | re.MULTILINE)


class Conversation(asyncio.Protocol):
    """One connection: lines until DATA, then everything up to the lone dot."""

    transport: asyncio.Transport

    def __init__(self, log: int, folder: Path | None) -> None:
        self._log, self._folder = log, folder
        self._buffer = bytearray()
        self._searched = 0
        self._is_data = False
        self._to: list[str] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(GREETING)

    def data_received(self, data: bytes) -> None:
        """Answer whatever is complete."""
        self._buffer += data
        while self._take_letter() if self._is_data else self._take_line():
            pass

    def _take_line(self) -> bool:
        line, found, rest = self._buffer.partition(b"\r\n")
        if not found:
            return False
        self._buffer = rest
        word = bytes(line[:4]).upper()
        if word == b"RCPT":
            self._to.append(line.partition(b"<")[2].partition(b">")[0].decode())
        if word == b"DATA":
            # The dot of an empty letter stands at the start of a line as well.
            self._is_data, self._searched = True, 0
            self._buffer = bytearray(b"\r\n") + self._buffer
            self.transport.write(GO_ON)
            return True
        self.transport.write(ANSWERS.get(word, WHAT))
        if word == b"QUIT":
            self.transport.close()
        return True

    def _take_letter(self) -> bool:
        end = self._buffer.find(END, self._searched)
        if end < 0:
            self._searched = max(0, len(self._buffer) - len(END))
            return False
        raw = bytes(self._buffer[2 : end + 2]).replace(b"\r\n..", b"\r\n.")
        del self._buffer[: end + len(END)]
        self._is_data = False
        self._write_down(raw)
        self.transport.write(YES)
        return True

    def _write_down(self, raw: bytes) -> None:
        found = MESSAGE_ID.search(raw, 0, raw.find(b"\r\n\r\n"))
        name = sha256(raw).hexdigest()
        if self._folder:
            (self._folder / f"{time.monotonic_ns()}.eml").write_bytes(raw)
        for to in self._to:
            letter = {"at": time.monotonic(), "to": to, "sha256": name, "size": len(raw)}
            line = json.dumps(letter | {"message_id": found[1].decode() if found else ""})
            os.write(self._log, f"{line}\n".encode())
        self._to = []


async def serve(log_file: str, folder: str = "") -> None:
    """Take letters until the program is ended."""
    loop, log = asyncio.get_running_loop(), os.open(log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    server = await loop.create_server(lambda: Conversation(log, Path(folder) if folder else None), "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await ended.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(serve(*sys.argv[1:]))
