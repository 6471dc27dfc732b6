"""A cable between the program and Dovecot that notes when the server announced a mail, and when IDLE began."""

from __future__ import annotations

import asyncio
import time

from tests.servers.background import Background
from tests.servers.programs import HOST

PIECE = 65_536
ANNOUNCED, IDLING = b" EXISTS\r\n", b"+ idling\r\n"


class Wire(Background):
    """Forwards `port` to the port of a server inside a `with` block; the times are those of time.monotonic."""

    def __init__(self, target_port: int) -> None:
        super().__init__("wire")
        self.port = 0
        self.announced: list[float] = []
        self.idling: list[float] = []
        self._target_port = target_port

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._connect, HOST, 0)
        self.port = server.sockets[0].getsockname()[1]
        await self._ready(server)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(HOST, self._target_port)
        self._open |= {writer.transport, far_writer.transport}
        await asyncio.gather(self._forward(reader, far_writer), self._forward(far_reader, writer, listening=True))
        self._open -= {writer.transport, far_writer.transport}

    async def _forward(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, listening: bool = False
    ) -> None:
        try:
            while data := await reader.read(PIECE):
                if listening:
                    self._note(data)
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass  # the other end hung up, which is how each of these conversations ends
        finally:
            writer.close()

    def _note(self, data: bytes) -> None:
        for words, times in ((ANNOUNCED, self.announced), (IDLING, self.idling)):
            if words in data:
                times.append(time.monotonic())
