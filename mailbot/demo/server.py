"""A real mail server inside this process: IMAP (pymap) and SMTP (aiosmtpd) on loopback, a mailbox for each account.

What SMTP accepted lies in the INBOX of its recipient at once and wakes a client that waits with IDLE (RFC 2177);
support+anything@ is delivered to support@ (RFC 5233). A copy of every mail is kept as a file that mail programs open.
"""

from __future__ import annotations

import asyncio
import email
import email.policy
import logging
import re
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Self

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from pymap.parsing.message import AppendMessage

from mailbot.demo.imap_server import start_imap
from mailbot.domain.errors import MailbotError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from email.message import EmailMessage
    from pathlib import Path
    from typing import Any

    from aiosmtpd.smtp import Envelope, Session
    from pymap.backend.dict.mailbox import MailboxSet

HOST = "127.0.0.1"
HOST_NAME = "mail.tax.demo.example"
START_SECONDS = 20
STOP_SECONDS = 10
LARGEST_MAIL = 64 * 1024 * 1024


class DemoError(MailbotError):
    """Something in the demonstration did not happen as it should."""


@dataclass(frozen=True, slots=True)
class Account:
    """One mailbox of the demonstration; the address is the user name."""

    name: str
    address: str
    password: str


@dataclass(frozen=True, slots=True)
class Delivered:
    """A mail that reached a mailbox: the sender of its envelope, the account, its bytes, and the copy on disk."""

    sender: str
    to: str
    raw: bytes
    copy: Path

    @property
    def mail(self) -> EmailMessage:
        """The mail as the standard library reads it."""
        return email.message_from_bytes(self.raw, policy=email.policy.default)


