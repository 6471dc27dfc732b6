"""The quarantine as the operator changes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import update

from mailbot.adapters.store.engine import writing
from mailbot.adapters.store.tables import mails

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Engine


def retry_mails(engine: Engine, ids: Sequence[int], now: datetime) -> list[int]:
    """Put quarantined mails back into the queue with all their attempts; return those that were in the quarantine."""
    fresh = {"state": "kept", "outcome": "", "attempts": 0, "due_at": now, "leased_until": None, "error": ""}
    return _change(engine, ids, fresh)


def discard_mails(engine: Engine, ids: Sequence[int], now: datetime) -> list[int]:
    """Take mails out of the quarantine for good; return those that were in it."""
    return _change(engine, ids, {"state": "discarded", "done_at": now})


def _change(engine: Engine, ids: Sequence[int], values: dict[str, object]) -> list[int]:
    statement = update(mails).where(mails.c.id.in_(ids), mails.c.state == "quarantined")
    with writing(engine) as connection:
        return sorted(connection.execute(statement.values(values).returning(mails.c.id)).scalars())
