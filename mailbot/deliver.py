"""The story of an outgoing letter: outbox -> smtp -> settle.

A letter is finished bytes with our own Message-ID; every attempt sends the same bytes.

    pending --claim (lease, attempt counted)--> sending --250--> sent
                                                   |----4xx, no connection--> pending, later
                                                   |----not begun when the program shall stop--> pending, as before
                                                   |----5xx--> failed, shown to a person
                                                   '----lost after the final dot--> pending, at most twice more

The attempt is committed before the first byte goes out, so that a program that dies while it sends leaves a trace: when
the lease runs out the letter counts as lost after the final dot. A journal says which letters of a batch the server
took before the program died, and which were not begun; in doubt are only those that were on their way.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

log = logging.getLogger(__name__)

# After the last step the wait stays the same, until the letter is given up.
WAITS = (timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10), timedelta(minutes=30), timedelta(hours=1))
JITTER = 0.2
LONGEST_UNREACHABLE = timedelta(minutes=4)
UNKNOWN_LIMIT = 3


class Result(StrEnum):
    """How handing over a letter ended; whatever is not known to be permanent is temporary.

    UNTOUCHED is what was not begun, because the program shall stop.
    """

    SENT = "sent"
    LATER = "later"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    UNTOUCHED = "untouched"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A letter claimed from the outbox; `attempts` and `unknowns` include the one that begins now."""

    id: int
    ticket: str
    to: str
    raw: bytes
    attempts: int
    unknowns: int
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the server said to one letter; with `unreachable` no connection could be opened, so it was not asked."""

    letter: Outgoing
    result: Result
    answer: str
    unreachable: bool = False


@dataclass(frozen=True, slots=True)
class Settlement:
    """What is written down about one letter; `due` is set when it is tried again.

    `refused` is the address when the server did not take the letter for it.
    """

    id: int
    state: str
    answer: str
    unknowns: int
    due: datetime | None = None
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """A letter that one program has in hand, at this attempt."""

    id: int
    attempts: int


@dataclass(frozen=True, slots=True)
class Left:
    """What a program left that died while it sent: letters that the server took, and letters that were not begun."""

    taken: tuple[Settlement, ...]
    untouched: tuple[Claim, ...]


class Outbox(Protocol):
    """The letters that wait."""

    def claim_letters(self, now: datetime, limit: int) -> list[Outgoing]:
        """Lease letters that are due, oldest first, counting the attempt; per ticket and recipient only the first."""

    def settle(self, settlements: Sequence[Settlement], now: datetime) -> None:
        """Write down how the letters ended, in one transaction."""

    def give_back(self, claims: Sequence[Claim]) -> None:
        """Release claimed letters that were not begun, with the attempts that they had before."""

    def renew(self, letters: Sequence[Outgoing], now: datetime) -> None:
        """Renew the lease of letters that are still being sent."""


class Post(Protocol):
    """The way out."""

    def is_resting(self) -> bool:
        """Tell whether the server shall not be asked yet, because of what it said or did before."""

    def send(self, letters: Sequence[Outgoing], stopping: Callable[[], bool]) -> list[Receipt]:
        """Hand the letters over, each to its one recipient, and return a receipt for each. Raises nothing.

        When `stopping` turns true no further letter is begun, and those in hand get a last while.
        """


class Journal(Protocol):
    """What becomes of the letters in hand, noted at once where the next program finds it."""

    def claimed(self, letters: Sequence[Outgoing]) -> None:
        """Note a batch before its first letter goes out."""

    def settled(self) -> None:
        """Forget the batch, whose end stands in the outbox."""

    def settle_left(self, settle: Callable[[Left], None]) -> None:
        """Let `settle` write down what each dead program left, and forget it after that."""


class NoJournal:
    """Nothing is noted: what a dead program was sending is in doubt."""

    def claimed(self, letters: Sequence[Outgoing]) -> None:
        """Note nothing."""

    def begun(self, letter: Outgoing) -> None:
        """Note nothing."""

    def taken(self, receipt: Receipt) -> None:
        """Note nothing."""

    def settled(self) -> None:
        """Forget nothing."""

    def settle_left(self, settle: Callable[[Left], None]) -> None:
        """Know of nothing."""


NO_JOURNAL = NoJournal()


@dataclass(frozen=True, slots=True)
class Deliverer:
    """The sending half of the desk; `chance` returns a number from 0 to 1 and spreads the retries.

    `owed` are endings that could not be written down yet; before they are, nothing more is sent.
    """

    outbox: Outbox
    post: Post
    give_up_after: timedelta
    now: Callable[[], datetime]
    chance: Callable[[], float]
    reached: Callable[[str], None]
    journal: Journal = NO_JOURNAL
    in_hand: list[Outgoing] = field(default_factory=list)
    owed: list[Receipt] = field(default_factory=list)

    def deliver_due(self, limit: int = 50, stopping: Callable[[], bool] = lambda: False) -> int:
        """Send letters that are due; return how many were claimed, 0 when none waits.

        When `stopping` turns true the letters in hand are finished and the others are given back.
        """
        self.journal.settle_left(self._settle_left)
        self._write_down()
        letters = [] if self.post.is_resting() else self.outbox.claim_letters(self.now(), limit)
        if not letters:
            return 0
        self.in_hand[:] = letters
        try:
            self._deliver(letters, stopping)
        finally:
            self.in_hand.clear()
        return len(letters)

    def renew(self) -> None:
        """Keep letters that a slow server takes long for from being taken for those of a dead worker; any thread."""
        if in_hand := [*self.in_hand, *(receipt.letter for receipt in self.owed)]:
            self.outbox.renew(in_hand, self.now())

    def _deliver(self, letters: Sequence[Outgoing], stopping: Callable[[], bool]) -> None:
        self.journal.claimed(letters)
        self.reached("letters-claimed")
        receipts = self.post.send(letters, stopping)
        self.reached("letters-sent")
        self.owed.extend(receipt for receipt in receipts if receipt.result is not Result.UNTOUCHED)
        self._write_down()
        untouched = [receipt.letter for receipt in receipts if receipt.result is Result.UNTOUCHED]
        if untouched:
            self.outbox.give_back([Claim(letter.id, letter.attempts) for letter in untouched])
        self.journal.settled()
        self.reached("letters-settled")

    def _write_down(self) -> None:
        """Settle what the server answered. What cannot be written down now is owed, and no letter goes out twice."""
        if not self.owed:
            return
        now = self.now()
        self.outbox.settle([settle(receipt, now, self.give_up_after, self.chance()) for receipt in self.owed], now)
        for receipt in self.owed:
            level = logging.INFO if receipt.result is Result.SENT else logging.WARNING
            log.log(level, "letter %s: %s (%s)", receipt.letter.id, receipt.result, receipt.answer)
        self.owed.clear()

    def _settle_left(self, left: Left) -> None:
        if left.taken:
            self.outbox.settle(left.taken, self.now())
        if left.untouched:
            self.outbox.give_back(left.untouched)
        if left.taken or left.untouched:
            words = "a program that died had sent %s letters whose end was not written down; %s were not begun"
            log.warning(words, len(left.taken), len(left.untouched))


def settle(receipt: Receipt, now: datetime, give_up_after: timedelta, chance: float) -> Settlement:
    """Return what follows from a receipt: sent, tried again later, or failed for a person to see."""
    letter, answer = receipt.letter, receipt.answer
    unknowns = letter.unknowns + (receipt.result is Result.UNKNOWN)
    if receipt.result is Result.SENT:
        return Settlement(letter.id, "sent", answer, unknowns)
    if receipt.result is Result.REFUSED:
        return Settlement(letter.id, "failed", answer, unknowns, refused=letter.to)
    if unknowns >= UNKNOWN_LIMIT:
        return Settlement(
            letter.id, "failed", f"the connection was lost {unknowns} times after the letter: {answer}", unknowns
        )
    if now - letter.written_at >= give_up_after:
        return Settlement(letter.id, "failed", f"given up after {letter.attempts} attempts: {answer}", unknowns)
    wait = wait_before(letter.attempts, chance)
    if receipt.unreachable:  # the post itself knows when to ask again; the letter shall be there soon after
        wait = min(wait, LONGEST_UNREACHABLE)
    return Settlement(letter.id, "pending", answer, unknowns, now + wait)


def wait_before(attempts: int, chance: float) -> timedelta:
    """Return how long to wait after this many attempts, spread by a fifth so that retries do not march in step."""
    return WAITS[min(attempts, len(WAITS)) - 1] * (1 + JITTER * (2 * chance - 1))