class DemoServer:
    """A mail server for some accounts that runs inside a `with` block; copies of all mail are kept under `folder`.

    The wanted ports are taken when they are free, and any free port otherwise.
    """

    host = HOST

    def __init__(self, accounts: Sequence[Account], folder: Path, wanted_ports: tuple[int, int] = (0, 0)) -> None:
        self.accounts = tuple(accounts)
        self.folder = folder
        self.imap_port, self.smtp_port = wanted_ports
        self._by_address = {account.address: account for account in accounts}
        self._boxes: dict[str, MailboxSet] = {}
        self._delivered: list[Delivered] = []
        self._news = threading.Condition()
        self._started: Future[asyncio.AbstractEventLoop] = Future()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="demo-mail-server", daemon=True)

    def __enter__(self) -> Self:
        """Start both servers; afterwards `imap_port` and `smtp_port` say where they listen."""
        # A bad command of a mail program is answered over the wire and need not appear on the screen as well.
        logging.getLogger("mail.log").setLevel(logging.CRITICAL)
        self._thread.start()
        self._loop = self._started.result(START_SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        """Stop both servers and close every connection."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(STOP_SECONDS)

    @property
    def delivered(self) -> tuple[Delivered, ...]:
        """Every mail so far, oldest first."""
        with self._news:
            return tuple(self._delivered)

    def folder_of(self, address: str) -> Path:
        """Return the folder that holds the copies of all mail to an account."""
        return self.folder / address

    def find_account(self, recipient: str) -> Account | None:
        """Return the account that mail to this address goes to, without its +detail (RFC 5233), or None."""
        local, _, domain = recipient.strip().lower().rpartition("@")
        return self._by_address.get(f"{local.split('+', 1)[0]}@{domain}")

    def deliver(self, raw: bytes, to: str, sender: str = "") -> Delivered:
        """Put a mail into the INBOX of its recipient, as if SMTP had accepted it."""
        future = asyncio.run_coroutine_threadsafe(self.accept(raw, to, sender), self._loop)
        return future.result(START_SECONDS)

    def wait_for(self, matches: Callable[[Delivered], bool], seconds: float, what: str, after: int = 0) -> Delivered:
        """Return the first mail that matches, not counting the first `after` ones; raise DemoError when none comes."""
        deadline = time.monotonic() + seconds
        with self._news:
            while True:
                found = next((mail for mail in self._delivered[after:] if matches(mail)), None)
                if found:
                    return found
                left = deadline - time.monotonic()
                if left <= 0:
                    raise DemoError(f"{what} did not arrive within {seconds:.0f} seconds.")
                self._news.wait(left)

    async def accept(self, raw: bytes, to: str, sender: str) -> Delivered:
        """Put a mail into a mailbox, in the loop of the server; raise KeyError when there is no such account."""
        account = self.find_account(to)
        if account is None:
            raise KeyError(to)
        now = datetime.now(UTC)
        trace = _trace(sender, to, now) + re.sub(rb"\r?\n", b"\r\n", raw)
        inbox = await self._boxes[account.address].get_mailbox("INBOX")
        copy = self._keep_copy(account, trace)
        await inbox.append(AppendMessage(trace, now, frozenset()), recent=True)
        delivered = Delivered(sender, account.address, trace, copy)
        with self._news:
            self._delivered.append(delivered)
            self._news.notify_all()
        return delivered

    def check_password(self, login: str, password: str) -> bool:
        """Tell whether this is an account and its password."""
        account = self._by_address.get(login)
        return account is not None and account.password == password

    def _keep_copy(self, account: Account, raw: bytes) -> Path:
        folder = self.folder_of(account.address)
        folder.mkdir(parents=True, exist_ok=True)
        subject = email.message_from_bytes(raw, policy=email.policy.default).get("Subject", "")
        words = re.sub(r"[^A-Za-z0-9]+", "-", str(subject))[:60].strip("-") or "mail"
        copy = folder / f"{len(list(folder.iterdir())) + 1:02d}-{words}.eml"
        copy.write_bytes(raw)
        return copy

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except OSError as error:
            self._started.set_exception(DemoError(f"The mail server of the demonstration cannot listen: {error}."))

    async def _serve(self) -> None:
        passwords = {account.address: account.password for account in self.accounts}
        imap, self._boxes = await start_imap(passwords, HOST, self.imap_port)
        smtp = await _listen_smtp(self._smtp_connection, self.smtp_port)
        self.imap_port = imap.sockets[0].getsockname()[1]
        self.smtp_port = smtp.sockets[0].getsockname()[1]
        self._started.set_result(asyncio.get_running_loop())
        await self._stop.wait()
        imap.close()
        smtp.close()

    def _smtp_connection(self) -> SMTP:
        return SMTP(
            _SmtpHandler(self),
            hostname=HOST_NAME,
            ident="mailbot demonstration",
            data_size_limit=LARGEST_MAIL,
            enable_SMTPUTF8=True,
            auth_require_tls=False,
            authenticator=self._authenticate,
            loop=asyncio.get_running_loop(),
        )

    def _authenticate(self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, data: Any) -> AuthResult:
        known = isinstance(data, LoginPassword) and self.check_password(
            data.login.decode(errors="replace"), data.password.decode(errors="replace")
        )
        return AuthResult(success=known, handled=False)


class _SmtpHandler:
    """Answers the commands of one SMTP connection."""

    def __init__(self, server: DemoServer) -> None:
        self._server = server

    async def handle_RCPT(  # noqa: N802 - aiosmtpd finds the method by this name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._server.find_account(address) is None:
            return f"550 5.1.1 <{address}> has no mailbox here"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        raw = content.encode() if isinstance(content, str) else bytes(content or b"")
        for recipient in dict.fromkeys(envelope.rcpt_tos):
            await self._server.accept(raw, recipient, envelope.mail_from or "")
        return "250 2.0.0 delivered"


def _trace(sender: str, recipient: str, now: datetime) -> bytes:
    """Return the header lines that a delivering server writes on top of a mail (RFC 5321 4.4)."""
    return (
        f"Return-Path: <{sender}>\r\n"
        f"Delivered-To: {recipient}\r\n"
        f"Received: from {HOST_NAME} (localhost [{HOST}]) by {HOST_NAME} with ESMTP;\r\n\t{format_datetime(now)}\r\n"
    ).encode()


async def _listen_smtp(connection: Callable[[], SMTP], port: int) -> asyncio.Server:
    loop = asyncio.get_running_loop()
    try:
        return await loop.create_server(connection, HOST, port)
    except OSError:
        return await loop.create_server(connection, HOST, 0)
