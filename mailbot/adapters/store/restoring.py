"""After a restore: what must not go out again, and what is to be taken in again before anything runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select, update

from mailbot.adapters.store.engine import reading, writing
from mailbot.adapters.store.statements import chunks
from mailbot.adapters.store.tables import letters, mails
from mailbot.adapters.store.tables_upkeep import restores
from mailbot.domain.errors import WorldError

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import Engine, Row

HELD = "Held back after a restore: it may have been sent before the data was lost."


def mark_restored(engine: Engine, backed_up_at: datetime, now: datetime) -> None:
    """Write down that this database came from a backup and must be caught up before anything runs."""
    with writing(engine) as connection:
        connection.execute(insert(restores).values(backed_up_at=backed_up_at, restored_at=now))


def find_open_restore(engine: Engine) -> datetime | None:
    """Return the time of the backup that was restored and not caught up yet, or None."""
    query = select(func.min(restores.c.backed_up_at)).where(restores.c.caught_up_at.is_(None))
    with reading(engine) as connection:
        return connection.execute(query).scalar()


def require_caught_up(engine: Engine) -> None:
    """Raise WorldError when a restored database has not caught up: it would answer again what was answered before."""
    if (backed_up_at := find_open_restore(engine)) is not None:
        raise WorldError(
            f"This database was restored from the backup of {backed_up_at:%d.%m.%Y, %H:%M} UTC. Run `mailbot replay` "
            "first: it takes in again what came later, and sends no letter twice."
        )


def settle_restore(engine: Engine, backed_up_at: datetime, now: datetime) -> int:
    """Hold back every letter that waits, and let the desk run again, in one transaction; return how many are held."""
    held = update(letters).where(letters.c.state.in_(["pending", "sending"]))
    with writing(engine) as connection:
        # The digest tells of letters that failed lately; these are no news of today.
        values = {"state": "failed", "answer": HELD, "leased_until": None, "due_at": backed_up_at}
        count = connection.execute(held.values(values)).rowcount
        connection.execute(update(restores).where(restores.c.caught_up_at.is_(None)).values(caught_up_at=now))
    return count


def find_held(engine: Engine) -> list[Row[tuple[int, str, str, datetime]]]:
    """Return the letters that are held back, oldest first: number, address, subject, time."""
    columns = (letters.c.id, letters.c.to, letters.c.subject, letters.c.written_at)
    query = select(*columns).where(letters.c.state == "failed", letters.c.answer == HELD).order_by(letters.c.id)
    with reading(engine) as connection:
        return list(connection.execute(query))


def release_held(engine: Engine, ids: Collection[int], now: datetime) -> int:
    """Send letters after all that were held back; return how many."""
    wanted, released = list(ids), 0
    with writing(engine) as connection:
        for some in chunks(wanted):
            statement = update(letters).where(letters.c.id.in_(some))
            statement = statement.where(letters.c.state == "failed", letters.c.answer == HELD)
            released += connection.execute(
                statement.values(state="pending", answer="", attempts=0, due_at=now)
            ).rowcount
    return released


def find_known_bytes(engine: Engine, names: Collection[str]) -> set[str]:
    """Return which of these raw mails the ledger has already, whatever folder they came from."""
    query = select(mails.c.sha256).where(mails.c.sha256.in_(list(names)))
    with reading(engine) as connection:
        return set(connection.execute(query).scalars())


def find_next_kept(engine: Engine) -> datetime | None:
    """Return the earliest moment at which the next kept mail may be handled as if nothing had happened since."""
    columns = (mails.c.arrived_at, mails.c.due_at, mails.c.leased_until)
    query = select(*columns).where(mails.c.state == "kept").order_by(mails.c.attempts, mails.c.id).limit(1)
    with reading(engine) as connection:
        row = connection.execute(query).first()
    return max(moment for moment in row if moment) if row else None
