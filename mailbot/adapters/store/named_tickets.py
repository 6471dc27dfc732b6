"""Tickets that a mail names by number, and those of its sender that a wrong number may mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from mailbot.adapters.store.people_rows import find_people
from mailbot.adapters.store.rows import TICKET_COLUMNS, ticket_of
from mailbot.adapters.store.tables import tickets
from mailbot.domain.desk import Target
from mailbot.domain.number_lists import is_well_formed, near_numbers
from mailbot.domain.scene import is_requester
from mailbot.domain.trust import normal_address

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from mailbot.domain.people import Person
    from mailbot.domain.thread import Clues

MOST_NEAR = 5


def find_targets(connection: Connection, clues: Clues, sender: str, person: Person | None) -> dict[str, Target]:
    """Return the tickets that commands name, as far as they exist and the sender may know of them."""
    return _find_own(connection, clues.targets, sender, person) if sender else {}


def find_near(
    connection: Connection, clues: Clues, known: Iterable[str], sender: str, person: Person | None
) -> dict[str, tuple[str, ...]]:
    """Return each number of the mail that is no ticket the sender may know of, with those it may mean.

    `known` are the numbers that were looked up already; a mail that names no other needs no query. Somebody else's
    ticket is among them exactly as a number that was never given.
    """
    if not sender:
        return {}
    known = set(known)
    known |= set(
        _find_own(connection, tuple(number for number in clues.numbers if number not in known), sender, person)
    )
    wrong = [
        number for number in dict.fromkeys((*clues.targets, *clues.numbers, *clues.mistyped)) if number not in known
    ]
    candidates = {number: () if is_well_formed(number) else near_numbers(number) for number in wrong}
    own = _find_own(connection, tuple({near for nears in candidates.values() for near in nears}), sender, person)
    return {number: tuple(near for near in nears if near in own)[:MOST_NEAR] for number, nears in candidates.items()}


def _find_own(
    connection: Connection, numbers: tuple[str, ...], sender: str, person: Person | None
) -> dict[str, Target]:
    """Return the tickets of these numbers with their requesters; an officer's are only his own."""
    if not numbers:
        return {}
    query = select(*TICKET_COLUMNS).where(tickets.c.number.in_(numbers))
    found = [ticket_of(row) for row in connection.execute(query).mappings()]
    requesters = find_people(connection, {normal_address(ticket.requester) for ticket in found})
    is_staff = person is not None and person.is_staff
    own = {}
    for ticket in found:
        requester = requesters.get(normal_address(ticket.requester))
        if is_staff or is_requester(ticket, sender, requester.email if requester else ""):
            own[ticket.number] = Target(ticket, requester)
    return {number: own[number] for number in numbers if number in own}
