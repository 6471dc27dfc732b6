"""A real SMTP server (aiosmtpd) that keeps what it accepts, delivers it into mailboxes, and fails on order."""

from __future__ import annotations

import asyncio
import re
import threading
from base64 import b64decode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from tests.servers.background import Background
from tests.servers.programs import HOST, wait_until

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiosmtpd.smtp import Envelope, Session

    from tests.servers.certificates import Certificate

PASSWORD = "smtp-test-password"
HOST_NAME = "smtp.tax.example"
DROP, STALL = "drop", "stall"
MECHANISMS = ("LOGIN", "PLAIN", "XOAUTH2", "OAUTHBEARER")

# CONNECT: instead of the greeting. BODY: after 354, before the letter is complete. DOT: after the letter is complete,
# which is then not kept. KEPT: the letter is kept, and only its answer is lost or replaced.
Place = Literal["CONNECT", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "BODY", "DOT", "KEPT", "RSET", "NOOP"]


@dataclass(frozen=True, slots=True)
class Accepted:
    """A letter that the server took over."""

    sender: str
    to: str
    raw: bytes


@dataclass(slots=True)
class Fault:
    """What goes wrong where: an answer such as "451 4.3.0 later", DROP or STALL; so often; for one recipient or all."""

    place: Place
    answer: str
    times: int
    to: str


class SmtpServer(Background):
    """SMTP on `port` inside a `with` block. With `username` a login is demanded; security as in the settings.

    With `find_user`, which tells whose an access token is, the login is OAuth 2 alone, by `token_mechanism`.

    `deliver(recipient, raw)` is called for each accepted letter, without the +detail of the address (RFC 5233).
    """

    host = HOST
    password = PASSWORD

    def __init__(
        self,
        *,
        username: str = "",
        security: Literal["none", "starttls", "tls"] = "none",
        certificate: Certificate | None = None,
        size_limit: int = 0,
        smtputf8: bool = True,
        deliver: Callable[[str, bytes], None] | None = None,
        find_user: Callable[[str], str | None] | None = None,
        token_mechanism: str = "XOAUTH2",
    ) -> None:
        super().__init__("smtp-server")
        self.username = username
        self.right_password = PASSWORD
        self.security = security
        self.size_limit = size_limit
        self.smtputf8 = smtputf8
        self.deliver = deliver
        self.find_user = find_user
        self.mechanisms = (token_mechanism,) if find_user else ("LOGIN", "PLAIN")
        self.port = 0
        self.logins: list[str] = []
        self.commands: list[str] = []
        self._context = certificate.make_context() if certificate else None
        self._accepted: list[Accepted] = []
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    @property
    def accepted(self) -> tuple[Accepted, ...]:
        """Every letter so far, oldest first."""
        with self._lock:
            return tuple(self._accepted)

    def find_accepted(self, to: str) -> list[Accepted]:
        """Return the letters to one address, oldest first."""
        return [letter for letter in self.accepted if letter.to.lower() == to.lower()]

    def wait_for(self, count: int, seconds: float = 20, to: str = "") -> tuple[Accepted, ...]:
        """Return the letters (to that address) as soon as there are so many; raise TimeoutError otherwise."""

        def chosen() -> tuple[Accepted, ...]:
            return tuple(self.find_accepted(to)) if to else self.accepted

        wait_until(lambda: len(chosen()) >= count, seconds, f"the arrival of {count} letters")
        return chosen()

    def fail(self, place: Place, answer: str, *, times: int = 1, to: str = "") -> None:
        """Let the next exchanges fail at that place; see Fault."""
        with self._lock:
            self._faults.append(Fault(place, answer, times, to))

    def heal(self) -> None:
        """Forget all faults that have not happened yet."""
        with self._lock:
            self._faults.clear()

    def find_fault(self, place: Place, to: str = "") -> str:
        """Return what shall go wrong here, counting it, or an empty string."""
        with self._lock:
            for fault in self._faults:
                if fault.place == place and fault.to in ("", to) and fault.times > 0:
                    fault.times -= 1
                    return fault.answer
        return ""

    def check_password(self, login: str, password: str) -> bool:
        """Tell whether the login is right, and remember it."""
        self.logins.append(login)
        return login == self.username and password == self.right_password

    def keep(self, sender: str, to: str, raw: bytes) -> None:
        """Take a letter over."""
        with self._lock:
            self._accepted.append(Accepted(sender, to, raw))
        if self.deliver:
            local, _, domain = to.rpartition("@")
            self.deliver(f"{local.partition('+')[0]}@{domain}", raw)

    async def _serve(self) -> None:
        context = self._context if self.security == "tls" else None
        server = await asyncio.get_running_loop().create_server(self._answer_call, HOST, self.port, ssl=context)
        self.port = server.sockets[0].getsockname()[1]
        await self._ready(server)

    def _answer_call(self) -> _Conversation:
        return _Conversation(
            self,
            self._open,
            hostname=HOST_NAME,
            ident="mailbot test server",
            data_size_limit=self.size_limit or None,
            enable_SMTPUTF8=self.smtputf8,
            tls_context=self._context if self.security == "starttls" else None,
            require_starttls=self.security == "starttls",
            auth_require_tls=False,
            auth_exclude_mechanism=[name for name in MECHANISMS if name not in self.mechanisms],
            authenticator=self._authenticate,
            loop=asyncio.get_running_loop(),
        )

    def _authenticate(self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, data: Any) -> AuthResult:
        known = isinstance(data, LoginPassword) and self.check_password(data.login.decode(), data.password.decode())
        return AuthResult(success=known, handled=False)


