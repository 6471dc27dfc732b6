"""What a decision changes in the tables of tickets, history and timers."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from mailbot.adapters.store.history import append_to_history
from mailbot.adapters.store.rows import TICKET_COLUMNS, ticket_of, ticket_values
from mailbot.adapters.store.statements import upsert
from mailbot.adapters.store.tables import serials, tickets
from mailbot.adapters.store.timer_rows import move_timers, set_timers
from mailbot.domain.errors import ChangedMeanwhileError
from mailbot.domain.numbering import ticket_number
from mailbot.domain.promises import move_promises, with_promises
from mailbot.domain.ticket import Status, Ticket
from mailbot.domain.timers import timers_for

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection

    from mailbot.domain.decision import Change, Decision, Draft, Event
    from mailbot.domain.desk import Desk


_CHANGED = (
    "status", "assignee", "request_type", "module", "priority", "employee_id", "mobile", "resolution", "parent",
    "merged_into", "rating", "requester", "requester_name", "office", "zone", "copy_to", "verified",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class StoredTicket:
    """A ticket with the id of its row."""

    id: int
    ticket: Ticket


def open_ticket(connection: Connection, draft: Draft, desk: Desk, now: datetime, local: datetime) -> StoredTicket:
    """Insert a ticket with the next number of its month; `local` is now in the desk's time zone."""
    values = {field.name: getattr(draft, field.name) for field in fields(draft)}
    number = ticket_number(desk.prefix, local, _next_serial(connection, f"{local:%y%m}"))
    ticket = with_promises(Ticket(number=number, status=Status.NEW, opened_at=now, changed_at=now, **values), desk)
    inserted = connection.execute(insert(tickets).values(ticket_values(ticket)).returning(tickets.c.id))
    stored = StoredTicket(inserted.scalar_one(), ticket)
    set_timers(connection, stored.id, timers_for(ticket, desk))
    return stored


def _next_serial(connection: Connection, month: str) -> int:
    statement = upsert(connection, serials).values(month=month, last=1)
    counted = statement.on_conflict_do_update(index_elements=[serials.c.month], set_={"last": serials.c.last + 1})
    return int(connection.execute(counted.returning(serials.c.last)).scalar_one())


def find_stored(connection: Connection, number: str) -> StoredTicket | None:
    """Return the ticket of that number with its id."""
    query = select(tickets.c.id, *TICKET_COLUMNS).where(tickets.c.number == number)
    row = connection.execute(query).mappings().first()
    return StoredTicket(row["id"], ticket_of(row)) if row else None


def update_ticket(connection: Connection, decision: Decision, desk: Desk, now: datetime) -> StoredTicket:
    """Change the ticket if it still is as the decision saw it. Raises ChangedMeanwhileError when it is not."""
    stored = find_stored(connection, decision.ticket)
    if stored is None or stored.ticket.version != decision.expected_version:
        raise ChangedMeanwhileError(f"{decision.ticket} changed")
    ticket = changed_ticket(stored.ticket, decision.change, now) if decision.change else stored.ticket
    ticket = move_promises(stored.ticket, ticket, decision, desk, now)
    ticket = replace(ticket, changed_at=now, version=ticket.version + 1)
    statement = update(tickets).where(tickets.c.id == stored.id, tickets.c.version == decision.expected_version)
    if connection.execute(statement.values(ticket_values(ticket))).rowcount != 1:
        raise ChangedMeanwhileError(f"{decision.ticket} changed")
    move_timers(connection, stored.id, stored.ticket, ticket, desk)
    return StoredTicket(stored.id, ticket)


def changed_ticket(ticket: Ticket, change: Change, now: datetime) -> Ticket:
    """Return the ticket with a change carried out."""
    values: dict[str, Any] = {name: value for name in _CHANGED if (value := getattr(change, name)) is not None}
    values["missing"] = " ".join(name for name in ticket.missing.split() if name not in values)
    if change.status is Status.RESOLVED:
        values |= {"resolved_at": now, "closed_at": None}
    elif change.status in {Status.CLOSED, Status.MERGED}:
        values |= {"closed_at": now}
    elif change.reopened:
        values |= {"resolved_at": None, "closed_at": None, "reopen_count": ticket.reopen_count + 1}
    return replace(ticket, **values)


def append_events(
    connection: Connection, stored: StoredTicket, happened: Iterable[Event], mail_id: int | None, now: datetime
) -> None:
    """Add to a ticket's history."""
    append_to_history(connection, stored.id, stored.ticket.number, happened, mail_id, now)
