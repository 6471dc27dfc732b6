"""A cable between a program and a server that can be cut, blocked, or made to drip."""

from __future__ import annotations

import asyncio
import contextlib

from tests.servers.background import Background
from tests.servers.programs import HOST

PIECE = 65536


class Proxy(Background):
    """Forwards `port` to a port of 127.0.0.1 inside a `with` block, as long as nothing was broken."""

    host = HOST

    def __init__(self, target_port: int) -> None:
        super().__init__("proxy")
        self.port = 0
        self.target_port = target_port
        self._drip_seconds = 0.0

    def block(self) -> None:
        """Forward nothing any more while the connections stay open, as a full firewall table does."""
        self.call(self._set_flow(flows=False))

    def release(self) -> None:
        """Forward again."""
        self.call(self._set_flow(flows=True))

    def drip(self, seconds: float) -> None:
        """From now on let one byte of the server through every so many seconds; 0 ends it."""
        self._drip_seconds = seconds

    async def _serve(self) -> None:
        self._flow = asyncio.Event()
        self._flow.set()
        server = await asyncio.start_server(self._connect, HOST, self.port)
        self.port = server.sockets[0].getsockname()[1]
        await self._ready(server)

    async def _set_flow(self, *, flows: bool) -> None:
        if flows:
            self._flow.set()
        else:
            self._flow.clear()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            far_reader, far_writer = await asyncio.open_connection(HOST, self.target_port)
        except OSError:
            writer.transport.abort()
            return
        both = {writer.transport, far_writer.transport}
        self._open |= both
        upwards = self._forward(reader, far_writer, slow=False)
        downwards = self._forward(far_reader, writer, slow=True)
        await asyncio.gather(upwards, downwards)
        self._open -= both

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, slow: bool) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(1 if slow and self._drip_seconds else PIECE):
                await self._flow.wait()
                if slow and self._drip_seconds:
                    await asyncio.sleep(self._drip_seconds)
                writer.write(data)
                await writer.drain()
        writer.close()
