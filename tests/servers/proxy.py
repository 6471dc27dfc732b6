"""A cable between a program and a server that can be cut to the byte, blocked, made to drip, and listened to."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import time
from dataclasses import dataclass
from enum import StrEnum

from tests.servers.background import Background
from tests.servers.programs import HOST

PIECE = 65536
AT_ONCE = struct.pack("ii", 1, 0)  # linger on, for no time: closing resets the connection


class Kind(StrEnum):
    """What can happen to a cable."""

    CUT = "cut"
    RESET = "reset"
    BLACK_HOLE = "black hole"
    HALF_OPEN = "half open"
    DRIP = "drip"
    SLOW_CLOSE = "slow close"
    GIANT = "giant"


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens after so many more bytes, counted in both directions.

    BLACK_HOLE swallows everything while both ends stay open, HALF_OPEN closes the server's end only, SLOW_CLOSE tells
    the program that nothing more comes without closing, DRIP lets one byte of the server through every `seconds`, and
    GIANT says `words` in the name of the server before everything is swallowed.
    """

    kind: Kind
    after: int
    seconds: float = 0.0
    words: bytes = b"* 1 FETCH (BODY[] {9999999999}\r\n"


@dataclass(slots=True)
class _Cable:
    """One connection: both ends, and what has happened to it."""

    near: asyncio.StreamWriter
    far: asyncio.StreamWriter
    fault: Fault | None = None
    struck_at: float = 0.0

    def is_swallowing(self) -> bool:
        """Tell whether nothing passes any more."""
        return self.fault is not None and self.fault.kind is not Kind.DRIP


class Proxy(Background):
    """Forwards `port` to a port of 127.0.0.1 inside a `with` block, as long as nothing was broken.

    `sent` is every byte of the program while `listening`; `held` tells for each fault how many seconds the
    program kept the broken connection; `carried` counts the bytes of both directions.
    """

    host = HOST

    def __init__(self, target_port: int, *, listening: bool = False) -> None:
        super().__init__("proxy")
        self.port = 0
        self.target_port = target_port
        self.sent = bytearray()
        self.held: list[tuple[Kind, float]] = []
        self.carried = 0
        self._listening = listening
        self._drip_seconds = 0.0
        self._fault: Fault | None = None
        self._left = 0

    def block(self) -> None:
        """Forward nothing any more while the connections stay open, as a full firewall table does."""
        self.call(self._set_flow(flows=False))

    def release(self) -> None:
        """Forward again."""
        self.call(self._set_flow(flows=True))

    def drip(self, seconds: float) -> None:
        """From now on let one byte of the server through every so many seconds; 0 ends it."""
        self._drip_seconds = seconds

    def fail(self, fault: Fault | None) -> None:
        """Let this happen once, to the connection that carries the last of its bytes; None takes it back."""
        self.call(self._set_fault(fault))

    @property
    def has_failed(self) -> bool:
        """Tell whether what was ordered has happened."""
        return self._fault is None

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

    async def _set_fault(self, fault: Fault | None) -> None:
        self._fault, self._left = fault, fault.after if fault else 0

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            far_reader, far_writer = await asyncio.open_connection(HOST, self.target_port)
        except OSError:
            writer.transport.abort()
            return
        cable = _Cable(writer, far_writer)
        both = {writer.transport, far_writer.transport}
        self._open |= both
        try:
            await asyncio.gather(self._carry_up(cable, reader), self._carry_down(cable, far_reader))
        except asyncio.CancelledError:  # the test is over
            for transport in both:
                transport.abort()
        self._open -= both
        if cable.fault:
            self.held.append((cable.fault.kind, time.monotonic() - cable.struck_at))

    async def _carry_up(self, cable: _Cable, reader: asyncio.StreamReader) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(PIECE):
                if self._listening:
                    self.sent += data
                await self._carry(cable, data, cable.far)
        cable.far.close()
        if cable.fault:
            cable.near.close()

    async def _carry_down(self, cable: _Cable, reader: asyncio.StreamReader) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(1 if self._find_drip(cable) else PIECE):
                await self._carry(cable, data, cable.near)
                if cable.near.transport.is_closing():
                    break
        if not cable.fault:
            cable.near.close()

    def _find_drip(self, cable: _Cable) -> float:
        return cable.fault.seconds if cable.fault else self._drip_seconds

    async def _carry(self, cable: _Cable, data: bytes, to: asyncio.StreamWriter) -> None:
        await self._flow.wait()
        if cable.is_swallowing():
            return
        fault = self._fault
        if fault and len(data) >= self._left:
            self._fault = None
            to.write(data[: self._left])
            await to.drain()
            self.carried += self._left
            cable.fault, cable.struck_at = fault, time.monotonic()
            await self._strike(cable, fault)
            if cable.is_swallowing():
                return
            data = data[self._left :]
        elif fault:
            self._left -= len(data)
        self.carried += len(data)
        if to is cable.near and self._find_drip(cable):
            await self._drip(data, cable)
        else:
            to.write(data)
            await to.drain()

    async def _drip(self, data: bytes, cable: _Cable) -> None:
        for position in range(len(data)):
            cable.near.write(data[position : position + 1])
            await asyncio.sleep(self._find_drip(cable))
            if cable.near.transport.is_closing():
                return

    async def _strike(self, cable: _Cable, fault: Fault) -> None:
        if fault.kind is Kind.CUT:
            cable.near.close()
        elif fault.kind is Kind.RESET:
            cable.near.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
            cable.near.transport.abort()
        elif fault.kind is Kind.GIANT:
            cable.near.write(fault.words)
        elif fault.kind is Kind.SLOW_CLOSE:
            cable.near.write_eof()
        if fault.kind in (Kind.CUT, Kind.RESET, Kind.HALF_OPEN, Kind.SLOW_CLOSE):
            cable.far.close()
