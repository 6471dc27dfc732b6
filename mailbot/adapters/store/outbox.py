"""The outbox: letters that wait, are being sent, were sent or failed. It implements the port of deliver.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, exists, or_, select, update

from mailbot.adapters.store.brakes import keep_bounce
from mailbot.adapters.store.engine import writing
from mailbot.adapters.store.sending_room import find_room, fit, is_muted, may_go
from mailbot.adapters.store.tables import letters, tickets
from mailbot.deliver import UNKNOWN_LIMIT, Outgoing
from mailbot.domain.muting import MUTED_ANSWER, weigh_refusal
from mailbot.domain.send_quota import NO_QUOTA

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, Select

    from mailbot.deliver import Settlement
    from mailbot.domain.send_quota import SendQuota

LOST = "The program stopped while it sent this letter, and nobody knows whether it arrived."
# A program that dies leaves a whole batch in doubt, of which it had sent some. A second death shall not meet them all.
DOUBTFUL_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Outbox:
    """The letters table as the sending half of the desk sees it."""

    engine: Engine
    lease: timedelta
    quota: SendQuota = NO_QUOTA

    def claim_letters(self, now: datetime, limit: int) -> list[Outgoing]:
        """Lease letters that are due, those of people first; per ticket and recipient only the first, in their order.

        Letters that a dead worker was sending come first and a few at a time. What goes to a muted address fails, and
        what the provider does not allow today waits.
        """
        with writing(self.engine) as connection:
            room = find_room(connection, self.quota, now)
            query = _find_due(now, may_go(room)).limit(limit)
            rows = connection.execute(query.with_for_update(skip_locked=True, of=letters)).mappings().all()
            muted = [row["id"] for row in rows if row["muted"]]
            rows = fit([row for row in rows if not row["muted"]], room)
            doubtful = [row for row in rows if row["state"] == "sending"]
            claimed = [self._outgoing(row) for row in doubtful[:DOUBTFUL_AT_ONCE] or rows]
            hopeless = [letter.id for letter in claimed if letter.unknowns >= UNKNOWN_LIMIT]
            sendable = [letter for letter in claimed if letter.unknowns < UNKNOWN_LIMIT]
            self._fail(connection, muted, MUTED_ANSWER, now)
            self._fail(connection, hopeless, LOST, now)
            for letter in sendable:
                counted = update(letters).where(letters.c.id == letter.id)
                connection.execute(
                    counted.values(
                        state="sending",
                        attempts=letter.attempts,
                        unknowns=letter.unknowns,
                        leased_until=now + self.lease,
                    )
                )
        return sendable

    def settle(self, settlements: Sequence[Settlement], now: datetime) -> None:
        """Write down how the letters ended, in one transaction."""
        with writing(self.engine) as connection:
            for settled in settlements:
                told = connection.execute(
                    update(letters)
                    .where(letters.c.id == settled.id, letters.c.state == "sending")
                    .values(
                        state=settled.state,
                        answer=settled.answer[:500],
                        unknowns=settled.unknowns,
                        due_at=settled.due or now,
                        leased_until=None,
                        sent_at=now if settled.state == "sent" else None,
                    )
                )
                bounced = weigh_refusal(settled.refused, settled.answer) if settled.refused else None
                if bounced is not None and told.rowcount:
                    keep_bounce(connection, bounced, now)

    @staticmethod
    def _fail(connection: Connection, ids: Sequence[int], answer: str, now: datetime) -> None:
        if ids:
            failed = update(letters).where(letters.c.id.in_(ids))
            connection.execute(failed.values(state="failed", answer=answer, due_at=now, leased_until=None))

    @staticmethod
    def _outgoing(row: RowMapping) -> Outgoing:
        was_lost = row["state"] == "sending"
        return Outgoing(
            id=row["id"],
            ticket=row["number"],
            to=row["to"],
            raw=bytes(row["raw"]),
            attempts=row["attempts"] + 1,
            unknowns=row["unknowns"] + was_lost,
            written_at=row["written_at"],
        )


def _find_due(now: datetime, allowed: ColumnElement[bool]) -> Select[tuple[Any, ...]]:
    """Return what finds the letters that are due and come next in their conversations."""
    earlier = letters.alias("earlier")
    is_due = or_(
        and_(letters.c.state == "pending", letters.c.due_at <= now),
        and_(letters.c.state == "sending", letters.c.leased_until <= now),
    )
    is_first = ~exists().where(
        earlier.c.ticket_id == letters.c.ticket_id,
        earlier.c.to == letters.c.to,
        earlier.c.id < letters.c.id,
        earlier.c.state.in_(["pending", "sending"]),
    )
    columns = (
        letters.c.id, letters.c.to, letters.c.raw, letters.c.state, letters.c.attempts, letters.c.unknowns,
        letters.c.written_at, letters.c.priority, tickets.c.number, is_muted(now).label("muted"),
    )  # fmt: skip
    query = select(*columns).outerjoin(tickets).where(is_due, is_first, allowed)
    return query.order_by(letters.c.priority, letters.c.id)
