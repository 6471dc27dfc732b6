"""The history of a ticket as a chain: the hash of each line covers the line before it and what the line says.

What a line says (who, what, why) is hashed on its own, with a salt, and the chain covers that digest. So the words can
be erased for good, salt and all, and the chain still proves that nothing else was touched.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, insert, select

from mailbot.adapters.store.columns import storable
from mailbot.adapters.store.tables import events

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from mailbot.domain.decision import Event

SALT_BYTES = 16
_ADD = insert(events)
_LAST = (
    select(events.c.sequence, events.c.hash)
    .where(events.c.ticket_id == bindparam("ticket_id"))
    .order_by(events.c.sequence.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Line:
    """What the chain covers of one line of a ticket's history."""

    number: str
    sequence: int
    at: datetime
    kind: str
    internal: bool
    mail_id: int | None
    digest: str


def append_to_history(  # noqa: PLR0917 - what a line of history is made of
    connection: Connection,
    ticket_id: int,
    number: str,
    happened: Iterable[Event],
    mail_id: int | None,
    now: datetime,
    *,
    is_new: bool = False,
) -> None:
    """Add lines to a ticket's history, each chained to the one before it; a new ticket has none yet."""
    sequence, previous = (0, "") if is_new else _find_end(connection, ticket_id)
    rows = []
    for event in map(_storable_event, happened):
        sequence += 1
        salt = secrets.token_hex(SALT_BYTES)
        digest = content_digest(salt, event.actor, event.text, event.reason)
        previous = line_hash(previous, Line(number, sequence, now, event.kind, event.internal, mail_id, digest))
        rows.append(
            {
                "ticket_id": ticket_id,
                "sequence": sequence,
                "at": now,
                "kind": event.kind,
                "actor": event.actor,
                "text": event.text,
                "reason": event.reason,
                "internal": event.internal,
                "mail_id": mail_id,
                "salt": salt,
                "digest": digest,
                "hash": previous,
            }
        )
    if rows:
        connection.execute(_ADD, rows)


def _find_end(connection: Connection, ticket_id: int) -> tuple[int, str]:
    """Return sequence and hash of the last line of a ticket's history."""
    last = connection.execute(_LAST, {"ticket_id": ticket_id}).first()
    return (last.sequence, last.hash) if last else (0, "")


def content_digest(salt: str, actor: str, text: str, reason: str) -> str:
    """Return the SHA-256 over what a line says; without the salt nobody can find the words by trying."""
    return _sha256([salt, actor, text, reason])


def line_hash(previous: str, line: Line) -> str:
    """Return the SHA-256 over one line of a ticket's history and the hash of the line before it."""
    at = line.at.astimezone(UTC).isoformat()
    mail = line.mail_id or 0
    return _sha256([previous, line.number, line.sequence, at, line.kind, bool(line.internal), mail, line.digest])


def _sha256(material: list[object]) -> str:
    return hashlib.sha256(json.dumps(material, ensure_ascii=False).encode()).hexdigest()


def _storable_event(event: Event) -> Event:
    """Return the event as the tables will hold it: the hash must come out the same when it is computed from them."""
    return replace(event, actor=storable(event.actor), text=storable(event.text), reason=storable(event.reason))
