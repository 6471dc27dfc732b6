"""An import of people with all it means for their tickets: planned from the tables, shown, and kept in one go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError

from mailbot.adapters.store.directory import TAKEN_MEANWHILE, put_people
from mailbot.adapters.store.engine import reading, writing
from mailbot.adapters.store.rows import PERSON_COLUMNS, TICKET_COLUMNS, person_of, ticket_of
from mailbot.adapters.store.statements import chunks
from mailbot.adapters.store.tables import people, tickets
from mailbot.domain.errors import WorldError
from mailbot.domain.transfers import SETTLED, Follow, Renewal, TicketMove, compare_people, decide_import, move_tickets

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from mailbot.adapters.store.applying import Applier
    from mailbot.domain.people import Person
    from mailbot.domain.ticket import Ticket

# As many addresses as one query names; both databases take far more.
ADDRESSES_AT_ONCE = 400


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import does, or did."""

    renewal: Renewal
    moves: tuple[TicketMove, ...]
    listed: int


@dataclass(frozen=True, slots=True)
class PeopleImport:
    """Imports lists of people; `full` means that whoever is not in the list has left."""

    applier: Applier
    follow: Follow

    def plan(self, persons: Sequence[Person], *, full: bool) -> Plan:
        """Return what an import would do; nothing is written."""
        with reading(self.applier.engine) as connection:
            return self._plan(connection, persons, full=full)

    def keep(self, persons: Sequence[Person], now: datetime, *, full: bool) -> Plan:
        """Import the list in one transaction, with what it means for tickets; return what was done."""
        try:
            with writing(self.applier.engine) as connection:
                plan = self._plan(connection, persons, full=full)
                put_people(connection, persons)
                for person in plan.renewal.left:
                    gone = update(people).where(people.c.employee_id == person.employee_id)
                    connection.execute(gone.values(active=False))
                decision = decide_import(plan.renewal, plan.moves, self.applier.desk, f"import {now.isoformat()}")
                self.applier.apply_within(connection, decision, now)
        except IntegrityError as error:
            raise WorldError(TAKEN_MEANWHILE) from error
        return plan

    def _plan(self, connection: Connection, persons: Sequence[Person], *, full: bool) -> Plan:
        rows = connection.execute(select(*PERSON_COLUMNS)).mappings()
        renewal = compare_people({row["employee_id"]: person_of(row) for row in rows}, persons, full=full)
        found = {ticket.number: ticket for ticket in _find_tickets(connection, renewal)}
        return Plan(renewal, move_tickets(renewal, found.values(), self.follow), len(persons))


def _find_tickets(connection: Connection, renewal: Renewal) -> Iterator[Ticket]:
    """Return the open tickets of everybody concerned, and the settled ones of those with a new address."""
    readdressed = {before.email for before, _ in renewal.readdressed}
    addresses = sorted(renewal.addresses)
    for some in chunks(addresses, ADDRESSES_AT_ONCE):
        named = or_(tickets.c.requester.in_(some), tickets.c.assignee.in_(some), tickets.c.copy_to.in_(some))
        for row in connection.execute(select(*TICKET_COLUMNS).where(named).order_by(tickets.c.id)).mappings():
            ticket = ticket_of(row)
            if ticket.status not in SETTLED or readdressed & {ticket.requester, ticket.assignee, ticket.copy_to}:
                yield ticket
