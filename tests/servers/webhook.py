"""A webhook on 127.0.0.1 that keeps what it gets, and answers as a test asks."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from tests.servers.programs import HOST


class Webhook:
    """Takes POSTs inside a `with` block; `answer` is the status it gives."""

    def __init__(self) -> None:
        self.answer = 204
        self.got: list[tuple[dict[str, str], bytes]] = []
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                hook.got.append((dict(self.headers), body))
                self.send_response(hook.answer)
                self.send_header("Location", "http://127.0.0.1:1/elsewhere")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer((HOST, 0), Handler)
        self.url = f"http://{HOST}:{self._server.server_port}/hook/T0KEN-in-the-path"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def documents(self) -> list[dict[str, Any]]:
        """Return what was posted."""
        return [json.loads(body) for _, body in self.got]

    def codes(self) -> list[str]:
        """Return the codes of all alarms that were told, in order."""
        return [alarm["code"] for document in self.documents() for alarm in document["alarms"]]

    def __enter__(self) -> Self:
        """Begin to listen."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
