"""The work of the night is claimed once, whatever number of workers there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from mailbot.adapters.store.engine import reading, writing
from mailbot.adapters.store.statements import upsert
from mailbot.adapters.store.tables import schedules

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Engine

NAME = "upkeep"


def claim_night(engine: Engine, now: datetime, following: datetime) -> bool:
    """Tell whether the work is due and ours, and set its next time; the first look only sets the first time."""
    query = select(schedules.c.due_at).where(schedules.c.name == NAME)
    with reading(engine) as connection:
        due = connection.execute(query).scalar()
    if due is not None and due > now:
        return False
    with writing(engine) as connection:
        if due is None:
            first = upsert(connection, schedules).values(name=NAME, due_at=following)
            connection.execute(first.on_conflict_do_nothing())
            return False
        claimed = update(schedules).where(schedules.c.name == NAME, schedules.c.due_at == due)
        return connection.execute(claimed.values(due_at=following, done_at=now)).rowcount == 1


def put_off_night(engine: Engine, until: datetime) -> None:
    """Let the work be due again at that moment."""
    with writing(engine) as connection:
        connection.execute(update(schedules).where(schedules.c.name == NAME).values(due_at=until))
