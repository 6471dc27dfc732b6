"""Heartbeats: one row for each part of the worker, so that anybody can see from outside whether it lives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailbot.adapters.store.engine import writing
from mailbot.adapters.store.statements import upsert
from mailbot.adapters.store.tables_watch import heartbeats

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Engine

    from mailbot.domain.watching import Beat, Part

LONGEST_ERROR = 500


def keep_beats(engine: Engine, worker: str, beats: Mapping[Part, Beat], now: datetime) -> None:
    """Write the rows of all parts, in one transaction. Raises WorldError."""
    rows = [
        {
            "part": part,
            "worker": worker,
            "beaten_at": now,
            "succeeded_at": beat.succeeded_at,
            "failed_at": beat.failed_at,
            "error": beat.error[:LONGEST_ERROR],
        }
        for part, beat in beats.items()
    ]
    statement = upsert(engine, heartbeats)
    changed = {column.name: statement.excluded[column.name] for column in heartbeats.c if column.name != "part"}
    with writing(engine) as connection:
        connection.execute(statement.on_conflict_do_update(index_elements=[heartbeats.c.part], set_=changed), rows)
