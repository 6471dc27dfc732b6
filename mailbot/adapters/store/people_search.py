"""The directory as it is searched on a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select

from mailbot.adapters.store.engine import reading
from mailbot.adapters.store.rows import PERSON_COLUMNS, person_of
from mailbot.adapters.store.tables import bindings, people
from mailbot.adapters.store.tables_energy import mutes

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Engine

    from mailbot.domain.people import Person

MOST_FOUND = 50
_MOST_WORDS = 6
_SEARCHED = (people.c.name, people.c.employee_id, people.c.email, people.c.office, people.c.zone, people.c.designation)


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody of the directory; `others` are further addresses, `muted_until` is when letters go there again."""

    person: Person
    others: tuple[str, ...]
    muted_until: datetime | None


def search_people(engine: Engine, words: str, now: datetime) -> tuple[Found, ...]:
    """Return who has all of these words in name, number, address, office, zone or designation; the first ones by name.

    People who have left are found as well.
    """
    query = select(*PERSON_COLUMNS, mutes.c.until).select_from(
        people.outerjoin(mutes, (mutes.c.address == people.c.email) & (mutes.c.until > now))
    )
    for word in words.lower().split()[:_MOST_WORDS]:
        query = query.where(or_(*(func.lower(column).contains(word, autoescape=True) for column in _SEARCHED)))
    query = query.order_by(people.c.active.desc(), func.lower(people.c.name), people.c.employee_id).limit(
        MOST_FOUND + 1
    )
    with reading(engine) as connection:
        rows = connection.execute(query).mappings().all()
        ids = [row["employee_id"] for row in rows]
        bound = select(bindings.c.employee_id, bindings.c.address).where(
            bindings.c.employee_id.in_(ids), bindings.c.state == "bound"
        )
        others: dict[str, list[str]] = {}
        for employee_id, address in connection.execute(bound.order_by(bindings.c.id)):
            others.setdefault(employee_id, []).append(address)
    return tuple(Found(person_of(row), tuple(others.get(row["employee_id"], ())), row["until"]) for row in rows)
