"""Filters of the queue that people gave a name: each person has own ones, and nobody sees those of others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select, update

from mailbot.adapters.store.engine import reading, writing
from mailbot.adapters.store.statements import upsert
from mailbot.adapters.store.tables_web import saved_filters

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Engine

MOST_FILTERS = 20
_F = saved_filters.c


@dataclass(frozen=True, slots=True)
class SavedFilter:
    """A filter with the name that its person gave it; `query` is as it stands in an address."""

    id: int
    name: str
    query: str


def find_filters(engine: Engine, person: str) -> tuple[SavedFilter, ...]:
    """Return the filters of a person, by name."""
    query = select(_F.id, _F.name, _F.query).where(_F.person == person).order_by(func.lower(_F.name), _F.id)
    with reading(engine) as connection:
        return tuple(SavedFilter(*row) for row in connection.execute(query))


def keep_filter(engine: Engine, person: str, name: str, query: str, now: datetime) -> bool:
    """Keep a filter; one with the same name becomes this one. False when the person has too many."""
    with writing(engine) as connection:
        others = select(func.count()).where(_F.person == person, _F.name != name)
        if connection.execute(others).scalar_one() >= MOST_FILTERS:
            return False
        values = {"query": query, "used_at": now}
        statement = upsert(connection, saved_filters).values(person=person, name=name, **values)
        connection.execute(statement.on_conflict_do_update(index_elements=[_F.person, _F.name], set_=values))
    return True


def use_filter(engine: Engine, person: str, filter_id: int, now: datetime) -> SavedFilter | None:
    """Return a filter of the person and note that it is used; None when there is none."""
    own = (_F.id == filter_id, _F.person == person)
    with writing(engine) as connection:
        statement = update(saved_filters).where(*own).values(used_at=now).returning(_F.id, _F.name, _F.query)
        row = connection.execute(statement).first()
        return SavedFilter(*row) if row else None


def drop_filter(engine: Engine, person: str, filter_id: int) -> bool:
    """Remove a filter of the person; False when there was none."""
    with writing(engine) as connection:
        return connection.execute(delete(saved_filters).where(_F.id == filter_id, _F.person == person)).rowcount > 0
