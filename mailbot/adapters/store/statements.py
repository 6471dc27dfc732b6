"""Statements that SQLAlchemy offers per database only, and how many values fit into one."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any

    from sqlalchemy import Connection, Engine, Table

Item = TypeVar("Item")

CHUNK = 500  # databases limit how many values one statement may carry


def chunks(items: Sequence[Item], size: int = CHUNK) -> Iterator[Sequence[Item]]:
    """Yield the items in their order, as many at once as one statement may carry."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def on_both(make: Callable[[Any], Item]) -> Mapping[str, Item]:
    """Return a statement with ON CONFLICT by the name of each database; `make` gets the INSERT of that database.

    It is for statements of every mail, which are made once: making one takes longer than carrying it out.
    """
    return {"sqlite": make(sqlite.insert), "postgresql": make(postgresql.insert)}


def upsert(bind: Engine | Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT that knows ON CONFLICT, for either database."""
    if bind.dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)
