"""One connection to the SMTP server, step by step, so that it is always known whether the final dot went out."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPHeloError,
    SMTPResponseException,
    SMTPServerDisconnected,
)

from mailbot.adapters.account import explain_refused_login, explain_trouble
from mailbot.adapters.smtp.token_login import log_in_with_token
from mailbot.adapters.smtp.verdict import SERVICE_CLOSING, Stage, judge_answer, judge_loss
from mailbot.deliver import Result
from mailbot.domain.errors import WorldError

if TYPE_CHECKING:
    import ssl

    from aiosmtplib import SMTPResponse

    from mailbot.adapters.account import LoginGuard
    from mailbot.adapters.smtp.settings import SmtpAccount

# An address literal (RFC 5321 4.1.3): asks no name server and tells nothing about this machine.
LOCAL_NAME = "[127.0.0.1]"
LETTERS_PER_CONNECTION = 100
# Servers close connections that rest; a little before that a new one is cheaper than finding out.
REST_SECONDS = 60.0
SLOWEST_BYTES_PER_SECOND = 16 * 1024
QUIT_SECONDS = 5.0
POSITIVE, GO_AHEAD = 2, 354
UNKNOWN_METHOD = (500, 501, 502, 503, 504)
PLAIN_ADDRESS = re.compile(r"[^\s<>\x00-\x1f\x7f@]+@[^\s<>\x00-\x1f\x7f@]+")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened to one letter, and whether the connection may have been closed by its long rest."""

    result: Result
    answer: str
    worth_reconnecting: bool = False


class SmtpConnection:
    """Connects when first used, hands letters over one by one, and closes itself after any doubt."""

    def __init__(self, account: SmtpAccount, context: ssl.SSLContext | None, guard: LoginGuard) -> None:
        self._account = account
        self._context = context
        self._guard = guard
        self._client: SMTP | None = None
        self._sent = 0
        self._last_used = 0.0

    async def open(self) -> SMTP:
        """Return a connection that is logged in. Raises WorldError."""
        rested = time.monotonic() - self._last_used > REST_SECONDS
        if self._client and self._client.is_connected and not rested and self._sent < LETTERS_PER_CONNECTION:
            return self._client
        await self.close()
        account = self._account
        # Asking the provider may take a while: in a thread, and before the server waits for us.
        token = await asyncio.to_thread(account.tokens.find_token) if account.tokens else ""
        self._guard.check(account.tokens.consent if account.tokens else "")
        client = SMTP(
            hostname=account.host,
            port=account.port,
            local_hostname=LOCAL_NAME,
            timeout=account.timeout_seconds,
            use_tls=account.security == "tls",
            start_tls=account.security == "starttls",
            tls_context=self._context,
        )
        try:
            async with asyncio.timeout(account.timeout_seconds):
                await client.connect()
                await _greet(client)
                await self._log_in(client, token)
        except SMTPResponseException as error:
            client.close()
            raise WorldError(f"{account.where} does not serve us now ({_words(error.code, error.message)}).") from error
        except (OSError, SMTPException, ValueError) as error:
            client.close()
            raise WorldError(explain_trouble(account, error)) from error
        except BaseException:
            client.close()
            raise
        self._client, self._sent, self._last_used = client, 0, time.monotonic()
        return client

    async def hand_over(self, to: str, raw: bytes) -> Outcome:
        """Hand one letter over and say how it ended. Raises WorldError only when no connection can be opened."""
        if not PLAIN_ADDRESS.fullmatch(to):
            return Outcome(Result.REFUSED, f'"{to}" is no mail address; correct it in the directory of people.')
        outcome = await self._try(to, raw)
        if outcome.worth_reconnecting:
            outcome = await self._try(to, raw)
        return outcome

    async def _try(self, to: str, raw: bytes) -> Outcome:
        client = await self.open()
        reused = self._sent > 0
        exchange = Exchange(client, self._account.sender, to, _as_data(raw))
        problem = exchange.find_obstacle()
        if problem:
            return Outcome(Result.REFUSED, problem)
        finished = False
        try:
            async with asyncio.timeout(self._account.timeout_seconds + len(raw) / SLOWEST_BYTES_PER_SECOND):
                answer = await exchange.run()
                outcome = Outcome(Result.SENT, _words(answer.code, answer.message))
                finished = True
        except SMTPResponseException as error:
            result = judge_answer(exchange.stage, error.code, error.message)
            closing = error.code == SERVICE_CLOSING
            in_step = not closing and exchange.stage is not Stage.BODY and result is not Result.UNKNOWN
            finished = in_step and await self._reset(client)
            rested_too_long = closing and reused and exchange.stage is Stage.MAIL
            outcome = Outcome(result, _words(error.code, error.message), rested_too_long)
        except (OSError, SMTPException, ValueError) as error:
            lost_while_resting = reused and exchange.stage is Stage.MAIL and isinstance(error, SMTPServerDisconnected)
            outcome = Outcome(judge_loss(exchange.stage), explain_trouble(self._account, error), lost_while_resting)
        finally:
            if not finished:
                self._drop()
        self._sent += 1
        self._last_used = time.monotonic()
        return outcome

    async def close(self) -> None:
        """Say goodbye, if connected."""
        client, self._client = self._client, None
        if client is None:
            return
        with contextlib.suppress(OSError, SMTPException):
            async with asyncio.timeout(QUIT_SECONDS):
                await client.quit()
        client.close()

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client:
            client.close()

    async def _reset(self, client: SMTP) -> bool:
        try:
            await client.rset(timeout=QUIT_SECONDS)
        except (OSError, SMTPException):
            return False
        return True

    async def _log_in(self, client: SMTP, token: str) -> None:
        account = self._account
        if account.tokens:
            await log_in_with_token(client, account, account.tokens, token, self._guard)
            return
        if not account.username:
            return
        offered = [name for name in ("plain", "login", "cram-md5") if name in client.server_auth_methods]
        for name in offered:
            log_in = {"plain": client.auth_plain, "login": client.auth_login, "cram-md5": client.auth_crammd5}[name]
            try:
                await log_in(account.username, account.password)
            except SMTPAuthenticationError as error:
                # One wrong password counts once at the server: another method is tried only when this one is unknown.
                if error.code in UNKNOWN_METHOD:
                    continue
                if error.code // 100 != 5:  # noqa: PLR2004 - 5yz is the permanent class
                    raise
                raise self._guard.refuse(explain_refused_login(account, _words(error.code, error.message))) from error
            self._guard.accept()
            return
        raise self._guard.refuse(explain_refused_login(account, "it offers no login with a password"))


