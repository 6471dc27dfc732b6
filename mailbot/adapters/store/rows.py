"""Rows of the tables as the plain data of the domain, and back."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from mailbot.adapters.store import tables
from mailbot.domain.people import Language, Person, Role
from mailbot.domain.ticket import Status, Ticket

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import RowMapping

_OF_TICKET = tuple(field.name for field in fields(Ticket))
_OF_PERSON = tuple(field.name for field in fields(Person))
TICKET_COLUMNS = tuple(tables.tickets.c[name] for name in _OF_TICKET)
PERSON_COLUMNS = tuple(tables.people.c[name] for name in _OF_PERSON)


def ticket_of(row: RowMapping) -> Ticket:
    """Return the ticket of a row that has all TICKET_COLUMNS."""
    values = {name: row[name] for name in _OF_TICKET}
    return Ticket(**{**values, "status": Status(row["status"]), "language": Language(row["language"])})


def ticket_values(ticket: Ticket) -> dict[str, Any]:
    """Return the column values of a ticket."""
    return {name: getattr(ticket, name) for name in _OF_TICKET}


def person_of(row: RowMapping | Mapping[str, Any]) -> Person:
    """Return the person of a row that has all PERSON_COLUMNS."""
    values = {name: row[name] for name in _OF_PERSON}
    language = Language(row["language"]) if row["language"] else None
    return Person(**{**values, "role": Role(row["role"]), "language": language})
