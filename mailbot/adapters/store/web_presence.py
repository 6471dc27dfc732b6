"""Who of the IT section has a ticket open on a page just now, so that two do not answer it at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from mailbot.adapters.store.engine import reading, writing
from mailbot.adapters.store.statements import upsert
from mailbot.adapters.store.tables import people
from mailbot.adapters.store.tables_staff import web_presence

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Engine

# A page says every 20 seconds that it is open; whoever missed three times has left.
GONE_AFTER = timedelta(seconds=60)
_P = web_presence.c


@dataclass(frozen=True, slots=True)
class Looking:
    """Somebody who has the ticket open, and since when."""

    name: str
    since: datetime


def keep_presence(engine: Engine, ticket: str, person: str, now: datetime) -> None:
    """Note that a person has a ticket open; who was away for a minute begins anew, and who left is forgotten."""
    with writing(engine) as connection:
        connection.execute(delete(web_presence).where(_P.seen_at < now - GONE_AFTER))
        statement = upsert(connection, web_presence).values(ticket=ticket, person=person, opened_at=now, seen_at=now)
        connection.execute(
            statement.on_conflict_do_update(index_elements=[_P.ticket, _P.person], set_={"seen_at": now})
        )


def find_looking(engine: Engine, ticket: str, but: str, now: datetime) -> tuple[Looking, ...]:
    """Return who else has a ticket open, whoever came first standing first."""
    query = (
        select(people.c.name, _P.opened_at)
        .select_from(web_presence.join(people, people.c.email == _P.person))
        .where(_P.ticket == ticket, _P.person != but, _P.seen_at >= now - GONE_AFTER)
        .order_by(_P.opened_at, _P.person)
    )
    with reading(engine) as connection:
        return tuple(Looking(*row) for row in connection.execute(query))
