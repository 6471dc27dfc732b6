"""The way out: letters over a few SMTP connections side by side, in order for each ticket and recipient."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from typing import TYPE_CHECKING, Protocol

from mailbot.adapters.account import make_tls_context
from mailbot.adapters.finding import Finding, Level
from mailbot.adapters.pacing import Gate
from mailbot.adapters.smtp.connection import SmtpConnection
from mailbot.deliver import NO_JOURNAL, Receipt, Result
from mailbot.domain.errors import WorldError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mailbot.adapters.smtp.settings import SmtpAccount
    from mailbot.deliver import Outgoing

WAITS_FOR_EARLIER = "waits for an earlier letter to the same person about the same ticket"
NOT_BEGUN = "not begun, because mailbot stops"
# To greet and to log in takes as long as so many letters.
WORTH_A_CONNECTION = 4
# How often it is asked whether the program shall stop.
ASK_SECONDS = 0.5


class Steps(Protocol):
    """Where it is noted at once how far a letter came."""

    def begun(self, letter: Outgoing) -> None:
        """Note that from now on the server may have the letter."""

    def taken(self, receipt: Receipt) -> None:
        """Note that the server has it."""


class SmtpPost:
    """Hands letters to the server; keeps its connections between calls. One thread uses it, and closes it."""

    def __init__(self, account: SmtpAccount, gate: Gate | None = None, steps: Steps = NO_JOURNAL) -> None:
        self.account = account
        self._steps = steps
        self._gate = gate or Gate()
        context = make_tls_context(account)
        self._connections = [SmtpConnection(account, context, self._gate) for _ in range(account.connections)]
        self._runner = asyncio.Runner()
        self._closed = False

    def is_resting(self) -> bool:
        """Tell whether no connection is open and none may be opened yet; see adapters/pacing.py."""
        return not any(connection.is_usable() for connection in self._connections) and not self._may_connect()

    def _may_connect(self) -> bool:
        tokens = self.account.tokens
        return self._gate.find_wait(tokens.consent if tokens else "") <= 0

    def send(self, letters: Sequence[Outgoing], stopping: Callable[[], bool] = lambda: False) -> list[Receipt]:
        """Hand the letters over, each to its one recipient; return a receipt for each, whatever the server does.

        When `stopping` turns true no further letter is begun, and those in hand get a quarter of `timeout_seconds`.
        """
        if not letters:
            return []
        groups: dict[tuple[str, str], list[Outgoing]] = {}
        for letter in letters:
            groups.setdefault((letter.ticket, letter.to), []).append(letter)
        receipts = self._runner.run(self._send_until_stopped(deque(groups.values()), stopping))
        return [receipts[letter.id] for letter in letters]

    def check(self) -> list[Finding]:
        """Connect and log in, hand nothing over, and return what is right and wrong."""
        return self._runner.run(self._check())

    def close(self) -> None:
        """Say goodbye to the server; safe to call more than once."""
        if not self._closed:
            self._closed = True
            self._runner.run(self._close())
            self._runner.close()

    async def _send_until_stopped(
        self, groups: deque[list[Outgoing]], stopping: Callable[[], bool]
    ) -> dict[int, Receipt]:
        sending = asyncio.ensure_future(self._send_groups(groups, stopping))
        while not (await asyncio.wait({sending}, timeout=ASK_SECONDS))[0]:
            if stopping():
                for connection in self._connections:
                    connection.leave()
        return await sending

    async def _send_groups(self, groups: deque[list[Outgoing]], stopping: Callable[[], bool]) -> dict[int, Receipt]:
        receipts: dict[int, Receipt] = {}
        first, *others = self._choose(len(groups))
        # The first connection is opened alone: if the server is down or refuses the login, it hears of us once.
        trouble = await _find_trouble(first)
        if not trouble:
            draining = [self._drain(lane, groups, receipts, stopping) for lane in (first, *others)]
            troubles = await asyncio.gather(*draining)
            trouble = next((words for words in troubles if words), "")
        for letter in (letter for group in groups for letter in group):
            if stopping():
                receipts[letter.id] = Receipt(letter, Result.UNTOUCHED, NOT_BEGUN)
            else:
                receipts[letter.id] = Receipt(letter, Result.LATER, trouble, unreachable=True)
        return receipts

    def _choose(self, groups: int) -> list[SmtpConnection]:
        """Return connections for so many conversations: those that are open, and new ones only when many wait."""
        in_order = sorted(self._connections, key=lambda connection: not connection.is_usable())
        usable = sum(connection.is_usable() for connection in in_order)
        return in_order[: min(groups, max(usable, math.ceil(groups / WORTH_A_CONNECTION)))]

    async def _drain(
        self,
        connection: SmtpConnection,
        groups: deque[list[Outgoing]],
        receipts: dict[int, Receipt],
        stopping: Callable[[], bool],
    ) -> str:
        """Send group after group until none is left; return what the trouble was when no connection could be opened."""
        while groups:
            group = deque(groups.popleft())
            while group:
                if stopping():
                    groups.append(list(group))
                    return ""
                letter = group.popleft()
                self._steps.begun(letter)
                try:
                    outcome = await connection.hand_over(letter.to, letter.raw)
                except WorldError as error:
                    # Another connection may still work: a server that allows only one is no reason to stop.
                    groups.append([letter, *group])
                    return str(error)
                receipts[letter.id] = receipt = Receipt(letter, outcome.result, outcome.answer)
                if outcome.result is Result.SENT:
                    self._steps.taken(receipt)
                if outcome.result in (Result.LATER, Result.UNKNOWN):
                    receipts |= {late.id: Receipt(late, Result.LATER, WAITS_FOR_EARLIER) for late in group}
                    break
        return ""

    async def _check(self) -> list[Finding]:
        account, connection = self.account, self._connections[0]
        try:
            client = await connection.open()
        except WorldError as error:
            return [Finding(Level.PROBLEM, str(error))]
        limit = client.esmtp_extensions.get("size", "").strip()
        login = f' and the login of "{account.username}"' if account.username else ""
        findings = [Finding(Level.GOOD, f"{account.where} accepts the connection{login}.")]
        if limit.isdigit() and int(limit):
            findings.append(Finding(Level.GOOD, f"{account.where} takes letters of at most {int(limit)} bytes."))
        return findings

    async def _close(self) -> None:
        await asyncio.gather(*[connection.close() for connection in self._connections])


async def _find_trouble(connection: SmtpConnection) -> str:
    try:
        await connection.open()
    except WorldError as error:
        return str(error)
    return ""
