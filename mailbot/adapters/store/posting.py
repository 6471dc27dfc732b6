"""Letters on their way into the outbox: where each stands in its reader's conversation, and its finished bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import bindparam, insert, select

from mailbot.adapters.store.tables import letters, mails
from mailbot.domain.letter import LETTERS, Thread
from mailbot.domain.send_quota import find_priority
from mailbot.domain.trust import normal_address

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from mailbot.adapters.store.ticket_rows import StoredTicket
    from mailbot.domain.facts import Fact
    from mailbot.domain.letter import Letter, LetterOrder
    from mailbot.domain.mail import Attachment, IncomingMail
    from mailbot.domain.people import Person
    from mailbot.domain.ticket import Ticket

# The first ids hold a conversation together, the last ones place the letter; a header need not grow for ever.
FIRST_IDS, LAST_IDS = 2, 10
_RECEIVED = select(mails.c.kept_at, mails.c.sender, mails.c.message_id).where(
    mails.c.ticket == bindparam("number"), mails.c.message_id.is_not(None), mails.c.sender.is_not(None)
)
_WRITTEN = select(letters.c.written_at, letters.c.to, letters.c.message_id).where(
    letters.c.ticket_id == bindparam("ticket")
)
_ADD = insert(letters)


@dataclass(frozen=True, slots=True)
class LetterTask:
    """Everything that is needed to write one letter; `ticket` is None when it is about no single one.

    `event_key` tells letters of one kind on one ticket apart.
    """

    order: LetterOrder
    ticket: Ticket | None
    requester: Person | None
    assignee: Person | None
    thread: Thread
    attachments: Sequence[Attachment]
    at: datetime
    event_key: str
    facts: tuple[Fact, ...] = ()


class Writing(Protocol):
    """Turns a task into finished bytes; the same task gives the same bytes."""

    def __call__(self, task: LetterTask) -> Letter:
        """Return the letter."""


@dataclass(frozen=True, slots=True)
class Correspondence:
    """What was written about a ticket so far: (time, address, Message-ID) of mails and of letters."""

    received: tuple[tuple[datetime, str, str], ...]
    written: tuple[tuple[datetime, str, str], ...]

    def ids_of(self, address: str) -> tuple[str, ...]:
        """Return the ids that this person has in the conversation, oldest first."""
        own = [line for line in (*self.received, *self.written) if normal_address(line[1]) == normal_address(address)]
        ids = tuple(dict.fromkeys(message_id for _, _, message_id in sorted(own)))
        return ids if len(ids) <= FIRST_IDS + LAST_IDS else (*ids[:FIRST_IDS], *ids[-LAST_IDS:])


def find_correspondence(connection: Connection, stored: StoredTicket) -> Correspondence:
    """Return the mails and letters of a ticket."""
    received = connection.execute(_RECEIVED, {"number": stored.ticket.number})
    written = connection.execute(_WRITTEN, {"ticket": stored.id})
    return Correspondence(
        tuple((at, sender or "", message_id or "") for at, sender, message_id in received),
        tuple((at, to, message_id) for at, to, message_id in written),
    )


def thread_for(order: LetterOrder, past: Correspondence, mail: IncomingMail | None) -> Thread:
    """Return where a letter stands: under the reader's own mail when it answers one, else under the last letter."""
    ids = past.ids_of(order.to)
    is_answer = mail is not None and mail.sender and normal_address(mail.sender.address) == normal_address(order.to)
    if is_answer and mail is not None and mail.message_id:
        ids = (*(known for known in ids if known != mail.message_id), mail.message_id)
    return Thread(references=ids, in_reply_to=ids[-1] if ids else "")


def post_letters(
    connection: Connection, ticket_id: int | None, written: Iterable[tuple[LetterOrder, Letter]], now: datetime
) -> None:
    """Put finished letters into the outbox, in their order."""
    rows = [
        {
            "ticket_id": ticket_id,
            "kind": letter.kind,
            "to": letter.to,
            "message_id": letter.message_id,
            "subject": letter.subject,
            "raw": letter.raw,
            "replied": LETTERS[letter.kind].replied,
            "priority": find_priority(order),
            "state": "pending",
            "attempts": 0,
            "unknowns": 0,
            "due_at": now,
            "answer": "",
            "written_at": now,
        }
        for order, letter in written
    ]
    if rows:
        connection.execute(_ADD, rows)
