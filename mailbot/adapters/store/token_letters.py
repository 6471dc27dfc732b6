"""When the letters were written whose tokens a mail carries: one question, over the unique Message-IDs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from mailbot.adapters.store.tables import letters
from mailbot.domain.token_ages import drop_ended

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from mailbot.domain.desk import Desk
    from mailbot.domain.thread import Clues

_WRITTEN = select(letters.c.message_id, letters.c.written_at).where(
    letters.c.message_id.in_(bindparam("ids", expanding=True))
)


def find_live(connection: Connection, clues: Clues, desk: Desk, now: datetime) -> Clues:
    """Return the clues with those tokens only that count still; a mail without any needs no question."""
    if not clues.carried:
        return clues
    found = dict(connection.execute(_WRITTEN, {"ids": [message_id for message_id, _ in clues.carried]}).all())
    written = {token: found[message_id] for message_id, token in clues.carried if message_id in found}
    return drop_ended(clues, written, desk, now)
