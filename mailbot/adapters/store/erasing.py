"""Erasing what people wrote, by rule or on demand: the rows stay, their words and files go, the chain of hashes holds.

Of an erased ticket there remain its number, module, office, times, status and steps, for the figures; of a mail its
place in the ledger and the key by which a second copy of it is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, delete, or_, select, text, update

from mailbot.adapters.store.api_traces import erase_told
from mailbot.adapters.store.deeds import erase_deeds
from mailbot.adapters.store.history import append_to_history
from mailbot.adapters.store.statements import chunks
from mailbot.adapters.store.tables import events, facts, files, held_news, letters, mails, tickets
from mailbot.adapters.store.tables_challenges import challenges
from mailbot.domain.decision import Event, EventKind
from mailbot.domain.ticket import Status

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Select

# Stands for the title of a ticket and for the name of a file.
ERASED = "(erased)"
OVER = (Status.CLOSED, Status.MERGED)
_CHUNK = 400
_NO_FILE = {"sha256": "", "preview": "", "fingerprint": ""}
_NO_NAMES = {"name": ERASED, "sender": "", "content_type": "", **_NO_FILE}
_NO_MAIL: dict[str, Any] = {"sha256": "", "sender": None, "subject": "", "message_id": None, "reasons": [], "error": ""}
NO_LETTER = {"raw": b"", "subject": "", "to": "", "answer": ""}
_NO_TICKET = {
    "title": ERASED, "description": "", "resolution": "", "requester": "", "requester_name": "", "mobile": "",
    "employee_id": "", "copy_to": "", "missing": "",
}  # fmt: skip
_NO_WORDS = {"sqlite": "delete from search_words where rowid", "postgresql": "delete from search_words where ticket_id"}
_OVER = tickets.c.status.in_(OVER)
SENT = letters.c.state.in_(["sent", "failed"])
HANDLED = mails.c.state.in_(["done", "discarded"])


@dataclass(frozen=True, slots=True)
class Why:
    """On whose word something is erased, and why; both stand in the history of the ticket."""

    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class Removed:
    """How many rows lost something, and the files that they named."""

    count: int
    named: set[str]


def find_erasable(connection: Connection, closed_before: datetime, limit: int) -> list[int]:
    """Return tickets that were over before that moment and still hold words, oldest first."""
    query = _whole_tickets().where(_OVER, tickets.c.closed_at < closed_before)
    return list(connection.execute(query.order_by(tickets.c.id).limit(limit)).scalars())


def find_tickets_of(connection: Connection, address: str) -> list[int]:
    """Return the tickets of a person that are over and still hold words; `address` as the tables compare it."""
    return list(connection.execute(_whole_tickets().where(_OVER, tickets.c.requester == address)).scalars())


def find_whole(connection: Connection, number: str) -> list[int]:
    """Return the ticket of that number when it is over and still holds words, as a list of one or none."""
    return list(connection.execute(_whole_tickets().where(_OVER, tickets.c.number == number)).scalars())


def find_open_numbers(connection: Connection, address: str) -> list[str]:
    """Return the numbers of a person's tickets that are not over."""
    query = select(tickets.c.number).where(tickets.c.requester == address, ~_OVER).order_by(tickets.c.id)
    return list(connection.execute(query).scalars())


def _whole_tickets() -> Select[Any]:
    """Return the query for tickets that hold words and for which no letter is on its way."""
    waiting = select(letters.c.id).where(letters.c.ticket_id == tickets.c.id, ~SENT).exists()
    return select(tickets.c.id).where(tickets.c.title != ERASED, ~waiting)


