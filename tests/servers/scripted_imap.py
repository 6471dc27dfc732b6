"""An IMAP server that says what a test wrote down, for what other providers say and Dovecot does not."""

from __future__ import annotations

import asyncio
import contextlib
import re
from typing import TYPE_CHECKING, Literal

from tests.servers.background import Background
from tests.servers.programs import HOST

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.servers.certificates import Certificate

GREETING, NONE = b"* OK ready\r\n", b""
# What each command answers before its final OK; an answer that holds "{tag}" is the whole answer.
USUAL = {
    "SELECT": [b"* 1 EXISTS\r\n", b"* OK [UIDVALIDITY 7] counted\r\n"],
    "LIST": [b'* LIST () "/" "INBOX"\r\n', b'* LIST () "/" "Processed"\r\n'],
    "LOGOUT": [b"* BYE see you\r\n"],
}


class ScriptedImap(Background):
    """IMAP on `port` inside a `with` block.

    `script` gives for a command such as "UID FETCH" the pieces of its answer, each sent a moment after the one before;
    `capabilities` is what the server says it can do. `heard` collects the commands. A `greeting` of another kind ends
    the connection.
    """

    host = HOST

    def __init__(
        self,
        capabilities: str,
        script: Mapping[str, Sequence[bytes]],
        *,
        security: Literal["none", "starttls", "tls"] = "none",
        certificate: Certificate | None = None,
    ) -> None:
        super().__init__("scripted-imap")
        self.port = 0
        self.heard: list[str] = []
        self.greeting = GREETING
        self.security = security
        self._context = certificate.make_context() if certificate else None
        self._script = {"CAPABILITY": [f"* CAPABILITY IMAP4rev1 {capabilities}\r\n".encode()], **USUAL, **script}

    def answer(self, command: str, pieces: Sequence[bytes]) -> None:
        """Say something else from now on."""
        self._script = {**self._script, command: pieces}

    async def _serve(self) -> None:
        context = self._context if self.security == "tls" else None
        server = await asyncio.start_server(self._converse, HOST, self.port, ssl=context)
        self.port = server.sockets[0].getsockname()[1]
        await self._ready(server)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._open.add(writer.transport)
        try:
            with contextlib.suppress(OSError):
                await self._talk(reader, writer)
        finally:
            writer.close()
            self._open.discard(writer.transport)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(self.greeting)
        tag = b""
        while self.greeting == GREETING and (line := await reader.readline()):
            text = line.decode().strip()
            self.heard.append(text.partition(" ")[2] or text)
            if text == "DONE":
                writer.write(tag + b" OK done\r\n")
                continue
            tag = line.split()[0]
            match = re.match(r"\S+ ((?:UID )?\S+)", text)
            assert match is not None
            await self._answer(writer, tag, match[1].upper())
            if match[1].upper() == "STARTTLS" and self._context:
                await writer.start_tls(self._context)

    async def _answer(self, writer: asyncio.StreamWriter, tag: bytes, command: str) -> None:
        pieces = self._script.get(command, [])
        for piece in pieces:
            writer.write(piece.replace(b"{tag}", tag))
            await writer.drain()
            await asyncio.sleep(0.02)
        if command != "IDLE" and not any(b"{tag}" in piece for piece in pieces):
            writer.write(tag + b" OK done\r\n")
