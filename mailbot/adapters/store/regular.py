"""The table of regular letters: when each is due, and that it is written once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from mailbot.adapters.store.engine import reading, writing
from mailbot.adapters.store.posting import Correspondence, LetterTask, post_letters, thread_for
from mailbot.adapters.store.statements import upsert
from mailbot.adapters.store.tables import held_news, letters, schedules
from mailbot.domain.errors import ChangedMeanwhileError
from mailbot.domain.schedules import DueSchedule, next_due

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import Connection, Engine

    from mailbot.adapters.store.posting import Writing
    from mailbot.domain.calendar import Calendar
    from mailbot.domain.letter import LetterOrder
    from mailbot.domain.reporting.bulletin import Bulletin
    from mailbot.domain.schedules import Schedule


@dataclass(frozen=True, slots=True)
class RegularLetters:
    """Which letters come regularly, and when each was written last."""

    engine: Engine
    calendar: Calendar
    plans: Mapping[str, Schedule]
    write: Writing

    def find_due(self, now: datetime) -> list[DueSchedule]:
        """Return the regular letters that are due; one that has no row yet gets its first time now."""
        if not self.plans:
            return []
        query = select(schedules.c.name, schedules.c.due_at).where(schedules.c.name.in_(self.plans))
        with reading(self.engine) as connection:
            rows = dict(connection.execute(query).all())
        for name, plan in self.plans.items():
            first = next_due(plan, now, self.calendar)
            if name not in rows or rows[name] > next_due(plan, first, self.calendar):
                # New, or so far ahead that a clock that was wrong, or other settings, must have set it.
                rows[name] = self._begin(name, rows.get(name), first)
        return [DueSchedule(name, due) for name, due in sorted(rows.items()) if due <= now]

    def settle(self, due: DueSchedule, bulletin: Bulletin | None, now: datetime) -> None:
        """Post the letters, forget the news they tell, and set the next time, all or nothing.

        Raises ChangedMeanwhileError when another worker did it.
        """
        later = next_due(self.plans[due.name], now, self.calendar)
        claim = update(schedules).where(schedules.c.name == due.name, schedules.c.due_at == due.due_at)
        with writing(self.engine) as connection:
            if connection.execute(claim.values(due_at=later, done_at=now)).rowcount != 1:
                raise ChangedMeanwhileError(f"the regular letter {due.name} was written meanwhile")
            if bulletin is None:
                return
            post_for_desk(connection, self.write, bulletin.letters, now, due.name)
            if bulletin.told:
                connection.execute(delete(held_news).where(held_news.c.id.in_(bulletin.told)))

    def _begin(self, name: str, before: datetime | None, due: datetime) -> datetime:
        """Set the first time of a regular letter; another worker may be doing the same."""
        with writing(self.engine) as connection:
            if before is None:
                row = upsert(connection, schedules).values(name=name, due_at=due)
                connection.execute(row.on_conflict_do_nothing(index_elements=[schedules.c.name]))
            else:
                moved = update(schedules).where(schedules.c.name == name, schedules.c.due_at == before)
                connection.execute(moved.values(due_at=due))
        return due


def post_for_desk(
    connection: Connection, write: Writing, orders: Iterable[LetterOrder], now: datetime, occasion: str
) -> None:
    """Write letters about no single ticket, and put them into the outbox."""
    for order in orders:
        task = LetterTask(
            order=order,
            ticket=None,
            requester=None,
            assignee=None,
            thread=thread_for(order, Correspondence((), ()), None),
            attachments=(),
            at=now,
            event_key=order.key or f"{occasion} {now.isoformat()}",
        )
        letter = write(task)
        # The same occasion has the same Message-ID: a clock that went back, or other settings, write nothing twice.
        known = select(letters.c.id).where(letters.c.message_id == letter.message_id)
        if connection.execute(known).first() is None:
            post_letters(connection, None, [(order, letter)], now)
