"""Heartbeats: one row for each part of each worker, so that anybody can see from outside which of them live."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete

from mailbot.adapters.store.engine import writing
from mailbot.adapters.store.statements import upsert
from mailbot.adapters.store.tables_watch import heartbeats

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Engine

    from mailbot.domain.watching import Beat

LONGEST_ERROR = 500
# So long another worker's last sign of life stays, for a person to see which one died.
FORGOTTEN_AFTER = timedelta(hours=6)


def keep_beats(engine: Engine, worker: str, beats: Mapping[str, Beat], now: datetime) -> None:
    """Write the rows of all parts that this worker cares for, in one transaction. Raises WorldError.

    What workers left behind that died long ago is forgotten with it.
    """
    rows = [
        {
            "worker": worker,
            "part": part,
            "beaten_at": now,
            "succeeded_at": beat.succeeded_at,
            "failed_at": beat.failed_at,
            "error": beat.error[:LONGEST_ERROR],
        }
        for part, beat in beats.items()
        if not beat.elsewhere
    ]
    statement, key = upsert(engine, heartbeats), [heartbeats.c.worker, heartbeats.c.part]
    changed = {column.name: statement.excluded[column.name] for column in heartbeats.c if not column.primary_key}
    with writing(engine) as connection:
        if rows:
            connection.execute(statement.on_conflict_do_update(index_elements=key, set_=changed), rows)
        connection.execute(delete(heartbeats).where(heartbeats.c.beaten_at < now - FORGOTTEN_AFTER))


def end_beats(engine: Engine, worker: str) -> None:
    """Take away the rows of a worker that ends as it should: it is not missed. Raises WorldError."""
    with writing(engine) as connection:
        connection.execute(delete(heartbeats).where(heartbeats.c.worker == worker))
