"""One connection to the SMTP server, step by step, so that it is always known whether the final dot went out."""

from __future__ import annotations

import asyncio
import contextlib
import math
import re
import time
from contextlib import asynccontextmanager
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

from mailbot.adapters.account import Limit, explain_refused_login, explain_trouble
from mailbot.adapters.pacing import Trouble, find_trouble
from mailbot.adapters.smtp.exchange import Exchange
from mailbot.adapters.smtp.token_login import log_in_with_token
from mailbot.adapters.smtp.verdict import SERVICE_CLOSING, Stage, judge_answer, judge_loss
from mailbot.deliver import Result

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator

    from mailbot.adapters.pacing import Gate
    from mailbot.adapters.smtp.settings import SmtpAccount

# An address literal (RFC 5321 4.1.3): asks no name server and tells nothing about this machine.
LOCAL_NAME = "[127.0.0.1]"
LETTERS_PER_CONNECTION = 100
# Servers close connections that rest; a little before that a new one is cheaper than finding out.
REST_SECONDS = 60.0
NEGATIVE = (4, 5)  # any other answer is nonsense, after which nothing more is believed
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

    def __init__(self, account: SmtpAccount, context: ssl.SSLContext | None, gate: Gate) -> None:
        self._account = account
        self._context = context
        self._gate = gate
        self._client: SMTP | None = None
        self._sent = 0
        self._last_used = 0.0
        self._leave_at = math.inf
        self._step: asyncio.Timeout | None = None

    def is_usable(self) -> bool:
        """Tell whether it is open and neither rested too long nor carried enough."""
        rested = time.monotonic() - self._last_used > REST_SECONDS
        is_open = self._client is not None and self._client.is_connected and not rested
        return is_open and self._sent < LETTERS_PER_CONNECTION and not self._gate.ends_open()

    async def open(self) -> SMTP:
        """Return a connection that is logged in. Raises WorldError."""
        if self._client and self.is_usable():
            return self._client
        await self.close()
        account = self._account
        # Asking the provider may take a while: in a thread, and before the server waits for us.
        token = await asyncio.to_thread(account.tokens.find_token) if account.tokens else ""
        self._gate.check(account.tokens.consent if account.tokens else "")
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
            async with self._within(Limit.CONNECT):
                await client.connect()
            async with self._within(Limit.LOGIN):
                await _greet(client)
                await self._log_in(client, token)
        except SMTPResponseException as error:
            _break_off(client)
            words = _words(error.code, error.message)
            sentence = f"{account.where} does not serve us now ({words})."
            raise self._gate.note(find_trouble(words, Trouble.SERVER), sentence) from error
        except (OSError, SMTPException, ValueError) as error:
            _break_off(client)
            raise self._gate.note(Trouble.SERVER, explain_trouble(account, error)) from error
        except BaseException:
            _break_off(client)
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
        exchange = Exchange(client, self._account.sender, to, raw, self._account.seconds_for(Limit.ANSWER))
        problem = exchange.find_obstacle()
        if problem:
            return Outcome(Result.REFUSED, problem)
        finished = False
        try:
            async with self._within(Limit.LETTER):
                answer = await exchange.run()
                outcome = Outcome(Result.SENT, _words(answer.code, answer.message))
                finished = True
                self._gate.worked()
        except SMTPResponseException as error:
            result = judge_answer(exchange.stage, error.code, error.message)
            closing = error.code == SERVICE_CLOSING
            in_step = not closing and exchange.stage is not Stage.BODY and error.code // 100 in NEGATIVE
            finished = in_step and await self._reset(client)
            rested_too_long = closing and reused and exchange.stage is Stage.MAIL
            outcome = Outcome(result, _words(error.code, error.message), rested_too_long)
            self._note(outcome, closing=closing)
        except (OSError, SMTPException, ValueError) as error:
            lost_while_resting = reused and exchange.stage is Stage.MAIL and isinstance(error, SMTPServerDisconnected)
            outcome = Outcome(judge_loss(exchange.stage), explain_trouble(self._account, error), lost_while_resting)
            if not lost_while_resting:
                self._gate.note(Trouble.PROTOCOL, outcome.answer)
        finally:
            if not finished:
                self._drop()
        self._sent += 1
        self._last_used = time.monotonic()
        return outcome

    def leave(self) -> None:
        """Give the server a last while for the step that goes on and all that follow."""
        if self._leave_at == math.inf:
            self._leave_at = asyncio.get_running_loop().time() + self._account.seconds_for(Limit.LEAVING)
            if self._step and not self._step.expired():
                self._step.reschedule(min(self._step.when() or math.inf, self._leave_at))

    @asynccontextmanager
    async def _within(self, limit: Limit) -> AsyncIterator[None]:
        """End a `with` block by a TimeoutError when it takes too long, or when the server shall be left."""
        until = asyncio.get_running_loop().time() + self._account.seconds_for(limit)
        async with asyncio.timeout_at(min(until, self._leave_at)) as step:
            self._step = step
            try:
                yield
            finally:
                self._step = None

    async def close(self) -> None:
        """Say goodbye, if connected."""
        client, self._client = self._client, None
        if client is None:
            return
        with contextlib.suppress(OSError, SMTPException):
            async with asyncio.timeout(self._account.seconds_for(Limit.GOODBYE)):
                await client.quit()
        _break_off(client)

    def _note(self, outcome: Outcome, *, closing: bool) -> None:
        """Note what is not about the letter but about the account: its quota, or a server that closes."""
        trouble = find_trouble(outcome.answer)
        if trouble is Trouble.QUOTA or (closing and not outcome.worth_reconnecting):
            self._gate.note(trouble, f"{self._account.where} takes no more letters now ({outcome.answer}).")

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client:
            _break_off(client)

    async def _reset(self, client: SMTP) -> bool:
        try:
            await client.rset(timeout=self._account.seconds_for(Limit.GOODBYE))
        except (OSError, SMTPException):
            return False
        return True

    async def _log_in(self, client: SMTP, token: str) -> None:
        account = self._account
        if account.tokens:
            await log_in_with_token(client, account, account.tokens, token, self._gate)
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
                raise self._gate.refuse(explain_refused_login(account, _words(error.code, error.message))) from error
            self._gate.accept()
            return
        raise self._gate.refuse(explain_refused_login(account, "it offers no login with a password"))


def _break_off(client: SMTP) -> None:
    """Close at once: what the server has not taken yet would keep the connection open."""
    transport = client.transport
    client.close()
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()


async def _greet(client: SMTP) -> None:
    """Ask what the server can do (RFC 5321 4.1.1.1), after TLS: what it said before may be forged."""
    try:
        await client.ehlo()
    except SMTPHeloError:
        await client.helo()


def _words(code: int, message: str) -> str:
    return f"{code} {' '.join(message.split())}".strip()
