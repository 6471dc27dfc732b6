"""The rows of tickets: found by number, added, and changed only as long as they are as they were found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, insert, select, update

from mailbot.adapters.store.rows import TICKET_COLUMNS, ticket_of, ticket_values
from mailbot.adapters.store.tables import tickets

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from mailbot.domain.ticket import Ticket
    from mailbot.domain.timers import TimerKind

_OF_NUMBER = select(tickets.c.id, *TICKET_COLUMNS).where(tickets.c.number == bindparam("wanted"))
_ADD = insert(tickets).returning(tickets.c.id)
_CHANGE = update(tickets).where(tickets.c.id == bindparam("row"), tickets.c.version == bindparam("expected"))


@dataclass(frozen=True, slots=True)
class StoredTicket:
    """A ticket with the id of its row.

    Of one that was changed, `before` is how it was, and `moved` has the timers that changed, each as it was before.
    """

    id: int
    ticket: Ticket
    before: Ticket | None = None
    moved: Mapping[TimerKind, datetime | None] = field(default_factory=dict)


def find_stored(connection: Connection, number: str) -> StoredTicket | None:
    """Return the ticket of that number with its id."""
    row = connection.execute(_OF_NUMBER, {"wanted": number}).mappings().first()
    return StoredTicket(row["id"], ticket_of(row)) if row else None


def find_ticket(connection: Connection, number: str) -> Ticket | None:
    """Return the ticket of that number."""
    stored = find_stored(connection, number)
    return stored.ticket if stored else None


def keep_ticket(connection: Connection, ticket: Ticket) -> StoredTicket:
    """Add a ticket."""
    return StoredTicket(connection.execute(_ADD, ticket_values(ticket)).scalar_one(), ticket)


def settle_ticket(connection: Connection, ticket_id: int, ticket: Ticket, expected_version: int) -> bool:
    """Change a ticket; False when it does not have the expected version any more."""
    values = {**ticket_values(ticket), "row": ticket_id, "expected": expected_version}
    return connection.execute(_CHANGE, values).rowcount == 1
