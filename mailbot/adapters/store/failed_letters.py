"""Letters that did not arrive: which, why, and sending them once more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from mailbot.adapters.store.engine import reading, writing
from mailbot.adapters.store.tables import letters, people, tickets
from mailbot.adapters.store.tables_energy import mutes

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import Engine

# A link to sign in with is over long before anybody could send it again.
NEVER_AGAIN = frozenset({"sign_in"})
_L = letters.c


@dataclass(frozen=True, slots=True)
class FailedLetter:
    """A letter that nobody got; `name` is whose address it is now, empty when it is nobody's any more."""

    id: int
    to: str
    kind: str
    subject: str
    ticket: str
    name: str
    attempts: int
    answer: str
    written_at: datetime
    muted_until: datetime | None

    @property
    def may_go_again(self) -> bool:
        """Whether sending it once more is of any use."""
        return self.kind not in NEVER_AGAIN


def find_failed(engine: Engine, now: datetime, before: int = 0, limit: int = 50) -> tuple[FailedLetter, ...]:
    """Return letters that failed, the newest first; `before` is the last one of the part above."""
    joined = letters.outerjoin(tickets).outerjoin(people, (people.c.email == _L.to) & people.c.active)
    joined = joined.outerjoin(mutes, (mutes.c.address == _L.to) & (mutes.c.until > now))
    columns = (_L.id, _L.to, _L.kind, _L.subject, tickets.c.number, people.c.name, _L.attempts, _L.answer)
    query = select(*columns, _L.written_at, mutes.c.until).select_from(joined).where(_L.state == "failed")
    query = query.where(_L.id < before) if before else query
    with reading(engine) as connection:
        rows = connection.execute(query.order_by(_L.id.desc()).limit(limit))
        return tuple(
            FailedLetter(i, to, kind, subject, number or "", name or "", attempts, answer, written, until)
            for i, to, kind, subject, number, name, attempts, answer, written, until in rows
        )


def send_again(engine: Engine, ids: Collection[int], now: datetime) -> list[int]:
    """Put failed letters back into the queue with all their attempts; return which of them had failed."""
    fresh = {"state": "pending", "answer": "", "attempts": 0, "unknowns": 0, "due_at": now, "leased_until": None}
    statement = update(letters).where(_L.id.in_(list(ids)), _L.state == "failed", _L.kind.not_in(NEVER_AGAIN))
    with writing(engine) as connection:
        return sorted(connection.execute(statement.values(fresh).returning(_L.id)).scalars())
