"""The loopback flow (RFC 8252) with PKCE (RFC 7636): the browser brings the code back to this machine."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import sys
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Self
from urllib.parse import parse_qs, urlencode, urlsplit

from mailbot.adapters.oauth.asking import CODE, ask
from mailbot.adapters.oauth.device import LoginFailedError, read_login

if TYPE_CHECKING:
    import ssl
    from datetime import datetime

    from mailbot.adapters.oauth.provider import Provider
    from mailbot.adapters.oauth.tokens import Tokens

LOOPBACK = "127.0.0.1"
WAIT_SECONDS = 600.0
REQUEST_SECONDS = 5.0
LONGEST_ADDRESS = 8192
PAGE = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>mailbot</title>"
    "<body style='font-family:sans-serif;margin:4em'><p>{words}</p></body></html>"
)
DONE = "This is done. Close this page and look at the terminal. / हो गया। यह पृष्ठ बंद करें और टर्मिनल देखें।"
FAILED = "The login was not completed. Look at the terminal. / लॉगिन पूरा नहीं हुआ। टर्मिनल देखें।"
UNKNOWN = "This page belongs to a login that is over. / यह पृष्ठ किसी पुराने लॉगिन का है।"


@dataclass(frozen=True, slots=True)
class Secrets:
    """What proves that the answer belongs to our question."""

    state: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(64), repr=False)

    @property
    def challenge(self) -> str:
        """The S256 challenge of the verifier (RFC 7636 4.2)."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class Answer:
    """What the browser brought: a code, or the reason why there is none."""

    code: str = field(default="", repr=False)
    error: str = ""


class LoopbackLogin:
    """One login; inside a `with` block it listens on this machine for the browser."""

    def __init__(self, provider: Provider, username: str, port: int = 0) -> None:
        self._provider = provider
        self._username = username
        self._secrets = Secrets()
        self._answer: Answer | None = None
        try:
            self._server = _Server(port, self)
        except OSError as error:
            raise LoginFailedError(
                f"Port {port} of this machine cannot be used: {error.strerror}. Name another one with --port."
            ) from error

    def __enter__(self) -> Self:
        """Listen; the port is open from the beginning."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the port."""
        self._server.server_close()

    @property
    def port(self) -> int:
        """Where the browser is waited for."""
        return int(self._server.server_address[1])

    @property
    def address(self) -> str:
        """What a person opens in a browser."""
        query = {
            "response_type": "code",
            "client_id": self._provider.client_id,
            "redirect_uri": self._redirect,
            "scope": " ".join(self._provider.scopes),
            "state": self._secrets.state,
            "code_challenge": self._secrets.challenge,
            "code_challenge_method": "S256",
            **({"login_hint": self._username} if self._username else {}),
            **self._provider.extras,
        }
        return f"{self._provider.authorize_url}?{urlencode(query)}"

    def wait(self, seconds: float = WAIT_SECONDS) -> Answer:
        """Return what the browser brings. Raises LoginFailedError when it does not come in time."""
        patience = time.monotonic() + seconds
        while self._answer is None:
            left = patience - time.monotonic()
            if left <= 0:
                raise LoginFailedError(f"No browser came back in time. Run {self._provider.command} again.")
            self._server.timeout = left
            self._server.handle_request()
        return self._answer

    def read(self, address: str) -> Answer | None:
        """Return what the address of the browser says, or None when it does not belong to this login."""
        query = parse_qs(urlsplit(address).query[:LONGEST_ADDRESS])
        state = query.get("state", [""])[0]
        if not hmac.compare_digest(state.encode(), self._secrets.state.encode()):
            return None
        error = query.get("error", [""])[0]
        code = query.get("code", [""])[0]
        if error or not code:
            return Answer(error=error if CODE.fullmatch(error) else "no_code")
        return Answer(code=code)

    def take(self, address: str) -> str:
        """Note what a browser brought and return what it shall show."""
        answer = self.read(address)
        if answer is None:
            return UNKNOWN
        self._answer = self._answer or answer
        return FAILED if answer.error else DONE

    def redeem(self, answer: Answer, context: ssl.SSLContext, at: datetime) -> Tokens:
        """Change the code for tokens. Raises LoginFailedError and ProviderTroubleError."""
        provider = self._provider
        if answer.error == "access_denied":
            raise LoginFailedError(f"The consent was declined. Run {provider.command} again and agree to it.")
        if answer.error:
            raise LoginFailedError(
                f"{provider.label} sent the browser back without a code ({answer.error}). Check oauth2.client_id and "
                f"the scopes, then run {provider.command} again."
            )
        form = {
            "grant_type": "authorization_code",
            "code": answer.code,
            "redirect_uri": self._redirect,
            "client_id": provider.client_id,
            "code_verifier": self._secrets.verifier,
            **({"client_secret": provider.client_secret} if provider.client_secret else {}),
        }
        return read_login(provider, ask(provider.token_url, form, context), at, answer.code)

    @property
    def _redirect(self) -> str:
        return f"http://{self._provider.redirect_host}:{self.port}/"


class _Server(HTTPServer):
    """Listens on this machine only, one browser at a time."""

    def __init__(self, port: int, login: LoopbackLogin) -> None:
        self.login = login
        super().__init__((LOOPBACK, port), _Page)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a browser that hung up; it may come again."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type] # as it came

    def server_bind(self) -> None:
        """Take the port without asking a name server what this machine is called."""
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()


class _Page(BaseHTTPRequestHandler):
    """The one page a person sees at the end."""

    timeout = REQUEST_SECONDS
    server: _Server

    def do_GET(self) -> None:
        words = self.server.login.take(self.path) if urlsplit(self.path).path == "/" else UNKNOWN
        page = PAGE.format(words=words).encode()
        self.send_response(404 if words == UNKNOWN else 200)
        for name, value in (
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Length", str(len(page))),
            ("Cache-Control", "no-store"),
            ("Referrer-Policy", "no-referrer"),
            ("Connection", "close"),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_: object) -> None:
        """Write nothing: the address holds the code."""
