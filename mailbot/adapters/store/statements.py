"""Statements that SQLAlchemy offers per database only, and how many values fit into one."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection, Engine, Table

Item = TypeVar("Item")

CHUNK = 500  # databases limit how many values one statement may carry


def chunks(items: Sequence[Item], size: int = CHUNK) -> Iterator[Sequence[Item]]:
    """Yield the items in their order, as many at once as one statement may carry."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def upsert(bind: Engine | Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT that knows ON CONFLICT, for either database."""
    if bind.dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)
