"""The server of the pages (uvicorn), until it is asked to stop."""

from __future__ import annotations

import signal
import socket
from typing import TYPE_CHECKING

import uvicorn

from mailbot.domain.errors import WorldError
from mailbot.web.app import make_app
from mailbot.web.desk import open_web

if TYPE_CHECKING:
    from collections.abc import Callable

    from mailbot.settings import Settings

# More at once would only wait for the database.
_MOST_AT_ONCE = 200
_WAITING = 512
_IDLE_SECONDS, _LAST_SECONDS = 30, 15


def serve(settings: Settings, ready: Callable[[str], None]) -> None:
    """Serve until a signal comes; `ready` is told the address that people open."""
    with open_web(settings) as web, _listen(settings.web.host, settings.web.port) as listener:
        config = uvicorn.Config(
            make_app(web),
            # Addresses hold secrets (links, tokens), so no address is logged.
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=True,
            forwarded_allow_ips=list(settings.web.trusted_proxies),
            ws="none",
            limit_concurrency=_MOST_AT_ONCE,
            timeout_keep_alive=_IDLE_SECONDS,
            timeout_graceful_shutdown=_LAST_SECONDS,
        )
        # uvicorn raises its signal once more when it is done; what is open here is closed in order all the same.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: None)
        ready(settings.web.address)
        uvicorn.Server(config).run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    """Return the socket that is listened on. Raises WorldError when the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With its protocol named, asyncio sends answers at once (TCP_NODELAY); without, each would wait 40 ms for its end.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_WAITING)  # whoever comes before the server is ready waits in this queue
    except OSError as error:
        listener.close()
        raise WorldError(
            f"web.host = {host!r}, web.port = {port}: cannot be served: {error.strerror}. Another program may have the "
            "port; stop it, or set another one."
        ) from error
    return listener
