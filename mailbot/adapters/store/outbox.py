"""The outbox: letters that wait, are being sent, were sent or failed. It implements the port of deliver.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, and_, bindparam, case, exists, select, update

from mailbot.adapters.store.brakes import keep_bounce
from mailbot.adapters.store.engine import writing
from mailbot.adapters.store.sending_room import find_room, fit, goes_with_people, is_muted
from mailbot.adapters.store.statements import chunks
from mailbot.adapters.store.tables import letters, tickets
from mailbot.deliver import UNKNOWN_LIMIT, Outgoing
from mailbot.domain.muting import MUTED_ANSWER, weigh_refusal
from mailbot.domain.send_quota import NO_QUOTA

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, Select

    from mailbot.deliver import Claim, Settlement
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
            doubtful, waiting = _OF_PEOPLE if room and not room.others else _OF_ALL
            few = {"now": now, "most": min(limit, DOUBTFUL_AT_ONCE)}
            rows = connection.execute(doubtful, few).mappings().all()
            rows = rows or connection.execute(waiting, {"now": now, "most": limit}).mappings().all()
            muted = [row["id"] for row in rows if row["muted"]]
            rows = fit([row for row in rows if not row["muted"]], room)
            hopeless = [row["id"] for row in rows if _count_unknowns(row) >= UNKNOWN_LIMIT]
            self._fail(connection, muted, MUTED_ANSWER, now)
            self._fail(connection, hopeless, LOST, now)
            return self._claim(connection, [row for row in rows if row["id"] not in hopeless], now)

    def _claim(self, connection: Connection, rows: Sequence[RowMapping], now: datetime) -> list[Outgoing]:
        """Lease letters, count the attempt, and read their bytes, which are of no use before."""
        if not rows:
            return []
        claimed = {"ids": [row["id"] for row in rows], "until": now + self.lease}
        raws: dict[int, bytes] = dict(connection.execute(_CLAIM, claimed).all())
        return [
            Outgoing(
                id=row["id"],
                ticket=row["number"],
                to=row["to"],
                raw=bytes(raws[row["id"]]),
                attempts=row["attempts"] + 1,
                unknowns=_count_unknowns(row),
                written_at=row["written_at"],
            )
            for row in rows
        ]

    def settle(self, settlements: Sequence[Settlement], now: datetime) -> None:
        """Write down how the letters ended, in one transaction."""
        with writing(self.engine) as connection:
            if accepted := [_ending(one, now) for one in settlements if not one.refused]:
                connection.execute(_SETTLE, accepted)
            for one in settlements:
                bounced = weigh_refusal(one.refused, one.answer) if one.refused else None
                was_sending = one.refused and connection.execute(_SETTLE, _ending(one, now)).rowcount
                if was_sending and bounced is not None:
                    keep_bounce(connection, bounced, now)

    def give_back(self, claims: Sequence[Claim]) -> None:
        """Release claimed letters that were not begun, with the attempts that they had before.

        One that another worker has claimed since is left to it.
        """
        with writing(self.engine) as connection:
            connection.execute(_GIVE_BACK, [{"letter": claim.id, "claimed": claim.attempts} for claim in claims])

    def renew(self, in_hand: Sequence[Outgoing], now: datetime) -> None:
        """Renew the lease of letters that are still being sent."""
        with writing(self.engine) as connection:
            for some in chunks([letter.id for letter in in_hand]):
                is_ours = (letters.c.id.in_(some), letters.c.state == "sending", letters.c.leased_until > now)
                connection.execute(update(letters).where(*is_ours).values(leased_until=now + self.lease))

    @staticmethod
    def _fail(connection: Connection, ids: Sequence[int], answer: str, now: datetime) -> None:
        if ids:
            failed = update(letters).where(letters.c.id.in_(ids))
            connection.execute(failed.values(state="failed", answer=answer, due_at=now, leased_until=None))


def _count_unknowns(row: RowMapping) -> int:
    """Return how often nobody knows what became of a letter; one that a dead worker was sending counts once more."""
    unknowns: int = row["unknowns"]
    return unknowns + int(row["state"] == "sending")


def _ending(settled: Settlement, now: datetime) -> dict[str, Any]:
    return {
        "letter": settled.id,
        "state": settled.state,
        "answer": settled.answer[:500],
        "unknowns": settled.unknowns,
        "due_at": settled.due or now,
        "leased_until": None,
        "sent_at": now if settled.state == "sent" else None,
    }


def _find_next(*conditions: ColumnElement[bool]) -> Select[tuple[Any, ...]]:
    """Return what finds letters that come next in their conversations."""
    earlier = letters.alias("earlier")
    is_first = ~exists().where(
        earlier.c.ticket_id == letters.c.ticket_id,
        earlier.c.to == letters.c.to,
        earlier.c.id < letters.c.id,
        earlier.c.state.in_(["pending", "sending"]),
    )
    columns = (
        letters.c.id, letters.c.to, letters.c.state, letters.c.attempts, letters.c.unknowns, letters.c.written_at,
        letters.c.priority, tickets.c.number, is_muted(_NOW).label("muted"),
    )  # fmt: skip
    query = select(*columns).outerjoin(tickets).where(*conditions, is_first)
    query = query.order_by(letters.c.priority, letters.c.id).limit(bindparam("most", type_=Integer))
    return query.with_for_update(skip_locked=True, of=letters)


_NOW = bindparam("now", type_=letters.c.due_at.type)
_IS_DOUBTFUL = and_(letters.c.state == "sending", letters.c.leased_until <= _NOW)
_IS_WAITING = and_(letters.c.state == "pending", letters.c.due_at <= _NOW)
# Each finds its rows in the order of an index, however many wait; together they would all be sorted.
_OF_ALL = (_find_next(_IS_DOUBTFUL), _find_next(_IS_WAITING))
_OF_PEOPLE = (_find_next(_IS_DOUBTFUL, goes_with_people()), _find_next(_IS_WAITING, goes_with_people()))
_CLAIM = (
    update(letters)
    .where(letters.c.id.in_(bindparam("ids", expanding=True)))
    .values(
        state="sending",
        attempts=letters.c.attempts + 1,
        unknowns=letters.c.unknowns + case((letters.c.state == "sending", 1), else_=0),
        leased_until=bindparam("until"),
    )
    .returning(letters.c.id, letters.c.raw)
)
_GIVE_BACK = (
    update(letters)
    .where(
        letters.c.id == bindparam("letter"), letters.c.state == "sending", letters.c.attempts == bindparam("claimed")
    )
    .values(state="pending", attempts=letters.c.attempts - 1, leased_until=None)
)
_SETTLE = update(letters).where(letters.c.id == bindparam("letter"), letters.c.state == "sending")
