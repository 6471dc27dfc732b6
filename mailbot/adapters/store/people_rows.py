"""People of the directory as the rules ask for them: by address, by Employee ID, and the IT section."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, or_, select

from mailbot.adapters.store.rows import PERSON_COLUMNS, person_of
from mailbot.adapters.store.statements import chunks
from mailbot.adapters.store.tables import people
from mailbot.domain.trust import normal_address

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from sqlalchemy import Connection, Select

    from mailbot.domain.people import Person
    from mailbot.domain.ticket import Ticket

_ACTIVE = select(*PERSON_COLUMNS).where(people.c.active).order_by(people.c.employee_id)
_HAS_ADDRESS = people.c.email.in_(bindparam("addresses", expanding=True))
_HAS_ID = people.c.employee_id.in_(bindparam("ids", expanding=True))
_IS_STAFF = people.c.role.in_(["staff", "lead"])

_OF_ADDRESSES = _ACTIVE.where(_HAS_ADDRESS)
_OF_IDS = _ACTIVE.where(_HAS_ID)
_STAFF = _ACTIVE.where(_IS_STAFF)
_CONCERNED = _ACTIVE.where(or_(_HAS_ADDRESS, _HAS_ID, _IS_STAFF))


@dataclass(frozen=True, slots=True)
class Concerned:
    """Whom a mail concerns: who has its sender's address, who has an Employee ID it names, and the IT section."""

    sender: Person | None
    employees: tuple[Person, ...]
    staff: tuple[Person, ...]


def find_concerned(connection: Connection, address: str, ids: Iterable[str]) -> Concerned:
    """Return the active people whom a mail concerns, all in one question; an empty Employee ID is nobody's."""
    named = {one for one in ids if one}
    found = _find(connection, _CONCERNED, {"addresses": [address] if address else [], "ids": sorted(named)})
    return Concerned(
        sender=next((one for one in found if one.email == address), None),
        employees=tuple(one for one in found if one.employee_id in named),
        staff=tuple(one for one in found if one.is_staff),
    )


def find_staff(connection: Connection) -> tuple[Person, ...]:
    """Return the active people of the IT section, in a stable order."""
    return _find(connection, _STAFF, {})


def find_requester(connection: Connection, ticket: Ticket) -> Person | None:
    """Return the directory's row of a ticket's requester; bare addresses have none."""
    address = normal_address(ticket.requester)
    return find_people(connection, [address]).get(address)


def find_people(connection: Connection, addresses: Iterable[str]) -> Mapping[str, Person]:
    """Return the active people with these addresses, by their addresses; an empty one is nobody's."""
    wanted = sorted(set(addresses) - {""})
    return {
        normal_address(person.email): person
        for some in chunks(wanted)
        for person in _find(connection, _OF_ADDRESSES, {"addresses": some})
    }


def find_person(connection: Connection, employee_id: str) -> Person | None:
    """Return the active person with an Employee ID; an empty one is nobody's."""
    return next(iter(_find(connection, _OF_IDS, {"ids": [employee_id]})), None) if employee_id else None


def _find(connection: Connection, query: Select[Any], asked: dict[str, Sequence[str]]) -> tuple[Person, ...]:
    return tuple(person_of(row) for row in connection.execute(query, asked).mappings())