def erase_tickets(connection: Connection, ids: Sequence[int], why: Why, now: datetime) -> set[str]:
    """Erase the words, people, mails, files and letters of these tickets; return the files that they named."""
    numbers = dict(connection.execute(select(tickets.c.id, tickets.c.number).where(tickets.c.id.in_(ids))).all())
    named = erase_mails(connection, and_(mails.c.ticket.in_(numbers.values()), HANDLED))
    named |= _erase_files(connection, files.c.ticket_id.in_(ids), _NO_NAMES)
    connection.execute(update(letters).where(letters.c.ticket_id.in_(ids), SENT).values(NO_LETTER))
    for table in (facts, held_news):
        connection.execute(delete(table).where(table.c.ticket_id.in_(ids)))
    erase_deeds(connection, ids)
    erase_told(connection, ids)
    connection.execute(delete(challenges).where(challenges.c.ticket.in_(numbers.values())))
    words = text(f"{_NO_WORDS[connection.dialect.name]} = :id")
    if ids:
        connection.execute(words, [{"id": id_} for id_ in ids])
    said = events.c.ticket_id.in_(ids) & (events.c.kind != EventKind.ERASED) & (events.c.salt != "")
    connection.execute(update(events).where(said).values(actor="", text="", reason="", salt=""))
    for id_, number in numbers.items():
        event = Event(EventKind.ERASED, why.actor, "", why.reason, internal=True)
        append_to_history(connection, id_, number, [event], None, now)
    changed = update(tickets).where(tickets.c.id.in_(ids))
    connection.execute(changed.values({**_NO_TICKET, "version": tickets.c.version + 1}))
    return named


def erase_old_mails(connection: Connection, before: datetime, limit: int) -> Removed:
    """Drop the raw bytes of mails that were handled before that moment and whose ticket, if any, is over."""
    is_over = or_(mails.c.ticket == "", mails.c.ticket.in_(select(tickets.c.number).where(_OVER)))
    old = select(mails.c.id).where(HANDLED, mails.c.sha256 != "", mails.c.done_at < before, is_over).limit(limit)
    ids = list(connection.execute(old).scalars())
    return Removed(len(ids), erase_mails(connection, mails.c.id.in_(ids), {"sha256": ""}))


def erase_old_files(connection: Connection, before: datetime, limit: int) -> Removed:
    """Drop the bytes of files of tickets that were over before that moment; their names stay."""
    over = select(tickets.c.id).where(_OVER, tickets.c.closed_at < before)
    old = select(files.c.id).where(files.c.sha256 != "", files.c.ticket_id.in_(over)).limit(limit)
    ids = list(connection.execute(old).scalars())
    return Removed(len(ids), _erase_files(connection, files.c.id.in_(ids), _NO_FILE))


def erase_old_letters(connection: Connection, before: datetime, limit: int) -> Removed:
    """Drop the texts of letters that were sent before that moment; to whom, about what and when they went stays."""
    old = select(letters.c.id).where(SENT, letters.c.raw != b"", letters.c.written_at < before).limit(limit)
    ids = list(connection.execute(old).scalars())
    connection.execute(update(letters).where(letters.c.id.in_(ids)).values(raw=b""))
    return Removed(len(ids), set())


def find_unnamed(connection: Connection, names: Collection[str]) -> set[str]:
    """Return those of the files that no row names any more."""
    left = {name for name in names if name}
    wanted = sorted(left)
    for chunk in chunks(wanted, _CHUNK):
        for column in (mails.c.sha256, files.c.sha256, files.c.preview):
            left -= set(connection.execute(select(column).where(column.in_(chunk))).scalars())
    return left


def erase_mails(
    connection: Connection, which: ColumnElement[bool], values: dict[str, object] | None = None
) -> set[str]:
    """Erase what these mails said, or what `values` names of it; return the files that they named.

    A question "was this you?" about such a mail goes with it: what it asked about cannot be read any more.
    """
    connection.execute(delete(challenges).where(challenges.c.mail_id.in_(select(mails.c.id).where(which))))
    named = set(connection.execute(select(mails.c.sha256).where(which, mails.c.sha256 != "")).scalars())
    connection.execute(update(mails).where(which).values(values or _NO_MAIL))
    return named


def _erase_files(connection: Connection, which: ColumnElement[bool], values: dict[str, str]) -> set[str]:
    rows = connection.execute(select(files.c.sha256, files.c.preview).where(which)).all()
    connection.execute(update(files).where(which).values(values))
    return _flat(rows)


def _flat(rows: Iterable[Sequence[str]]) -> set[str]:
    return {name for row in rows for name in row if name}