class _Conversation(SMTP):
    """One connection; every command is first looked up among the faults."""

    def __init__(self, server: SmtpServer, opened: set[asyncio.BaseTransport], **options: Any) -> None:
        self._server = server
        self._opened = opened
        self._greeted = False
        super().__init__(_Hooks(server, self), **options)
        self._auth_required = bool(server.username)  # as an argument it comes with a warning about missing TLS
        self._smtp_methods = {name: self._with_faults(name, method) for name, method in self._smtp_methods.items()}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._opened.add(transport)
        self._server.connections += 1
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._opened.discard(self.transport)
        super().connection_lost(error)

    async def push(self, status: Any) -> None:
        place: Place | None = None
        if not self._greeted:
            self._greeted, place = True, "CONNECT"
        elif str(status).startswith("354"):
            place = "BODY"
        fault = self._server.find_fault(place) if place else ""
        if fault and place == "CONNECT" and fault not in (DROP, STALL):
            await super().push(fault)
            self.transport.close()
            return
        if place == "BODY" or not fault:
            await super().push(status)
        if fault and place == "BODY":
            await self._reader.read(1)  # the letter has begun
        if fault:
            await self.suffer(fault)
        if fault and place == "BODY":
            while await self._reader.read(65536):  # whatever else is sent is thrown away
                pass

    async def suffer(self, fault: str) -> None:
        """Answer with the fault, hang up, or stay silent."""
        if fault == STALL:
            await asyncio.sleep(3600)
        elif fault == DROP:
            self.transport.abort()
            await asyncio.sleep(3600)  # until the loss of the connection ends this conversation
        else:
            await super().push(fault)
            if fault.startswith("421"):
                self.transport.close()

    def _with_faults(self, name: str, method: Callable[[str], Awaitable[None]]) -> Callable[[str], Awaitable[None]]:
        async def answer(argument: str) -> None:
            self._server.commands.append(name)
            to = argument.partition("<")[2].partition(">")[0] if name == "RCPT" and argument else ""
            fault = self._server.find_fault(name, to)  # type: ignore[arg-type]
            if fault:
                await self.suffer(fault)
            else:
                await method(argument)

        return answer


class _Hooks:
    """What happens when a letter is complete."""

    def __init__(self, server: SmtpServer, conversation: _Conversation) -> None:
        self._server = server
        self._conversation = conversation

    async def auth_XOAUTH2(self, smtp: SMTP, args: list[str]) -> AuthResult:  # noqa: N802 - aiosmtpd's name
        return await self._take_token(smtp, args, rb"user=([^\x01]*)\x01auth=Bearer ([^\x01]*)\x01\x01", b"")

    async def auth_OAUTHBEARER(self, smtp: SMTP, args: list[str]) -> AuthResult:  # noqa: N802
        wanted = rb"n,a=([^,]*),\x01host=[^\x01]+\x01port=\d+\x01auth=Bearer ([^\x01]*)\x01\x01"
        return await self._take_token(smtp, args, wanted, b"\x01")

    async def _take_token(self, smtp: SMTP, args: list[str], wanted: bytes, last: bytes) -> AuthResult:
        """Judge a token; whoever is refused has to answer the document that says so before the refusal itself."""
        answer = b64decode(args[1]) if len(args) > 1 else await smtp.challenge_auth("")
        sent = re.fullmatch(wanted, answer) if isinstance(answer, bytes) else None
        user, token = (part.decode() for part in sent.groups()) if sent else ("", "")
        self._server.logins.append(user)
        if sent and self._server.find_user and self._server.find_user(token) == user:
            return AuthResult(success=True, auth_data=LoginPassword(user.encode(), b""))
        if await smtp.challenge_auth('{"status":"401","schemes":"bearer"}') != last:
            return AuthResult(success=False, handled=False, message="501 5.5.2 That is no end of a refused login")
        return AuthResult(success=False, handled=False, message="535 5.7.8 Authentication credentials invalid")

    async def handle_DATA(self, _smtp: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        fault = self._server.find_fault("DOT")
        if fault in (DROP, STALL):
            await self._conversation.suffer(fault)
        if fault:
            return fault
        for recipient in envelope.rcpt_tos:
            await asyncio.to_thread(self._server.keep, envelope.mail_from or "", recipient, bytes(envelope.content))
        fault = self._server.find_fault("KEPT")
        if fault in (DROP, STALL):
            await self._conversation.suffer(fault)
        return fault or "250 2.0.0 kept"
