"""The directory of people: written by an import as a whole, read by the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from mailbot.adapters.store.engine import reading, writing
from mailbot.adapters.store.statements import upsert
from mailbot.adapters.store.tables import people
from mailbot.domain.errors import WorldError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Engine

    from mailbot.domain.decision import Settings
    from mailbot.domain.people import Person


# What a list of people does not say: an import must not undo what somebody chose by mail.
OWN_CHOICES = frozenset({"employee_id", "away_until", "notify"})
TAKEN_MEANWHILE = (
    "Somebody else changed the directory meanwhile, and two people would have one address. Nothing was imported; "
    "import the file again."
)


def keep_people(engine: Engine, persons: Sequence[Person]) -> tuple[int, int]:
    """Add and update people in one transaction; return how many were new and how many were known.

    People who are not in the list stay as they are. Two people who swap their addresses do not get in each other's way.
    Raises WorldError, and keeps nothing, when an address belongs to somebody who is not in the list.
    """
    try:
        with writing(engine) as connection:
            return put_people(connection, persons)
    except IntegrityError as error:
        raise WorldError(TAKEN_MEANWHILE) from error


def put_people(connection: Connection, persons: Sequence[Person]) -> tuple[int, int]:
    """Add and update people within a transaction; return how many were new and how many were known."""
    known = set(connection.execute(select(people.c.employee_id)).scalars())
    mine = [person.employee_id for person in persons if person.employee_id in known]
    for employee_id in mine:
        parked = update(people).where(people.c.employee_id == employee_id)
        connection.execute(parked.values(email=f"moving:{employee_id}"))
    for person in persons:
        values = {name: getattr(person, name) for name in people.c.keys()}  # noqa: SIM118 - a collection of columns
        statement = upsert(connection, people).values(values)
        changed = {name: value for name, value in values.items() if name not in OWN_CHOICES}
        connection.execute(statement.on_conflict_do_update(index_elements=[people.c.employee_id], set_=changed))
    return len(persons) - len(mine), len(mine)


def find_addresses(engine: Engine) -> dict[str, str]:
    """Return the address of everybody in the directory with the Employee ID it belongs to."""
    with reading(engine) as connection:
        return dict(connection.execute(select(people.c.email, people.c.employee_id)).all())


def count_people(engine: Engine) -> dict[str, int]:
    """Return how many active people have each role."""
    query = select(people.c.role, func.count()).where(people.c.active).group_by(people.c.role)
    with reading(engine) as connection:
        return dict(connection.execute(query).all())


def keep_settings(connection: Connection, settings: Settings) -> None:
    """Store what a person chose about themselves, within the transaction that obeys the decision."""
    mine = people.c.email == settings.email
    values: dict[str, Any] = {}
    if settings.language is not None:
        values["language"] = settings.language
    if settings.back or settings.away_until is not None:
        values["away_until"] = settings.away_until
    if settings.notify:
        stored = connection.execute(select(people.c.notify).where(mine).with_for_update()).scalar() or {}
        values["notify"] = stored | dict(settings.notify)
    if values:
        connection.execute(update(people).where(mine).values(values))
