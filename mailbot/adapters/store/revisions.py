"""Which state the database is in, and which one this version of mailbot needs; Alembic is loaded only to change it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Column, MetaData, String, Table, inspect, select

from mailbot.adapters.store.engine import reading
from mailbot.domain.errors import WorldError
from mailbot.share import shared

if TYPE_CHECKING:
    from sqlalchemy import Engine

# Where Alembic keeps its place; its table is no part of ours.
_PLACE = Table("alembic_version", MetaData(), Column("version_num", String(32), nullable=False))


def find_known_revisions() -> list[str]:
    """Return the names that migrate_down() takes, newest first: the files of the migrations begin with them."""
    names = sorted((path.name for path in (shared("migrations") / "versions").glob("[0-9]*.py")), reverse=True)
    return [name.partition("_")[0] for name in names] + ["base"]


def find_revisions(engine: Engine) -> tuple[str, str]:
    """Return the revision the database has (empty: none) and the one this version of mailbot needs."""
    with reading(engine) as connection:
        is_migrated = inspect(connection).has_table(_PLACE.name)
        current = connection.execute(select(_PLACE.c.version_num)).scalar() if is_migrated else None
    return current or "", find_known_revisions()[0]


def require_current(engine: Engine) -> None:
    """Raise WorldError with what to do when the database is not at the revision that this version needs."""
    current, needed = find_revisions(engine)
    refuse_newer(current)
    if current != needed:
        raise WorldError(
            f"The database is at revision {current or 'none'}, this version of mailbot needs {needed}. "
            "Run `mailbot migrate`, then start again."
        )


def refuse_newer(current: str) -> None:
    """Raise WorldError when a newer version of mailbot made the database."""
    if current and current not in find_known_revisions():
        raise WorldError(
            f"The database is at revision {current}, which a newer version of mailbot made. Install that version again."
        )
