"""Claimed mails in their order, of which the next ones are read while one is applied.

An attempt counts when a mail's turn comes, so that a death of the program is blamed on one mail. The next start begins
with another one: a mail that kills the program while it is read ahead of its turn has its turn before long. A mail that
met a death before is read when it is its turn, and none beside it.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType
    from typing import Self

    from mailbot.ports import Entry, Reading


@dataclass(frozen=True, slots=True)
class Ahead:
    """How many mails are read while one is applied, and how many bytes all of them may have together."""

    mails: int = 0
    size: int = 0


NOTHING_AHEAD = Ahead()


@dataclass(slots=True)
class InHand:
    """A mail on its way: `entry` has its attempt counted, `reading` is under way in a thread.

    There is no entry before its turn, nor when another worker has the mail; no reading when it is read in its turn.
    """

    claimed: Entry
    entry: Entry | None = None
    reading: Future[Reading] | None = None

    @property
    def given_back(self) -> Entry:
        """The claim with the attempts that it had when it was made."""
        return replace(self.entry or self.claimed, attempt=self.claimed.attempt)


@dataclass(slots=True)
class ReadingAhead:
    """The mails of one claim. `begin` gives a mail its entry, with the attempt counted; `read` may run in threads.

    `in_hand` are the mail whose turn it is and those that are read ahead.
    """

    waiting: deque[Entry]
    begin: Callable[[InHand], None]
    read: Callable[[Entry], Reading]
    ahead: Ahead
    in_hand: deque[InHand] = field(default_factory=deque)
    threads: ThreadPoolExecutor | None = None

    def __enter__(self) -> Self:
        """Start the threads, unless there is but one mail."""
        if self.ahead.mails and len(self.waiting) > 1:
            self.threads = ThreadPoolExecutor(self.ahead.mails, thread_name_prefix="read")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Let the threads finish what they read."""
        if self.threads is not None:
            self.threads.shutdown()

    def find_next(self) -> InHand | None:
        """Begin the mail whose turn it is and return it, after the next ones are being read; None after the last."""
        if not self.in_hand and not self.waiting:
            return None
        if not self.in_hand:
            self.in_hand.append(InHand(self.waiting.popleft()))
        mail = self.in_hand[0]
        self.begin(mail)
        if mail.entry is not None:
            self._read_ahead(mail)
        while self.waiting and self._has_room_for(self.waiting[0]):
            self.in_hand.append(InHand(self.waiting.popleft()))
            self._read_ahead(self.in_hand[-1])
        return mail

    def settle(self) -> None:
        """Be done with the mail whose turn it was."""
        self.in_hand.popleft()

    def find_left(self) -> list[Entry]:
        """Return the claims that were not settled, as they were made."""
        return [*(mail.given_back for mail in self.in_hand), *self.waiting]

    def _read_ahead(self, mail: InHand) -> None:
        """Have a mail read in a thread, unless it is, or must be read in its turn."""
        if self.threads is not None and mail.reading is None and not mail.claimed.attempt:
            mail.reading = self.threads.submit(self.read, mail.claimed)

    def _has_room_for(self, claimed: Entry) -> bool:
        together: Iterable[Entry] = (claimed, *(mail.claimed for mail in self.in_hand))
        return (
            len(self.in_hand) <= self.ahead.mails
            and not any(entry.attempt for entry in together)
            and sum(entry.size for entry in together) <= self.ahead.size
        )
