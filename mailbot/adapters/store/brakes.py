"""What keeps answers within bounds, written down: reached bounds, stops, bounces and mutes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, case, delete, exists, func, insert, select, update

from mailbot.adapters.store.engine import reading, writing
from mailbot.adapters.store.statements import on_both, upsert
from mailbot.adapters.store.tables import people
from mailbot.adapters.store.tables_energy import answer_stops, bounces, bound_hits, mutes
from mailbot.domain.breaker import QUIET, WINDOW
from mailbot.domain.muting import COUNTED, MUTED, is_mute_due
from mailbot.domain.trust import normal_address

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Engine

    from mailbot.domain.decision import Bounced, Decision

LONGEST_ANSWER = 500
_KEEP_HIT = on_both(
    lambda insert: (put := insert(bound_hits)).on_conflict_do_update(
        index_elements=[bound_hits.c.address], set_={"bound": put.excluded.bound, "at": put.excluded.at}
    )
)
_FORGET_HITS = delete(bound_hits).where(bound_hits.c.at <= bindparam("before"))
_GO_ON_STOPPED = update(answer_stops).where(answer_stops.c.ended_at.is_(None))


@dataclass(frozen=True, slots=True)
class Stop:
    """Automatic answers are stopped: since when, and why."""

    began_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Mute:
    """An address that gets no letter, and whether it is one of the IT section."""

    address: str
    muted_at: datetime
    until: datetime
    reason: str
    is_staff: bool


def keep_brakes(connection: Connection, decision: Decision, sender: str, now: datetime) -> None:
    """Write down that a bound left an answer out, that answers stop, and that a letter came back."""
    if decision.bounded and sender:
        hit = {"address": normal_address(sender), "bound": decision.bounded, "at": now}
        connection.execute(_KEEP_HIT[connection.dialect.name], hit)
        connection.execute(_FORGET_HITS, {"before": now - WINDOW})
        connection.execute(_GO_ON_STOPPED, {"last_at": now})
    if decision.stop:
        connection.execute(update(answer_stops).where(answer_stops.c.ended_at.is_(None)).values(ended_at=now))
        connection.execute(insert(answer_stops).values(reason=decision.stop, began_at=now, last_at=now))
    if decision.bounced is not None:
        keep_bounce(connection, decision.bounced, now)


def keep_bounce(connection: Connection, bounced: Bounced, now: datetime) -> None:
    """Count a letter that an address did not take, and mute the address when it is enough."""
    address, answer = bounced.address, bounced.answer[:LONGEST_ANSWER]
    connection.execute(insert(bounces).values(address=address, at=now, permanent=bounced.permanent, answer=answer))
    permanent, temporary = connection.execute(
        select(
            func.coalesce(func.sum(case((bounces.c.permanent, 1), else_=0)), 0),
            func.coalesce(func.sum(case((bounces.c.permanent, 0), else_=1)), 0),
        ).where(bounces.c.address == address, bounces.c.at > now - COUNTED)
    ).one()
    if is_mute_due(permanent, temporary):
        values = {"muted_at": now, "until": now + MUTED, "reason": answer}
        statement = upsert(connection, mutes).values(address=address, **values)
        connection.execute(statement.on_conflict_do_update(index_elements=[mutes.c.address], set_=values))


def find_muted(engine: Engine, now: datetime) -> Sequence[Mute]:
    """Return the addresses that are muted, the latest first."""
    is_staff = exists().where(people.c.email == mutes.c.address, people.c.active, people.c.role.in_(["staff", "lead"]))
    query = select(mutes.c.address, mutes.c.muted_at, mutes.c.until, mutes.c.reason, is_staff)
    with reading(engine) as connection:
        return [
            Mute(*row) for row in connection.execute(query.where(mutes.c.until > now).order_by(mutes.c.muted_at.desc()))
        ]


def unmute(engine: Engine, address: str) -> bool:
    """Let letters go to an address again, and forget its bounces; False when it was not muted."""
    with writing(engine) as connection:
        connection.execute(delete(bounces).where(bounces.c.address == normal_address(address)))
        return connection.execute(delete(mutes).where(mutes.c.address == normal_address(address))).rowcount > 0


def find_stop(engine: Engine, now: datetime) -> Stop | None:
    """Return why automatic answers are stopped, or None."""
    query = select(answer_stops.c.began_at, answer_stops.c.reason)
    query = query.where(answer_stops.c.ended_at.is_(None), answer_stops.c.last_at > now - QUIET)
    with reading(engine) as connection:
        row = connection.execute(query.order_by(answer_stops.c.id.desc()).limit(1)).first()
        return Stop(*row) if row else None


def resume_answers(engine: Engine, now: datetime) -> bool:
    """Let automatic answers go out again, and forget what stopped them; False when they were not stopped."""
    was_stopped = find_stop(engine, now) is not None
    with writing(engine) as connection:
        connection.execute(update(answer_stops).where(answer_stops.c.ended_at.is_(None)).values(ended_at=now))
        connection.execute(delete(bound_hits))
    return was_stopped
