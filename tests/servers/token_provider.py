"""A provider of OAuth 2 tokens on 127.0.0.1, strict about what the standards demand, and failing on order.

It knows one client and one account. Codes and refresh tokens work once when `rotates` is on; whoever comes with an old
refresh token loses the consent, as at a careful provider.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import secrets
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.servers.programs import HOST

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.servers.certificates import Certificate

CLIENT_ID, CLIENT_SECRET = "desk-client", "client-secret-0815"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
# What can go wrong instead of an answer.
SLOW, DROP, GARBAGE, HUGE, REDIRECT, TRICKLE = "slow", "drop", "garbage", "huge", "redirect", "trickle"


@dataclass(frozen=True, slots=True)
class Asked:
    """One question that came in."""

    path: str
    form: dict[str, str]


@dataclass(slots=True)
class Pending:
    """A code that waits for its person, or for its client."""

    challenge: str = ""
    redirect: str = ""
    polls: list[float] = field(default_factory=list)


class TokenProvider:
    """Answers inside a `with` block; `clock` says when tokens end, `user` whose mailbox they open."""

    host = HOST

    def __init__(
        self,
        user: str,
        *,
        clock: Callable[[], datetime] | None = None,
        lifetime: int = 3600,
        certificate: Certificate | None = None,
    ) -> None:
        self.user = user
        self.lifetime = lifetime
        self.interval: float = 5
        self.issued: list[str] = []
        self._certificate = certificate
        self.rotates = True
        self.forgets_refresh = False
        self.consent_days = 0
        self.asked: list[Asked] = []
        self.faults: list[str | int] = []
        self.pending: dict[str, Pending] = {}
        self.declines = False
        self.device_errors: list[str] = []
        self._clock = clock or (lambda: datetime.now(UTC))
        self._numbers = itertools.count(1)
        self._access: dict[str, datetime] = {}
        self._refresh = ""
        self._refused = "invalid_grant"
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        """Listen."""
        self._server = ThreadingHTTPServer((HOST, 0), type("Page", (_Page,), {"provider": self}))
        self._server.daemon_threads = True
        if self._certificate:
            context = self._certificate.make_context()
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    def url(self, path: str) -> str:
        """Return the address of one of its pages."""
        return f"{'https' if self._certificate else 'http'}://{HOST}:{self.port}/{path}"

    @property
    def urls(self) -> dict[str, str]:
        """The three addresses as the settings name them."""
        return {f"{name}_url": self.url(name) for name in ("token", "device", "authorize")}

    def count(self, path: str = "/token") -> int:
        """Return how often one of its pages was asked."""
        return sum(asked.path == path for asked in self.asked)

    def revoke(self, error: str = "invalid_grant") -> None:
        """Withdraw the consent, as a person does in the security page; access tokens go on until they end."""
        self._refresh, self._refused = "", error

    def forget_access(self) -> None:
        """Refuse every access token from now on, before its time."""
        self._access.clear()

    def find_user(self, token: str) -> str | None:
        """Return whose mailbox a token opens now."""
        ends = self._access.get(token)
        return self.user if ends and self._clock() < ends else None

    def visit(self, address: str) -> str:
        """Do what a person does: open the address, agree (or decline), and return where the browser is sent."""
        query = parse_form(urlsplit(address).query)
        assert query["response_type"] == "code"
        assert query["client_id"] == CLIENT_ID
        assert query["code_challenge_method"] == "S256"
        if self.declines:
            return f"{query['redirect_uri']}?{urlencode({'error': 'access_denied', 'state': query['state']})}"
        code = f"code-{secrets.token_hex(8)}"
        self.pending[code] = Pending(challenge=query["code_challenge"], redirect=query["redirect_uri"])
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def answer(self, path: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """Return the answer to a question."""
        with self._lock:
            self.asked.append(Asked(path, form))
            if path == "/introspect":
                user = self.find_user(form.get("token", ""))
                return 200, {"active": True, "username": user} if user else {"active": False}
            if form.get("client_id") != CLIENT_ID:
                return 401, {"error": "invalid_client"}
            if path == "/device":
                return 200, self._give_device_code()
            if form.get("client_secret") != CLIENT_SECRET:
                return 401, {"error": "invalid_client", "error_description": "The OAuth client was not found."}
            grants = {
                "refresh_token": self._refresh_grant,
                "authorization_code": self._code_grant,
                DEVICE_GRANT: self._device_grant,
            }
            return grants[form["grant_type"]](form)

    def consent(self) -> dict[str, Any]:
        """Return the document with fresh tokens of a new consent."""
        self._refresh = f"refresh-{next(self._numbers)}-{secrets.token_hex(8)}"
        return self._tokens()

    def _tokens(self, *, with_refresh: bool = True) -> dict[str, Any]:
        access = f"access-{next(self._numbers)}-{secrets.token_hex(8)}"
        self.issued += [access, self._refresh]
        self._access[access] = self._clock() + timedelta(seconds=self.lifetime)
        document: dict[str, Any] = {"access_token": access, "token_type": "Bearer", "expires_in": self.lifetime}
        if with_refresh and not self.forgets_refresh:
            document["refresh_token"] = self._refresh
        if self.consent_days:
            document["refresh_token_expires_in"] = self.consent_days * 86400
        return document

    def _refresh_grant(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if not self._refresh or form["refresh_token"] != self._refresh:
            self._refresh = ""
            description = f"Token has been expired or revoked. ({form['refresh_token']})"
            return 400, {"error": self._refused, "error_description": description}
        if self.rotates:
            self._refresh = f"refresh-{next(self._numbers)}-{secrets.token_hex(8)}"
        return 200, self._tokens(with_refresh=self.rotates)

    def _code_grant(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        waiting = self.pending.pop(form["code"], None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if waiting is None or (waiting.challenge, waiting.redirect) != (challenge, form["redirect_uri"]):
            return 400, {"error": "invalid_grant"}
        return 200, self.consent()

    def _give_device_code(self) -> dict[str, Any]:
        code = f"device-{secrets.token_hex(8)}"
        self.pending[code] = Pending()
        return {
            "device_code": code,
            "user_code": "GSTR-3BXY",
            "verification_uri": self.url("activate"),
            "expires_in": 900,
            "interval": self.interval,
        }

    def _device_grant(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        waiting = self.pending[form["device_code"]]
        waiting.polls.append(self._clock().timestamp())
        if self.device_errors:
            return 400, {"error": self.device_errors.pop(0)}
        if self.declines:
            return 400, {"error": "access_denied"}
        return 200, self.consent()


def parse_form(text: str) -> dict[str, str]:
    """Return the fields of a form."""
    return {key: values[0] for key, values in parse_qs(text).items()}


class _Page(BaseHTTPRequestHandler):
    """One question over HTTP."""

    provider: TokenProvider

    def do_POST(self) -> None:
        size = int(self.headers.get("Content-Length", 0))
        form = parse_form(self.rfile.read(size).decode())
        path = urlsplit(self.path).path
        fault = self.provider.faults.pop(0) if self.provider.faults and path != "/introspect" else None
        if fault is not None:
            self.provider.asked.append(Asked(path, form))
            self._suffer(fault)
            return
        status, document = self.provider.answer(path, form)
        self._send(status, json.dumps(document).encode())

    def _suffer(self, fault: str | int) -> None:
        if isinstance(fault, int):
            self._send(fault, b'{"error": "server_error"}' if fault == 503 else b"<html>Oops</html>")
        elif fault == SLOW:
            time.sleep(1.0)
        elif fault == GARBAGE:
            self._send(200, b"<html>Welcome to the free WiFi of the station</html>")
        elif fault == HUGE:
            self._send(200, b'{"access_token": "' + b"x" * 1_000_000 + b'"}')
        elif fault == REDIRECT:
            self._send(307, b"{}", location=self.provider.url("token"))
        elif fault == TRICKLE:
            self.wfile.write(b"HTTP/1.0 200 OK\r\n")
            for _ in range(40):
                self.wfile.write(b"X")
                self.wfile.flush()
                time.sleep(0.05)
        self.close_connection = True

    def _send(self, status: int, body: bytes, location: str = "") -> None:
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Write nothing."""

    def handle(self) -> None:
        """Answer; a client that hangs up is what some tests want."""
        try:
            super().handle()
        except OSError:
            self.close_connection = True
