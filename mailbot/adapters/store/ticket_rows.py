"""The rows of tickets: found by number, added, and changed only as long as they are as they were found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, insert, select, update

from mailbot.adapters.store.rows import TICKET_COLUMNS, ticket_of, ticket_values
from mailbot.adapters.store.tables import tickets
from mailbot.adapters.store.webhook_rows import HAS_LISTENERS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from mailbot.domain.ticket import Ticket
    from mailbot.domain.timers import TimerKind

_OF_NUMBER = select(tickets.c.id, HAS_LISTENERS, *TICKET_COLUMNS).where(tickets.c.number == bindparam("wanted"))
_ADD = insert(tickets).returning(tickets.c.id, HAS_LISTENERS)
_CHANGE = update(tickets).where(tickets.c.id == bindparam("row"), tickets.c.version == bindparam("expected"))


@dataclass(frozen=True, slots=True)
class StoredTicket:
    """A ticket with the id of its row.

    Of one that was changed, `before` is how it was, and `moved` has the timers that changed, each as it was before.
    `has_listeners` tells whether any webhook wants to hear of changes.
    """

    id: int
    ticket: Ticket
    before: Ticket | None = None
    moved: Mapping[TimerKind, datetime | None] = field(default_factory=dict)
    has_listeners: bool = False


def find_stored(connection: Connection, number: str) -> StoredTicket | None:
    """Return the ticket of that number with its id."""
    row = connection.execute(_OF_NUMBER, {"wanted": number}).mappings().first()
    if row is None:
        return None
    return StoredTicket(row["id"], ticket_of(row), has_listeners=bool(row["has_listeners"]))


def find_ticket(connection: Connection, number: str) -> Ticket | None:
    """Return the ticket of that number."""
    stored = find_stored(connection, number)
    return stored.ticket if stored else None


def keep_ticket(connection: Connection, ticket: Ticket) -> StoredTicket:
    """Add a ticket."""
    row = connection.execute(_ADD, ticket_values(ticket)).one()
    return StoredTicket(row.id, ticket, has_listeners=bool(row.has_listeners))


def settle_ticket(connection: Connection, ticket_id: int, ticket: Ticket, expected_version: int) -> bool:
    """Change a ticket; False when it does not have the expected version any more."""
    values = {**ticket_values(ticket), "row": ticket_id, "expected": expected_version}
    return connection.execute(_CHANGE, values).rowcount == 1
