"""An arena for loops and floods: a desk on a real database, a clock that jumps, and machines that answer it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING

from mailbot.adapters.store.outbox import Outbox
from mailbot.deliver import Settlement
from mailbot.domain.decide import decide
from mailbot.domain.thread import find_clues
from mailbot.domain.understanding import understand
from mailbot.ports import Kept, Listed
from tests.builders import DESK_ADDRESS, NOW, make_mail, the_desk

if TYPE_CHECKING:
    from collections.abc import Callable

    from mailbot.adapters.store.desk_store import DeskStore
    from mailbot.deliver import Outgoing
    from mailbot.domain.decision import Decision
    from mailbot.domain.mail import IncomingMail

LEASE = timedelta(seconds=120)
_NUMBERS = count(1)
WORDS = ("alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliett", "kilo", "lima")


@dataclass
class Arena:
    """One desk, and what it wrote to whom since the arena opened."""

    store: DeskStore
    now: datetime = NOW
    letters: Counter[str] = field(default_factory=Counter)
    decisions: list[Decision] = field(default_factory=list)

    def keep(self, sender: str) -> None:
        """Let one more mail wait in the ledger."""
        uid = next(_NUMBERS)
        listed = Listed(uid, 4_096, self.now)
        self.store.keep(DESK_ADDRESS, 1, [Kept(listed, f"{uid:064x}", oversized=False, sender=sender)], self.now)

    def handle(self, mail: IncomingMail) -> Decision:
        """Let the desk handle one mail, with the rules and tables of the real one."""
        self.keep(mail.sender.address if mail.sender else "")
        (entry,) = self.store.claim_mails(self.now, 1)
        desk, understanding = the_desk(), understand(mail, the_desk())
        clues = find_clues(mail, None, desk, is_automatic=understanding.screening.automatic)
        known = self.store.find_known(mail, clues, entry, self.now)
        decision = decide(mail, understanding, known, desk, self.now)
        self.store.apply(entry, mail, decision, self.now)
        self.decisions.append(decision)
        return decision

    def send(self) -> list[Outgoing]:
        """Send every letter that is due and count it."""
        outbox, sent = Outbox(self.store.engine, LEASE), []
        while letters := outbox.claim_letters(self.now, 50):
            outbox.settle([Settlement(letter.id, "sent", "250 OK", 0) for letter in letters], self.now)
            sent += letters
        self.letters.update(letter.to for letter in sent)
        return sent


@dataclass(frozen=True)
class Machine:
    """Something that answers every letter it gets: which of its addresses it uses, and what it writes."""

    name: str
    subject: Callable[[int], str]
    text: Callable[[int], str]
    addresses: tuple[str, ...]
    headers: tuple[tuple[str, str], ...] = ()

    def answer(self, turn: int) -> IncomingMail:
        """Return its next mail, unlike all others in what does not matter."""
        return make_mail(
            self.text(turn),
            sender=self.addresses[turn % len(self.addresses)],
            subject=self.subject(turn),
            message_id=f"<{self.name}.{turn}@machine.example>",
            content_key=f"{self.name}{turn:060d}"[-64:],
            headers={key: (value,) for key, value in self.headers},
        )


def words(turn: int) -> str:
    """Return words that are different at every turn."""
    return " ".join(WORDS[(turn // 12**place) % 12] for place in range(4))


def make_machines() -> list[Machine]:
    """Return machines that say what they are, and others that hide it ever better."""
    one = ("helper@machine.example",)
    many = tuple(f"helper{number}@machine{number}.example" for number in range(12))
    return [
        Machine("mailbot", words, words, one, (("auto-submitted", "auto-replied"), ("x-loop", "mailbot/other"))),
        Machine("vacation", lambda _: "Automatic reply: away", words, one),
        Machine("silent", lambda _: "Thank you for your mail", lambda _: "We are working on it.", one),
        Machine("counter", lambda turn: f"Request {turn} noted", lambda turn: f"Number {turn} noted.", one),
        Machine("changer", words, words, one),
        Machine("crowd", words, words, many),
    ]


def run_day(arena: Arena, machine: Machine, step: timedelta = timedelta(minutes=5)) -> Counter[str]:
    """Let a machine answer every letter for a day, and write by itself every hour; return the letters it got."""
    began, turn, before = arena.now, 0, Counter(arena.letters)
    last = arena.now - timedelta(hours=1)
    waiting = 0
    while arena.now - began < timedelta(days=1):
        if arena.now - last >= timedelta(hours=1):
            waiting, last = waiting + 1, arena.now
        for _ in range(waiting):
            arena.handle(machine.answer(turn))
            turn += 1
        waiting = sum(letter.to in machine.addresses for letter in arena.send())
        arena.now += step
    return Counter({to: arena.letters[to] - before[to] for to in machine.addresses})
