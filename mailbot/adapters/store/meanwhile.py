"""What others did to a ticket after the letter was written that a mail answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from mailbot.adapters.store.tables import events, letters, people, tickets
from mailbot.domain.decision import EventKind
from mailbot.domain.desk import Happened
from mailbot.domain.trust import normal_address

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from mailbot.domain.people import Person
    from mailbot.domain.thread import Clues
    from mailbot.domain.ticket import Ticket

LAST_EVENTS = 30
# What tells a reader something; refusals and reminders are the desk's own affair.
TOLD = frozenset(
    {
        EventKind.COMMENTED,
        EventKind.ASKED,
        EventKind.TAKEN,
        EventKind.RESOLVED,
        EventKind.REOPENED,
        EventKind.CONFIRMED,
        EventKind.CANCELLED,
        EventKind.CLOSED,
        EventKind.FIELDS_SET,
        EventKind.ASSIGNED,
        EventKind.MERGED,
        EventKind.TIED,
        EventKind.RATED,
        EventKind.UNDONE,
    }
)


def find_meanwhile(
    connection: Connection, clues: Clues, ticket: Ticket | None, sender: str, person: Person | None
) -> tuple[Happened, ...]:
    """Return what others did since, oldest first; a mail that commands nothing needs no query."""
    if ticket is None or not (clues.answered or clues.since):
        return ()
    ticket_id = select(tickets.c.id).where(tickets.c.number == ticket.number).scalar_subquery()
    written_at = _find_written(connection, clues.answered, ticket) or clues.since
    if written_at is None:
        return ()
    # Newest first over the index of (ticket, sequence), so that a long history costs no more than a short one.
    query = select(events.c.at, events.c.kind, events.c.actor, events.c.internal).where(events.c.ticket_id == ticket_id)
    rows = connection.execute(query.order_by(events.c.sequence.desc()).limit(LAST_EVENTS)).all()
    own = {normal_address(address) for address in (sender, person.email if person else sender)}
    since = [
        row
        for row in reversed(rows)
        if row.at > written_at and row.kind in TOLD and not row.internal and normal_address(row.actor) not in own
    ]
    names = _find_names(connection, [row.actor for row in since])
    return tuple(Happened(row.kind, names.get(normal_address(row.actor), ""), row.at) for row in since)


def _find_written(connection: Connection, message_ids: Sequence[str], ticket: Ticket) -> datetime | None:
    """Return when the nearest of these letters was written, or None when none of them is about this ticket."""
    query = (
        select(letters.c.message_id, letters.c.written_at)
        .join(tickets, letters.c.ticket_id == tickets.c.id)
        .where(letters.c.message_id.in_(message_ids), tickets.c.number == ticket.number)
    )
    found = dict(connection.execute(query).all())
    return next((found[message_id] for message_id in message_ids if message_id in found), None)


def _find_names(connection: Connection, addresses: Sequence[str]) -> dict[str, str]:
    """Return the names of people; who is not in the directory, such as the clock, has none."""
    wanted = {normal_address(address) for address in addresses}
    if not wanted:
        return {}
    query = select(people.c.email, people.c.name).where(people.c.email.in_(wanted))
    return {normal_address(email): name for email, name in connection.execute(query)}
