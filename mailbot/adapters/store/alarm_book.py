"""The alarms as rows: what sounds, since when, and when a person was told of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from mailbot.adapters.store.engine import reading, writing
from mailbot.adapters.store.tables_watch import alarms
from mailbot.domain.alarms import Alarm, AlarmCode

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Engine

_KNOWN = frozenset(AlarmCode)


@dataclass(frozen=True, slots=True)
class AlarmBook:
    """The table of alarms. Every method raises WorldError when the database cannot be used now."""

    engine: Engine

    def find_open(self) -> list[Alarm]:
        """Return the alarms that sound, oldest first; codes of a newer version are left alone."""
        query = select(alarms.c.code, alarms.c.text, alarms.c.sounded_at, alarms.c.told_at)
        query = query.where(alarms.c.settled_at.is_(None)).order_by(alarms.c.id)
        with reading(self.engine) as connection:
            rows = connection.execute(query).all()
        return [Alarm(AlarmCode(code), *rest) for code, *rest in rows if code in _KNOWN]

    def keep(self, alarm: Alarm) -> None:
        """Write down that an alarm sounds, or what changed of it."""
        is_open = (alarms.c.code == alarm.code, alarms.c.settled_at.is_(None))
        changed = update(alarms).where(*is_open).values(text=alarm.text, told_at=alarm.told_at)
        with writing(self.engine) as connection:
            if connection.execute(changed).rowcount == 0:
                connection.execute(
                    insert(alarms).values(
                        code=alarm.code, text=alarm.text, sounded_at=alarm.sounded_at, told_at=alarm.told_at
                    )
                )

    def settle(self, code: AlarmCode, now: datetime) -> bool:
        """Write down that an alarm is over; False when it did not sound."""
        is_open = (alarms.c.code == code, alarms.c.settled_at.is_(None))
        with writing(self.engine) as connection:
            return connection.execute(update(alarms).where(*is_open).values(settled_at=now)).rowcount > 0
