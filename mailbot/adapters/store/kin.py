"""Tickets that belong together: the cases of a parent, the parts of a merged ticket, and where a merged one went.

All of it is found over the indexes of `parent` and `merged_into`, and only for a mail that needs it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from mailbot.adapters.store.people_rows import find_people
from mailbot.adapters.store.rows import TICKET_COLUMNS, ticket_of
from mailbot.adapters.store.statements import chunks
from mailbot.adapters.store.tables import tickets
from mailbot.adapters.store.ticket_rows import find_ticket
from mailbot.domain.desk import Target
from mailbot.domain.scene import is_copied, is_requester
from mailbot.domain.ticket import Status
from mailbot.domain.tie_words import TYING
from mailbot.domain.trust import normal_address
from mailbot.domain.verbs import Verb

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from sqlalchemy import Connection

    from mailbot.domain.desk import Known
    from mailbot.domain.people import Person
    from mailbot.domain.thread import Clues
    from mailbot.domain.ticket import Ticket

_OPEN = (Status.NEW, Status.IN_PROGRESS, Status.WAITING)
# What became a part of a ticket may itself become a part of another one only together with its parts; see tying.py.
_MOST_STEPS = 3


def with_kin(connection: Connection, clues: Clues, known: Known, sender: str) -> Known:
    """Return what is known of a mail with the tickets that belong to its own, as far as it matters."""
    own = known.ticket
    numbers = {*known.targets, *((own.number,) if own else ())}
    children = find_children(connection, clues, numbers)
    return replace(
        known,
        children=children,
        case_counts=count_cases(connection, clues, numbers),
        followers=find_followers(connection, known.person, sender, own, (*known.targets.values(), *children)),
    )


def find_children(connection: Connection, clues: Clues, numbers: Collection[str]) -> tuple[Target, ...]:
    """Return the open cases of these tickets, if the mail resolves one."""
    if Verb.RESOLVE not in clues.verbs or not numbers:
        return ()
    query = select(*TICKET_COLUMNS).where(tickets.c.parent.in_(numbers), tickets.c.status.in_(_OPEN))
    rows = connection.execute(query.order_by(tickets.c.id)).mappings()
    return _with_requesters(connection, [ticket_of(row) for row in rows])


def count_cases(connection: Connection, clues: Clues, numbers: Collection[str]) -> dict[str, int]:
    """Return how many cases each of these tickets has, open or not, if the mail ties tickets."""
    if not clues.verbs & TYING or not numbers:
        return {}
    query = select(tickets.c.parent, func.count()).where(tickets.c.parent.in_(numbers)).group_by(tickets.c.parent)
    return dict(connection.execute(query).all())


def find_followers(
    connection: Connection, person: Person | None, sender: str, ticket: Ticket | None, others: Iterable[Target]
) -> dict[str, tuple[Target, ...]]:
    """Return what became parts of the tickets of a mail, by number.

    It matters when the IT section writes, whose news the followers get, and when somebody writes whose own ticket it is
    not, but who may follow it. An officer's mail about the own ticket needs no query.
    """
    is_staff = person is not None and person.is_staff
    found = {target.ticket.number for target in others} if is_staff else set()
    if ticket is not None and (is_staff or not _is_own(ticket, sender, person)):
        found.add(ticket.number)
    return find_parts(connection, found)


def find_parts(connection: Connection, numbers: Collection[str]) -> dict[str, tuple[Target, ...]]:
    """Return what became parts of these tickets, by number; those that have none are left out."""
    parts: dict[str, tuple[Target, ...]] = {}
    wanted = sorted(numbers)
    for some in chunks(wanted):
        query = select(*TICKET_COLUMNS).where(tickets.c.merged_into.in_(some))
        rows = connection.execute(query.order_by(tickets.c.id)).mappings()
        for part in _with_requesters(connection, [ticket_of(row) for row in rows]):
            parts[part.ticket.merged_into] = (*parts.get(part.ticket.merged_into, ()), part)
    return parts


def follow_merged(connection: Connection, ticket: Ticket) -> Ticket:
    """Return the ticket that a merged one became a part of; any other is itself."""
    for _ in range(_MOST_STEPS):
        if ticket.status is not Status.MERGED or not ticket.merged_into:
            break
        whole = find_ticket(connection, ticket.merged_into)
        if whole is None:
            break
        ticket = whole
    return ticket


def is_followed_by(connection: Connection, ticket: Ticket, sender: str) -> bool:
    """Tell whether a ticket of this sender became a part of this one."""
    parts = find_parts(connection, {ticket.number}).get(ticket.number, ())
    return any(is_requester(part.ticket, sender, part.requester.email if part.requester else "") for part in parts)


def _is_own(ticket: Ticket, sender: str, person: Person | None) -> bool:
    return is_requester(ticket, sender) or is_copied(ticket, sender, person)


def _with_requesters(connection: Connection, found: list[Ticket]) -> tuple[Target, ...]:
    known = find_people(connection, {normal_address(ticket.requester) for ticket in found})
    return tuple(Target(ticket, known.get(normal_address(ticket.requester))) for ticket in found)
