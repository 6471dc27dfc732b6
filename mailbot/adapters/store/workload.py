"""How much work each of the IT section has, looked up only for a mail that may give somebody a ticket."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from mailbot.adapters.store.tables import tickets
from mailbot.domain.desk import TicketLine
from mailbot.domain.ticket import Status
from mailbot.domain.trust import normal_address
from mailbot.domain.verbs import Verb

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from mailbot.domain.desk import Known
    from mailbot.domain.people import Person
    from mailbot.domain.thread import Clues
    from mailbot.domain.ticket import Ticket

WORKING = (Status.NEW, Status.IN_PROGRESS, Status.WAITING)
# Whoever got none of the last so many tickets is next; so the question costs the same with a million tickets.
LATEST_TICKETS = 200
# As many as a letter can show.
MOST_LISTED = 100
_LINE = ("number", "title", "module", "priority", "status", "requester", "opened_at", "assignee")


def find_absent(staff: Sequence[Person], now: datetime) -> frozenset[str]:
    """Return the addresses of those who are away now."""
    return frozenset(normal_address(person.email) for person in staff if person.is_away(now))


def find_present(staff: Sequence[Person], now: datetime) -> frozenset[str]:
    """Return the addresses of those who are there now."""
    return frozenset(normal_address(person.email) for person in staff) - find_absent(staff, now)


def may_assign(clues: Clues, ticket: Ticket | None, present: frozenset[str]) -> bool:
    """Tell whether a mail may lead to an assignment, as far as it can be known before it is decided.

    `present` are the addresses of those of the IT section who are there.
    """
    if not clues.owned:
        return False
    if ticket is None:
        return clues.opens_in in clues.owned
    if ticket.status is Status.NEW:
        return clues.moves or "module" in ticket.missing.split()  # one line may name the module that was asked for
    if ticket.status in WORKING:
        return False
    return normal_address(ticket.assignee) not in present or (
        ticket.status is not Status.RESOLVED and clues.opens_in in clues.owned
    )


def with_workload(connection: Connection, clues: Clues, known: Known, now: datetime) -> Known:
    """Return what is known of a mail with who has how much work, if it may lead to an assignment."""
    present = find_present(known.staff, now)
    concerned = (known.ticket, *(target.ticket for target in known.targets.values()))
    if not any(may_assign(clues, one, present) for one in concerned):
        return known
    return replace(known, workload=count_open(connection, known.staff), turns=find_turns(connection))


def count_open(connection: Connection, staff: Sequence[Person]) -> Mapping[str, int]:
    """Return how many open tickets each of these people has; who has none is not named."""
    query = (
        select(tickets.c.assignee, func.count())
        .where(tickets.c.assignee.in_([person.email for person in staff]), tickets.c.status.in_(WORKING))
        .group_by(tickets.c.assignee)
    )
    return {normal_address(assignee): count for assignee, count in connection.execute(query)}


def find_own_work(connection: Connection, clues: Clues, person: Person | None) -> tuple[TicketLine, ...]:
    """Return the open tickets of somebody who goes away or comes back, oldest first."""
    if person is None or not any(question.verb in {Verb.AWAY, Verb.BACK} for question in clues.questions):
        return ()
    columns = [tickets.c[name] for name in _LINE]
    query = select(*columns).where(tickets.c.assignee == person.email, tickets.c.status.in_(WORKING))
    rows = connection.execute(query.order_by(tickets.c.id).limit(MOST_LISTED)).mappings()
    return tuple(TicketLine(**row) for row in rows)


def find_turns(connection: Connection) -> Mapping[str, int]:
    """Return for everybody who has one of the latest tickets a number that is higher the later it was opened."""
    latest = select(tickets.c.id, tickets.c.assignee).order_by(tickets.c.id.desc()).limit(LATEST_TICKETS).subquery()
    query = select(latest.c.assignee, func.max(latest.c.id)).where(latest.c.assignee != "").group_by(latest.c.assignee)
    return {normal_address(assignee): turn for assignee, turn in connection.execute(query)}
