"""Which files of the file store the tables name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_, select, union

from mailbot.adapters.store.engine import reading
from mailbot.adapters.store.tables import files, mails, tickets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

_BATCH = 2000
_FEW = 5


def find_file_names(connection: Connection) -> Iterator[str]:
    """Yield the names of all files that a row needs, each once, in ascending order."""
    columns = (mails.c.sha256, files.c.sha256, files.c.preview)
    named = union(*(select(column.label("name")).where(column != "") for column in columns)).subquery()
    query = select(named.c.name).order_by(named.c.name).execution_options(yield_per=_BATCH)
    yield from connection.execute(query).scalars()


def find_owners(engine: Engine, name: str) -> str:
    """Return, as a sentence, which mails and tickets need this file."""
    of_mails = select(mails.c.id).where(mails.c.sha256 == name).limit(_FEW)
    of_tickets = select(tickets.c.number).join(files).where(or_(files.c.sha256 == name, files.c.preview == name))
    with reading(engine) as connection:
        found = [f"mail {id_}" for id_ in connection.execute(of_mails).scalars()]
        found += [f"ticket {number}" for number in connection.execute(of_tickets.distinct().limit(_FEW)).scalars()]
    return f"It belongs to {', '.join(found)}." if found else "It belongs to nothing any more."
