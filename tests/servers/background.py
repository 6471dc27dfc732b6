"""An asyncio loop in a thread of its own, for servers that live inside the test program."""

from __future__ import annotations

import asyncio
import threading
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Coroutine

SECONDS = 20


class Background(ABC):
    """Runs `_serve()` in a thread during a `with` block; `_open` holds the transports of its connections."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.connections = 0
        self._open: set[asyncio.BaseTransport] = set()
        self._is_up = threading.Event()
        self._failure: BaseException | None = None

    def __enter__(self) -> Self:
        """Start the thread and wait until the server is up."""
        self._is_up.clear()
        self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
        self._thread.start()
        if not self._is_up.wait(SECONDS) or self._failure:
            raise RuntimeError(f"{self._name} did not start") from self._failure
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the server and wait for its thread."""
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(SECONDS)

    def cut(self) -> None:
        """Break every open connection at once, as a crash or a dead router does."""
        self.call(self._cut())

    def call(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Run a coroutine in the loop of the server and return its result."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(SECONDS)

    @abstractmethod
    async def _serve(self) -> None:
        """Open a server and call `_ready(server)`, which closes it when it is time."""

    async def _ready(self, server: asyncio.Server) -> None:
        self._is_up.set()
        await self._stopping.wait()
        server.close()
        await self._cut()

    async def _cut(self) -> None:
        for transport in list(self._open):
            transport.abort()  # type: ignore[attr-defined]
        await asyncio.sleep(0)

    def _run(self) -> None:
        try:
            asyncio.run(self._main())
        except BaseException as error:  # noqa: BLE001 - reported by the thread that waits for the start
            self._failure = error
            self._is_up.set()

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        await self._serve()
