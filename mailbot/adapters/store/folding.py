"""News that wait for the IT section while the day's sending is used up: many letters become one of the next hour.

They were written and never tried. What they would have told goes to the news of the hour (held_news), out of which one
letter is written for each person; the letters themselves go, so that nothing is told twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, func, insert, select

from mailbot.adapters.store.engine import reading, writing
from mailbot.adapters.store.people_rows import find_people
from mailbot.adapters.store.sending_room import find_room
from mailbot.adapters.store.tables import events, held_news, letters
from mailbot.domain.quiet import ALLOWED
from mailbot.domain.send_quota import Priority
from mailbot.domain.trust import normal_address

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Engine

    from mailbot.domain.send_quota import SendQuota

# What may still go out soon goes out as it is.
WAITED = timedelta(minutes=10)
# One letter that waits is as good as one that sums up.
FEWEST = 2
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Folding:
    """Folds what waits for want of quota. Every method raises WorldError when the database cannot be used now."""

    engine: Engine
    quota: SendQuota

    def fold_waiting(self, now: datetime) -> int:
        """Fold the letters of everybody for whom several wait; return how many there were."""
        with reading(self.engine) as connection:
            room = find_room(connection, self.quota, now)
            if room is None or room.others:
                return 0
            readers = _find_readers(connection, now)
        if not readers:
            return 0
        with writing(self.engine) as connection:
            ids = select(letters.c.id).where(_waits(now), letters.c.to.in_(readers)).order_by(letters.c.id)
            gone = delete(letters).where(letters.c.id.in_(ids.limit(AT_ONCE)), _waits(now))
            columns = letters.c.id, letters.c.to, letters.c.ticket_id, letters.c.kind, letters.c.written_at
            folded = sorted(connection.execute(gone.returning(*columns)).all())
            _hold(connection, folded)
        return len(folded)


def _waits(now: datetime) -> ColumnElement[bool]:
    """Return which letters may be folded: news of tickets that nobody tried to send yet, and that may come later."""
    is_news = and_(letters.c.priority == Priority.NOTICE, letters.c.kind.in_(list(ALLOWED)))
    is_untried = and_(letters.c.state == "pending", letters.c.attempts == 0, letters.c.due_at <= now)
    return and_(is_untried, is_news, letters.c.ticket_id.is_not(None), letters.c.written_at <= now - WAITED)


def _find_readers(connection: Connection, now: datetime) -> list[str]:
    query = select(letters.c.to).where(_waits(now)).group_by(letters.c.to).having(func.count() >= FEWEST)
    return list(connection.execute(query).scalars())


def _hold(connection: Connection, folded: Sequence[Any]) -> None:
    """Keep the news of these letters; who did what, in which words, stands in the line of history of that moment."""
    said = _find_lines(connection, {row.ticket_id for row in folded}, {row.written_at for row in folded})
    people = find_people(connection, {normal_address(actor) for actor, _ in said.values()})
    rows = []
    for row in folded:
        actor, text = said.get((row.ticket_id, row.written_at), ("", ""))
        person = people.get(normal_address(actor))
        values = {"to": row.to, "ticket_id": row.ticket_id, "kind": row.kind, "text": text, "at": row.written_at}
        rows.append({**values, "actor": person.name if person else ""})
    if rows:
        connection.execute(insert(held_news), rows)


def _find_lines(
    connection: Connection, tickets: Iterable[int], moments: Iterable[datetime]
) -> dict[tuple[int, datetime], tuple[str, str]]:
    """Return who did what, by ticket and moment: the first line that says something, as a letter would tell it."""
    e = events.c
    query = select(e.ticket_id, e.at, e.actor, e.text).where(e.ticket_id.in_(tickets), e.at.in_(moments), ~e.internal)
    found: dict[tuple[int, datetime], tuple[str, str]] = {}
    for ticket, at, actor, text in connection.execute(query.order_by(e.id)):
        found.setdefault((ticket, at), (actor, text))
    return found
