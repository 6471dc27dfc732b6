"""Acts in the ledger: each has a line beside the mails, in a mailbox that has the name of its door."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from mailbot.adapters.store.engine import reading
from mailbot.adapters.store.tables import mails
from mailbot.domain.act import Answered

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Engine

    from mailbot.domain.act import Act
    from mailbot.ports import Entry

_ADD = insert(mails).returning(mails.c.id)
# A door has no mailbox whose UIDs could begin anew.
_UIDVALIDITY = 0


def find_act(engine: Engine, act: Act) -> Answered | None:
    """Return what came of an act that was done before, or None."""
    with reading(engine) as connection:
        return find_done(connection, act)


def find_done(connection: Connection, act: Act) -> Answered | None:
    """Return what came of an act that was done before, or None."""
    query = select(mails.c.ticket, mails.c.outcome).where(
        mails.c.mailbox == act.door.value, mails.c.uidvalidity == _UIDVALIDITY, mails.c.uid == _uid_of(act)
    )
    row = connection.execute(query).first()
    return Answered(row.ticket, row.outcome) if row else None


def add_act(connection: Connection, act: Act, entry: Entry, now: datetime) -> int:
    """Add the line of an act, to be settled in the same transaction; return its id.

    Raises IntegrityError when the same act stands there already.
    """
    values = {
        "mailbox": entry.mailbox,
        "uidvalidity": _UIDVALIDITY,
        "uid": _uid_of(act),
        "provider_id": "",
        "sha256": entry.sha256,
        "size": entry.size,
        "oversized": False,
        "arrived_at": now,
        "kept_at": now,
        "filed": True,
        "state": "kept",
        "outcome": "",
        "reasons": [],
        "ticket": "",
        "attempts": entry.attempt,
        "due_at": now,
        "error": "",
    }
    return int(connection.execute(_ADD, values).scalar_one())


def _uid_of(act: Act) -> int:
    """Return a number that is the same for the same person and key, and for nothing else (63 bits of SHA-256)."""
    digest = sha256(f"{act.person.email.lower()}\n{act.key}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1
