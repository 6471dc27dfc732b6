"""Whether the books agree with themselves: no row that was there is gone, and every mail has its one end.

Cheap enough for every few minutes: rows are counted by an index, and only new ones are looked at one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, not_, or_, select

from mailbot.adapters.store.engine import reading, writing
from mailbot.adapters.store.statements import upsert
from mailbot.adapters.store.tables import events, mails, tickets
from mailbot.adapters.store.tables_watch import books
from mailbot.domain.decision import Outcome

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, Table

# What is never deleted: histories and the ledger keep their rows also when their words are erased.
COUNTED: tuple[Table, ...] = (mails, tickets, events)
# Mails before the last look may have waited then; so many of them are looked at once more.
LOOKED_AT_AGAIN = 1_000
_WITH_TICKET = (Outcome.OPENED, Outcome.UPDATED)


@dataclass(frozen=True, slots=True)
class _Count:
    """How many rows a table has up to which id, and how many of them are not newer than the last look."""

    highest: int
    counted: int
    still_there: int


def check_books(engine: Engine) -> list[str]:
    """Return in sentences what does not agree, and remember how many rows there are now. Raises WorldError."""
    with reading(engine) as connection:
        before = {name: (highest, counted) for name, highest, counted in connection.execute(select(books))}
        last = {table.name: before.get(table.name, (0, 0)) for table in COUNTED}
        now = {table.name: _count(connection, table, last[table.name][0]) for table in COUNTED}
        differences = [
            f"{counted - now[name].still_there} rows of the table {name!r} that were there are gone."
            for name, (_, counted) in last.items()
            if now[name].still_there < counted
        ]
        differences += _find_loose_mails(connection, last["mails"][0] - LOOKED_AT_AGAIN)
        differences += _find_silent_tickets(connection, last["tickets"][0])
    with writing(engine) as connection:
        for name, found in now.items():
            _keep(connection, name, found)
    return differences


def _count(connection: Connection, table: Any, highest: int) -> _Count:
    total = connection.execute(select(func.count()).select_from(table)).scalar_one()
    newer, top = connection.execute(select(func.count(), func.max(table.c.id)).where(table.c.id > highest)).one()
    return _Count(top or highest, total, total - newer)


def _keep(connection: Connection, name: str, found: _Count) -> None:
    statement = upsert(connection, books).values(name=name, highest=found.highest, counted=found.counted)
    changed = {"highest": statement.excluded.highest, "counted": statement.excluded.counted}
    connection.execute(statement.on_conflict_do_update(index_elements=[books.c.name], set_=changed))


def _find_loose_mails(connection: Connection, after: int) -> list[str]:
    """Find handled mails without an end, and mails whose ticket does not exist."""
    has_ticket = select(tickets.c.id).where(tickets.c.number == mails.c.ticket).exists()
    no_end = and_(mails.c.state != "kept", mails.c.outcome.not_in(list(Outcome)))
    no_ticket = and_(mails.c.outcome.in_(_WITH_TICKET), not_(has_ticket))
    query = select(func.count()).where(mails.c.id > after, or_(no_end, no_ticket))
    count = connection.execute(query).scalar_one()
    return [f"{count} mails are done and ended nowhere, or in a ticket that does not exist."] if count else []


def _find_silent_tickets(connection: Connection, after: int) -> list[str]:
    """Find tickets that have no line of history."""
    has_history = select(events.c.id).where(events.c.ticket_id == tickets.c.id).exists()
    query = select(func.count()).where(tickets.c.id > after, not_(has_history))
    count = connection.execute(query).scalar_one()
    return [f"{count} tickets have no history."] if count else []
