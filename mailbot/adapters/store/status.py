"""How the desk fares, from a few small questions that each an index answers: for people, monitoring and metrics."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from mailbot.adapters.store.engine import reading
from mailbot.adapters.store.held_back import find_held_back
from mailbot.adapters.store.tables import letters, mails, tickets
from mailbot.adapters.store.tables_watch import alarms, canaries, heartbeats
from mailbot.domain.health import AlarmLine, PartLine, Queue, Status, find_workers

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Engine

DAY = timedelta(days=1)


def find_status(engine: Engine, now: datetime) -> Status:
    """Return how the desk fares. Raises WorldError when the database cannot be used."""
    m, o = mails.c, letters.c
    held_back = find_held_back(engine, now)
    with reading(engine) as connection:

        def first(query: Any) -> Any:
            return connection.execute(query.limit(1)).scalar()

        def count(*conditions: Any) -> int:
            return connection.execute(select(func.count()).where(*conditions)).scalar_one()

        sent_at, seconds = _find_canary(connection)
        parts = tuple(PartLine(*row) for row in _find_parts(connection))
        return Status(
            at=now,
            parts=parts,
            workers=find_workers(parts, now),
            alarms=tuple(AlarmLine(*row) for row in _find_alarms(connection)),
            mails=Queue(count(m.state == "kept"), first(select(m.kept_at).where(m.state == "kept").order_by(m.id))),
            letters=Queue(
                count(o.state.in_(("pending", "sending"))),
                first(select(o.written_at).where(o.state.in_(("pending", "sending"))).order_by(o.id)),
            ),
            last_mail_at=first(select(m.kept_at).order_by(m.id.desc())),
            last_letter_at=first(select(func.max(o.sent_at))),
            letters_sent_today=count(o.sent_at > now - DAY),
            quarantined=count(m.state == "quarantined"),
            undelivered=count(o.state == "failed"),
            newest_mail=first(select(func.max(m.id))) or 0,
            newest_letter=first(select(func.max(o.id))) or 0,
            newest_ticket=first(select(func.max(tickets.c.id))) or 0,
            canary_sent_at=sent_at,
            canary_seconds=seconds,
            held_back=held_back,
        )


def _find_parts(connection: Connection) -> Any:
    columns = [heartbeats.c[name] for name in PartLine.__annotations__]
    return connection.execute(select(*columns).order_by(heartbeats.c.part, heartbeats.c.worker))


def _find_alarms(connection: Connection) -> Any:
    columns = [alarms.c[name] for name in AlarmLine.__annotations__]
    return connection.execute(select(*columns).where(alarms.c.settled_at.is_(None)).order_by(alarms.c.id))


def _find_canary(connection: Connection) -> tuple[datetime | None, float | None]:
    """Return when the last test mail was sent, and how many seconds the last one that came back travelled."""
    sent = connection.execute(select(canaries.c.sent_at).order_by(canaries.c.slot.desc()).limit(1)).scalar()
    query = select(canaries.c.sent_at, canaries.c.returned_at).where(canaries.c.returned_at.is_not(None))
    row = connection.execute(query.order_by(canaries.c.slot.desc()).limit(1)).first()
    return sent, (row.returned_at - row.sent_at).total_seconds() if row else None
