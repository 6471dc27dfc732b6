"""What guards every request: the host that is asked for, where a form comes from, its size, and our headers."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from mailbot.settings.web import WebSettings

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'self'; object-src 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not "no-referrer", with which browsers send no Origin with our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "no-store",
}
TLS_ONLY = "max-age=31536000"
FOR_EVER = "public, max-age=31536000, immutable"
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
# Calls of programs carry a key and no cookie.
_OF_PROGRAMS = "/api/"
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


class Guard:
    """Stands in front of the pages; what it refuses reaches none of them."""

    def __init__(self, app: ASGIApp, chosen: WebSettings) -> None:
        self._app = app
        parts = urlsplit(chosen.address)
        self._port = _DEFAULT_PORTS[parts.scheme]
        host = parts.netloc.removesuffix(self._port)
        self._origin = f"{parts.scheme}://{host}"
        self._hosts = {host, f"{chosen.host}:{chosen.port}"}
        self._most = chosen.form_bytes
        self._headers = HEADERS | ({"Strict-Transport-Security": TLS_ONLY} if chosen.is_https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or refuse one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        guarded = self._with_headers(scope, send)
        if refusal := self._refuse(scope):
            await _answer(scope, *refusal)(scope, receive, guarded)
            return
        await self._app(scope, self._limited(receive), guarded)

    def _refuse(self, scope: Scope) -> tuple[int, str] | None:
        headers = Headers(scope=scope)
        if headers.get("host", "").lower().removesuffix(self._port) not in self._hosts:
            return 400, f"This address is not known here. Open {self._origin}"
        length = headers.get("content-length", "0")
        if not length.isascii() or not length.isdigit() or int(length) > self._most:
            return 413, f"That is more than {self._most} bytes. Send less at once."
        if scope["method"] in _READING or scope["path"].startswith(_OF_PROGRAMS):
            return None
        # Browsers that say where a form comes from are believed; for others the token of the form decides.
        is_ours = headers.get("origin", self._origin).lower().removesuffix(self._port) == self._origin
        if not is_ours or headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
            return 403, f"This form comes from another site. Open {self._origin}"
        return None

    def _limited(self, receive: Receive) -> Receive:
        """Count what comes in: a body that does not say its length ends at the limit."""
        read = 0

        async def limited() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            return message if read <= self._most else {"type": "http.disconnect"}

        return limited

    def _with_headers(self, scope: Scope, send: Send) -> Send:
        """Add our headers to an answer; what it brings itself stays."""
        is_kept = scope["path"].startswith("/static/") and scope["query_string"].startswith(b"v=")

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if is_kept and message["status"] in {200, 304}:
                    headers.setdefault("Cache-Control", FOR_EVER)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        return with_headers


def _answer(scope: Scope, status: int, sentence: str) -> Response:
    """Return a refusal as people read it, or as programs do (RFC 9457)."""
    if not scope["path"].startswith(_OF_PROGRAMS):
        return PlainTextResponse(sentence, status)
    document = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": sentence}
    return JSONResponse(document, status, media_type="application/problem+json")
