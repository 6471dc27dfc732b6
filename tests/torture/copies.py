"""How often a letter is sent again when its answer is lost, or when nothing can be written down."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from mailbot.adapters.pacing import Gate
from mailbot.adapters.smtp import SmtpAccount, SmtpPost
from mailbot.adapters.store.engine import reading, writing
from mailbot.adapters.store.outbox import Outbox
from mailbot.adapters.store.tables import letters
from mailbot.deliver import Deliverer, Receipt, Result
from mailbot.domain.errors import WorldError
from tests.servers.smtp_server import DROP, SmtpServer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Engine

    from mailbot.deliver import Outgoing, Settlement

NOON = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
LEASE = timedelta(seconds=120)
DESK = "support@tax.example"
LETTER = "Message-ID: <{number}@tax.example>\r\nSubject: GSTR-3B\r\n\r\nआपका टिकट दर्ज हो गया है।\r\n"


@dataclass
class Hands:
    """The time of a test, set by hand."""

    time: datetime = NOON

    def now(self) -> datetime:
        """Return it."""
        return self.time

    def seconds(self) -> float:
        """Return it as a number."""
        return self.time.timestamp()


def fill_outbox(engine: Engine, count: int) -> None:
    """Let so many letters to different people wait."""
    usual = {
        "kind": "acknowledgement", "subject": "GSTR-3B", "replied": False, "state": "pending", "attempts": 0,
        "unknowns": 0, "answer": "", "due_at": NOON, "written_at": NOON,
    }  # fmt: skip
    with writing(engine) as connection:
        for number in range(count):
            own = {"to": f"officer{number}@tax.example", "message_id": f"<{number}@tax.example>"}
            connection.execute(insert(letters).values(**usual, **own, raw=LETTER.format(number=number).encode()))


def find_states(engine: Engine) -> Counter[str]:
    """Return how many letters are in which state."""
    with reading(engine) as connection:
        return Counter(row.state for row in connection.execute(select(letters.c.state)))


def lose_answers(engine: Engine, count: int, share: float, seed: int) -> Counter[bytes]:
    """Send letters while the server hangs up after some, which it kept, and return how often it got which."""
    fill_outbox(engine, count)
    hands, chance = Hands(), random.Random(seed)
    with SmtpServer() as server:

        def find_fault(place: str, _to: str = "") -> str:
            return DROP if place == "KEPT" and chance.random() < share else ""

        server.find_fault = find_fault  # type: ignore[method-assign]
        account = SmtpAccount(host=server.host, port=server.port, security="none", sender=DESK)
        post = SmtpPost(account, Gate(hands.seconds))
        deliverer = Deliverer(
            Outbox(engine, LEASE), post, timedelta(hours=48), hands.now, chance.random, lambda _: None
        )
        while find_states(engine).keys() & {"pending", "sending"}:
            deliverer.deliver_due()
            hands.time += timedelta(seconds=10)
        post.close()
        return Counter(letter.raw for letter in server.accepted)


@dataclass
class Accepting:
    """A server that takes every letter."""

    taken: Counter[bytes] = field(default_factory=Counter)

    def is_resting(self) -> bool:
        """Never."""
        return False

    def send(self, letters: Sequence[Outgoing], _stopping: Callable[[], bool]) -> list[Receipt]:
        """Take them all."""
        self.taken.update(letter.raw for letter in letters)
        return [Receipt(letter, Result.SENT, "250 2.0.0 Ok: queued") for letter in letters]


@dataclass
class Unwritable:
    """An outbox in which nothing can be written down after a letter was sent, until `until`."""

    outbox: Outbox
    until: datetime

    def claim_letters(self, now: datetime, limit: int) -> list[Outgoing]:
        """Claim as ever."""
        return self.outbox.claim_letters(now, limit)

    def settle(self, settlements: Sequence[Settlement], now: datetime) -> None:
        """Fail as a full disk does."""
        if now < self.until:
            raise WorldError("The disk is full.")
        self.outbox.settle(settlements, now)


def write_nothing_for_a_day(engine: Engine, count: int, *, dying: bool) -> Counter[bytes]:
    """Send letters every five seconds for a day in which no settlement can be written, and two hours more.

    A program that is `dying` starts anew each time and remembers nothing.
    """
    fill_outbox(engine, count)
    hands, post = Hands(), Accepting()
    outbox: Any = Unwritable(Outbox(engine, LEASE), NOON + timedelta(days=1))
    deliverer = Deliverer(outbox, post, timedelta(hours=48), hands.now, lambda: 0.5, lambda _: None)
    while hands.time < NOON + timedelta(hours=26):
        try:
            sent = deliverer.deliver_due()
        except WorldError:
            sent = 1
            if dying:
                deliverer.owed.clear()
        # What is nobody's lease and nobody's due time need not be asked for every five seconds of a day.
        hands.time += timedelta(seconds=5 if sent else 240)
    return post.taken
