"""The commands for one letter to one recipient, and how far they came."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

from aiosmtplib import SMTPResponseException, SMTPServerDisconnected

from mailbot.adapters.smtp.verdict import Stage

if TYPE_CHECKING:
    from aiosmtplib import SMTP, SMTPResponse

POSITIVE, GO_AHEAD = 2, 354
# The server has the whole letter to look at before it answers.
SLOWER_AT_THE_END = 1.5


class Exchange:
    """The commands for one letter to one recipient; `stage` tells how far they came."""

    def __init__(self, client: SMTP, sender: str, to: str, raw: bytes, patience: float) -> None:
        self.stage = Stage.MAIL
        self._patience = patience
        self._client = client
        self._sender = sender
        self._to = to
        self._data = _as_data(raw)
        self._needs_utf8 = not (sender + to).isascii()

    def find_obstacle(self) -> str:
        """Return why this server can never take this letter, or an empty string."""
        if self._needs_utf8 and not self._client.supports_extension("smtputf8"):
            return f"The address {self._to} has letters outside ASCII, which this server does not accept (no SMTPUTF8)."
        limit = self._client.esmtp_extensions.get("size", "").strip()
        if limit.isdigit() and 0 < int(limit) < len(self._data):
            return f"The letter has {len(self._data)} bytes; the server accepts at most {limit} (SIZE, RFC 1870)."
        return ""

    async def run(self) -> SMTPResponse:
        """Send the letter and return the server's positive answer; raises what aiosmtplib raises."""
        encoding = "utf-8" if self._needs_utf8 else "ascii"
        await self._client.mail(self._sender, options=self._find_options(), encoding=encoding)
        self.stage = Stage.RCPT
        await self._client.rcpt(self._to, encoding=encoding)
        self.stage = Stage.DATA
        answer = await self._client.execute_command(b"DATA")
        if answer.code != GO_AHEAD:
            raise SMTPResponseException(answer.code, answer.message)
        answer = await self._send_data()
        if answer.code // 100 != POSITIVE:
            raise SMTPResponseException(answer.code, answer.message)
        if self.stage is not Stage.DOT:
            raise SMTPServerDisconnected("the server answered before it had the whole letter")
        return answer

    def _find_options(self) -> list[str]:
        options = [f"SIZE={len(self._data)}"] if self._client.supports_extension("size") else []
        if not self._data.isascii() and self._client.supports_extension("8bitmime"):
            options.append("BODY=8BITMIME")
        return [*options, "SMTPUTF8"] if self._needs_utf8 else options

    async def _send_data(self) -> SMTPResponse:
        protocol, transport = self._client.protocol, self._client.transport
        if protocol is None or not isinstance(transport, asyncio.WriteTransport):
            raise SMTPServerDisconnected("the connection was lost")
        self.stage = Stage.BODY
        answer = asyncio.ensure_future(protocol.read_response())
        await asyncio.sleep(0)  # from here on an early refusal is heard
        # With no room in its buffer the transport holds a writer until the operating system has taken all.
        transport.set_write_buffer_limits(high=0)
        protocol.write(self._data)
        written = asyncio.ensure_future(protocol._drain_helper())  # noqa: SLF001 - what StreamWriter.drain() waits for
        try:
            await self._wait_for_progress({answer, written}, transport)
            if not answer.done():
                await written
                self.stage = Stage.DOT
                protocol.write(b".\r\n")
            async with asyncio.timeout(SLOWER_AT_THE_END * self._patience):
                return await answer
        finally:
            answer.cancel()
            written.cancel()
            await asyncio.gather(answer, written, return_exceptions=True)

    async def _wait_for_progress(self, ends: set[asyncio.Future[Any]], transport: asyncio.WriteTransport) -> None:
        """Wait until one of them ends; a server that takes nothing for as long as an answer may take is given up."""
        left = transport.get_write_buffer_size()
        while not (await asyncio.wait(ends, timeout=self._patience, return_when=asyncio.FIRST_COMPLETED))[0]:
            before, left = left, transport.get_write_buffer_size()
            if left >= before:
                raise TimeoutError


def _as_data(raw: bytes) -> bytes:
    """Return the bytes as DATA wants them (RFC 5321 4.5.2): lines end with CRLF, dots at their start are doubled."""
    # Our own letters have only such lines; counting is quicker than looking at each.
    is_usual = raw.count(b"\r\n") == raw.count(b"\n") == raw.count(b"\r")
    lines = raw if is_usual else re.sub(rb"\r\n|\r|\n", b"\r\n", raw)
    if not lines.endswith(b"\r\n"):
        lines += b"\r\n"
    stuffed = lines.replace(b"\n.", b"\n..")
    return b"." + stuffed if stuffed.startswith(b".") else stuffed