class Exchange:
    """The commands for one letter to one recipient; `stage` tells how far they came."""

    def __init__(self, client: SMTP, sender: str, to: str, data: bytes) -> None:
        self.stage = Stage.MAIL
        self._client = client
        self._sender = sender
        self._to = to
        self._data = data
        self._needs_utf8 = not (sender + to).isascii()

    def find_obstacle(self) -> str:
        """Return why this server can never take this letter, or an empty string."""
        if self._needs_utf8 and not self._client.supports_extension("smtputf8"):
            return f"The address {self._to} has letters outside ASCII, which this server does not accept (no SMTPUTF8)."
        limit = self._client.esmtp_extensions.get("size", "").strip()
        if limit.isdigit() and 0 < int(limit) < len(self._data):
            return f"The letter has {len(self._data)} bytes; the server accepts at most {limit} (SIZE, RFC 1870)."
        return ""

    async def run(self) -> SMTPResponse:
        """Send the letter and return the server's positive answer; raises what aiosmtplib raises."""
        encoding = "utf-8" if self._needs_utf8 else "ascii"
        await self._client.mail(self._sender, options=self._find_options(), encoding=encoding)
        self.stage = Stage.RCPT
        await self._client.rcpt(self._to, encoding=encoding)
        self.stage = Stage.DATA
        answer = await self._client.execute_command(b"DATA")
        if answer.code != GO_AHEAD:
            raise SMTPResponseException(answer.code, answer.message)
        answer = await self._send_data()
        if answer.code // 100 != POSITIVE:
            raise SMTPResponseException(answer.code, answer.message)
        if self.stage is not Stage.DOT:
            raise SMTPServerDisconnected("the server answered before it had the whole letter")
        return answer

    def _find_options(self) -> list[str]:
        options = [f"SIZE={len(self._data)}"] if self._client.supports_extension("size") else []
        if not self._data.isascii() and self._client.supports_extension("8bitmime"):
            options.append("BODY=8BITMIME")
        return [*options, "SMTPUTF8"] if self._needs_utf8 else options

    async def _send_data(self) -> SMTPResponse:
        protocol, transport = self._client.protocol, self._client.transport
        if protocol is None or not isinstance(transport, asyncio.WriteTransport):
            raise SMTPServerDisconnected("the connection was lost")
        self.stage = Stage.BODY
        answer = asyncio.ensure_future(protocol.read_response())
        await asyncio.sleep(0)  # from here on an early refusal is heard
        # With no room in its buffer the transport holds a writer until the operating system has taken all.
        transport.set_write_buffer_limits(high=0)
        protocol.write(self._data)
        written = asyncio.ensure_future(protocol._drain_helper())  # noqa: SLF001 - what StreamWriter.drain() waits for
        try:
            await asyncio.wait({answer, written}, return_when=asyncio.FIRST_COMPLETED)
            if not answer.done():
                await written
                self.stage = Stage.DOT
                protocol.write(b".\r\n")
            return await answer
        finally:
            answer.cancel()
            written.cancel()
            await asyncio.gather(answer, written, return_exceptions=True)


async def _greet(client: SMTP) -> None:
    """Ask what the server can do (RFC 5321 4.1.1.1), after TLS: what it said before may be forged."""
    try:
        await client.ehlo()
    except SMTPHeloError:
        await client.helo()


def _as_data(raw: bytes) -> bytes:
    """Return the bytes as DATA wants them (RFC 5321 4.5.2): lines end with CRLF, dots at their start are doubled."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", raw)
    if not lines.endswith(b"\r\n"):
        lines += b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", lines)


def _words(code: int, message: str) -> str:
    return f"{code} {' '.join(message.split())}".strip()
