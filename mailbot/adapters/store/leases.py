"""Leases: only one worker at a time does what only one may do, and a dead worker's lease runs out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, or_

from mailbot.adapters.store.engine import writing
from mailbot.adapters.store.statements import upsert
from mailbot.adapters.store.tables import leases

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from sqlalchemy import Engine


@dataclass(frozen=True, slots=True)
class Leases:
    """The leases that one worker, `holder`, asks for."""

    engine: Engine
    holder: str
    length: timedelta

    def acquire(self, name: str, now: datetime) -> bool:
        """Take or renew the lease of that name; False when another worker holds it."""
        statement = upsert(self.engine, leases).values(name=name, holder=self.holder, until=now + self.length)
        statement = statement.on_conflict_do_update(
            index_elements=[leases.c.name],
            set_={"holder": statement.excluded.holder, "until": statement.excluded.until},
            where=or_(leases.c.until <= now, leases.c.holder == self.holder),
        )
        with writing(self.engine) as connection:
            return connection.execute(statement.returning(leases.c.name)).first() is not None

    def release(self, name: str) -> None:
        """Give the lease back, if it is still ours."""
        with writing(self.engine) as connection:
            connection.execute(delete(leases).where(leases.c.name == name, leases.c.holder == self.holder))
