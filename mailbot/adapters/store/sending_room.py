"""How much of the day's sending is used, counted over the letters that went out."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import and_, bindparam, exists, func, or_, select

from mailbot.adapters.store.engine import reading
from mailbot.adapters.store.tables import letters
from mailbot.adapters.store.tables_energy import mutes
from mailbot.domain.send_quota import Priority

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Engine, RowMapping

    from mailbot.domain.send_quota import Room, SendQuota

DAY = timedelta(days=1)
_SENT = select(func.count()).select_from(letters).where(letters.c.sent_at > bindparam("since"))


def count_sent(connection: Connection, now: datetime) -> int:
    """Return how many letters went out in the last 24 hours."""
    return connection.execute(_SENT, {"since": now - DAY}).scalar_one()


def find_room(connection: Connection, quota: SendQuota, now: datetime) -> Room | None:
    """Return how many letters may go out now, or None when nobody counts."""
    return quota.find_room(count_sent(connection, now)) if quota.per_day else None


def find_sending(engine: Engine, now: datetime) -> tuple[int, int]:
    """Return how many letters went out in the last 24 hours, and how many wait and are due."""
    waiting = select(func.count()).where(letters.c.state == "pending", letters.c.due_at <= now)
    with reading(engine) as connection:
        return count_sent(connection, now), connection.execute(waiting).scalar_one()


def goes_with_people() -> ColumnElement[bool]:
    """Return which letters may go while little is left: those of people, and what stands before one of theirs."""
    later = letters.alias("later")
    stands_before = exists().where(
        later.c.ticket_id == letters.c.ticket_id,
        later.c.to == letters.c.to,
        later.c.id > letters.c.id,
        and_(later.c.state == "pending", later.c.priority == Priority.PEOPLE),
    )
    return or_(letters.c.priority == Priority.PEOPLE, stands_before)


def fit(rows: Sequence[RowMapping], room: Room | None) -> list[RowMapping]:
    """Return as many of these letters as there is room for; what must be settled without sending fits always."""
    if room is None:
        return list(rows)
    fitting, others = [], room.others
    for row in rows[: room.people]:
        if row["priority"] != Priority.PEOPLE and room.others:
            if not others:
                continue
            others -= 1
        fitting.append(row)
    return fitting


def is_muted(now: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Return whether a letter's address is muted at that moment."""
    return exists().where(mutes.c.address == func.lower(letters.c.to), mutes.c.until > now)
