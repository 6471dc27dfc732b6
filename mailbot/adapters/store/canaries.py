"""Test mails of the desk to itself: put into the outbox like any letter, known again by their Message-ID alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from mailbot.adapters.store.engine import reading, writing
from mailbot.adapters.store.statements import upsert
from mailbot.adapters.store.tables import letters, mails
from mailbot.adapters.store.tables_watch import canaries
from mailbot.domain.send_quota import Priority
from mailbot.domain.watching import Canary

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Engine

KEPT_FOR = timedelta(days=30)
CANARY_KIND = "canary"


@dataclass(frozen=True, slots=True)
class CanaryLetter:
    """A finished test mail."""

    to: str
    message_id: str
    subject: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Canaries:
    """The table of test mails. Every method raises WorldError when the database cannot be used now."""

    engine: Engine

    def find_last(self) -> Canary | None:
        """Return the last test mail, and note its return when the ledger has it."""
        query = (
            select(canaries, letters.c.state, mails.c.done_at)
            .outerjoin(letters, letters.c.message_id == canaries.c.message_id)
            .outerjoin(mails, mails.c.message_id == canaries.c.message_id)
            .order_by(canaries.c.slot.desc(), mails.c.done_at)
            .limit(1)
        )
        with reading(self.engine) as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        if row.returned_at is None and row.done_at is not None:
            with writing(self.engine) as connection:
                connection.execute(update(canaries).where(canaries.c.slot == row.slot).values(returned_at=row.done_at))
        return Canary(row.sent_at, row.state == "sent", row.returned_at or row.done_at)

    def send(self, slot: int, letter: CanaryLetter, now: datetime) -> bool:
        """Put a test mail into the outbox; False when another worker sent one for the same stretch of time."""
        claim = upsert(self.engine, canaries).values(slot=slot, message_id=letter.message_id, sent_at=now)
        claim = claim.on_conflict_do_nothing()
        with writing(self.engine) as connection:
            if connection.execute(claim.returning(canaries.c.slot)).first() is None:
                return False
            connection.execute(delete(canaries).where(canaries.c.sent_at < now - KEPT_FOR))
            connection.execute(insert(letters).values(**_row(letter, now)))
        return True


def _row(letter: CanaryLetter, now: datetime) -> dict[str, object]:
    return {
        "kind": CANARY_KIND,
        "to": letter.to,
        "message_id": letter.message_id,
        "subject": letter.subject,
        "raw": letter.raw,
        "replied": False,
        # Late, it would only tell that the day's sending is used up, which is an alarm of its own.
        "priority": Priority.PEOPLE,
        "state": "pending",
        "attempts": 0,
        "unknowns": 0,
        "due_at": now,
        "answer": "",
        "written_at": now,
    }
