"""What a decision changes in the tables of tickets, history and timers."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from mailbot.adapters.store.deeds import settle_deed
from mailbot.adapters.store.history import append_to_history
from mailbot.adapters.store.statements import on_both
from mailbot.adapters.store.tables import serials
from mailbot.adapters.store.ticket_rows import StoredTicket, find_stored, keep_ticket, settle_ticket
from mailbot.adapters.store.timer_rows import move_timers, put_timers_back, set_timers
from mailbot.adapters.store.webhook_rows import add_messages
from mailbot.domain.deeds import with_put_back
from mailbot.domain.errors import ChangedMeanwhileError
from mailbot.domain.numbering import ticket_number
from mailbot.domain.promises import move_promises, with_promises
from mailbot.domain.ticket import Status, Ticket
from mailbot.domain.timers import timers_for

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from mailbot.domain.decision import Change, Decision, Draft
    from mailbot.domain.desk import Desk


_CHANGED = (
    "status", "assignee", "request_type", "module", "priority", "employee_id", "mobile", "resolution", "parent",
    "merged_into", "rating", "requester", "requester_name", "office", "zone", "copy_to", "verified",
)  # fmt: skip
_COUNT_UP = on_both(
    lambda insert: (
        insert(serials)
        .on_conflict_do_update(index_elements=[serials.c.month], set_={"last": serials.c.last + 1})
        .returning(serials.c.last)
    )
)


def open_ticket(connection: Connection, draft: Draft, desk: Desk, now: datetime, local: datetime) -> StoredTicket:
    """Insert a ticket with the next number of its month; `local` is now in the desk's time zone."""
    values = {field.name: getattr(draft, field.name) for field in fields(draft)}
    number = ticket_number(desk.prefix, local, _next_serial(connection, f"{local:%y%m}"))
    ticket = with_promises(Ticket(number=number, status=Status.NEW, opened_at=now, changed_at=now, **values), desk)
    stored = keep_ticket(connection, ticket)
    set_timers(connection, stored.id, timers_for(ticket, desk))
    return stored


def _next_serial(connection: Connection, month: str) -> int:
    return int(connection.execute(_COUNT_UP[connection.dialect.name], {"month": month, "last": 1}).scalar_one())


def update_ticket(connection: Connection, decision: Decision, desk: Desk, now: datetime) -> StoredTicket:
    """Change the ticket if it still is as the decision saw it. Raises ChangedMeanwhileError when it is not."""
    stored = find_stored(connection, decision.ticket)
    if stored is None or stored.ticket.version != decision.expected_version:
        raise ChangedMeanwhileError(f"{decision.ticket} changed")
    ticket = replace(_decided(stored.ticket, decision, desk, now), changed_at=now, version=stored.ticket.version + 1)
    if not settle_ticket(connection, stored.id, ticket, decision.expected_version):
        raise ChangedMeanwhileError(f"{decision.ticket} changed")
    if decision.put_back is not None:
        settle_deed(connection, decision.put_back.deed, now)
        put_timers_back(connection, stored.id, dict(decision.put_back.timers))
        return StoredTicket(stored.id, ticket, stored.ticket, has_listeners=stored.has_listeners)
    moved = move_timers(connection, stored.id, stored.ticket, ticket, desk)
    return StoredTicket(stored.id, ticket, stored.ticket, moved, stored.has_listeners)


def _decided(ticket: Ticket, decision: Decision, desk: Desk, now: datetime) -> Ticket:
    """Return the ticket as a decision wants it: changed, or with the values from before a command."""
    if decision.put_back is not None:
        return with_put_back(ticket, decision.put_back)
    changed = changed_ticket(ticket, decision.change, now) if decision.change else ticket
    return move_promises(ticket, changed, decision, desk, now)


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
    connection: Connection, stored: StoredTicket, decision: Decision, mail_id: int | None, now: datetime
) -> None:
    """Add what happened to a ticket's history, and to what webhooks are told."""
    is_new = decision.draft is not None
    append_to_history(connection, stored.id, stored.ticket.number, decision.events, mail_id, now, is_new=is_new)
    if stored.has_listeners:
        add_messages(connection, stored.before, stored.ticket, now)
