"""Leases: only one worker at a time does what only one may do, and a dead worker's lease runs out."""

from __future__ import annotations

import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, or_

from mailbot.adapters.store.engine import writing
from mailbot.adapters.store.statements import on_both, upsert
from mailbot.adapters.store.tables_leases import leases
from mailbot.domain.errors import WorldError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime, timedelta

    from sqlalchemy import Connection, Engine

RENEWALS = 3
_TAKE_TURN = on_both(
    lambda insert: (row := insert(leases)).on_conflict_do_update(
        index_elements=[leases.c.name], set_={"until": row.excluded.until}
    )
)


def take_turn(connection: Connection, name: str, now: datetime) -> None:
    """Let nobody else who takes a turn of this name go on until this transaction ends; the row is the lock."""
    connection.execute(_TAKE_TURN[connection.dialect.name], {"name": name, "holder": "", "until": now})


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

    @contextmanager
    def held(self, name: str, clock: Callable[[], datetime]) -> Iterator[None]:
        """Keep a lease that was acquired from running out while the work of a `with` block goes on."""
        done = threading.Event()

        def renew() -> None:
            while not done.wait(self.length.total_seconds() / RENEWALS):
                # A database that is away just now is met by the work itself.
                with suppress(WorldError):
                    self.acquire(name, clock())

        thread = threading.Thread(target=renew, name="lease", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()
