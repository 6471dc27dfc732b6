"""The program as the campaigns run it: one kind of mail kills it, and a known fault can be planted.

`python -m tests.torture.program FAULT ARGUMENTS...` is `mailbot ARGUMENTS...` with the fault planted, or with "none".
A campaign that does not find a planted fault proves nothing.
"""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Any

from mailbot.adapters.reading.parent import ChildReader
from mailbot.adapters.store.ledger import MailLedger
from mailbot.cli import main
from mailbot.receive import Receiver

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from mailbot.ports import Entry, Kept, Listed, Mailbox

# A mail with these words kills the program each time it is handled, as a fault in a library would.
POISON = b"X-Poison: this mail kills whoever handles it"
# So far apart that no real UID meets one that was made up.
MADE_UP = 10_000_000


def die_of_poison() -> None:
    """Let the program be killed by the mails that carry the poison."""
    read = ChildReader.read

    def read_or_die(self: ChildReader, raw: bytes, *, oversized: bool) -> Any:
        if POISON in raw:
            os.kill(os.getpid(), signal.SIGKILL)
        return read(self, raw, oversized=oversized)

    ChildReader.read = read_or_die  # type: ignore[method-assign]


def move_before_commit() -> None:
    """Plant: the mail is moved on the server before it stands in the ledger."""
    take = Receiver._take_batch

    def move_and_take(self: Receiver, mailbox: Mailbox, uidvalidity: int, batch: Sequence[Listed]) -> int:
        fetched = mailbox.fetch(batch, self.pace.mail_bytes)
        mailbox.file([mail.listed.uid for mail in fetched])
        self.reached("moved")
        already = _AlreadyFetched(mailbox, fetched)
        return take(self, already, uidvalidity, batch)  # type: ignore[arg-type]

    Receiver._take_batch = move_and_take  # type: ignore[method-assign]


class _AlreadyFetched:
    """A mailbox that gives what was fetched before."""

    def __init__(self, mailbox: Mailbox, fetched: Sequence[Any]) -> None:
        self._mailbox, self._fetched, self.name = mailbox, fetched, mailbox.name

    def fetch(self, *_: Any) -> Sequence[Any]:
        return self._fetched

    def file(self, uids: Sequence[int]) -> None:
        self._mailbox.file(uids)


def no_unique_key() -> None:
    """Plant: nothing recognises a mail that was seen before, neither by its UID nor by its content."""
    keep, read, numbers = MailLedger.keep, ChildReader.read, count(os.getpid())

    def keep_anew(self: MailLedger, mailbox: str, uidvalidity: int, kept: Sequence[Kept], now: datetime) -> None:
        made_up = [
            replace(one, listed=replace(one.listed, uid=one.listed.uid + MADE_UP * next(numbers))) for one in kept
        ]
        keep(self, mailbox, uidvalidity, made_up, now)

    def read_without_key(self: ChildReader, raw: bytes, *, oversized: bool) -> Any:
        reading = read(self, raw, oversized=oversized)
        return replace(reading, mail=replace(reading.mail, content_key=""))

    MailLedger.keep = keep_anew  # type: ignore[method-assign]
    MailLedger.find_filed = lambda *_: {}  # type: ignore[assignment, method-assign, return-value]
    MailLedger.find_highest_uid = lambda *_: 0  # type: ignore[method-assign]
    ChildReader.read = read_without_key  # type: ignore[method-assign]


def no_attempt_counter() -> None:
    """Plant: the attempt is not written down before the mail is read."""
    begin, give_back = MailLedger.begin, MailLedger.give_back

    def begin_uncounted(self: MailLedger, entry: Entry, now: datetime) -> Entry | None:
        begun = begin(self, entry, now)
        if begun is not None:
            give_back(self, [replace(begun, attempt=0)])
        return begun

    MailLedger.begin = begin_uncounted  # type: ignore[method-assign]


FAULTS: dict[str, Callable[[], None]] = {
    "none": lambda: None,
    "move_before_commit": move_before_commit,
    "no_unique_key": no_unique_key,
    "no_attempt_counter": no_attempt_counter,
}


if __name__ == "__main__":
    die_of_poison()
    FAULTS[sys.argv.pop(1)]()
    sys.exit(main())
