"""What commands did: kept in the transaction that obeys them, put back on one word, and dropped after some days.

Of a command that was taken back there stays which one it was, so that its line of history counts in no figure.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, exists, insert, update

from mailbot.adapters.store.columns import storable
from mailbot.adapters.store.tables import events
from mailbot.adapters.store.tables_undo import deeds
from mailbot.domain.deeds import KEPT_FOR, RESTORED, changed_fields
from mailbot.domain.errors import ChangedMeanwhileError
from mailbot.domain.ticket import Status
from mailbot.domain.timers import TimerKind
from mailbot.domain.trust import normal_address

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection

    from mailbot.adapters.store.ticket_rows import StoredTicket
    from mailbot.domain.decision import Commanded, Decision
    from mailbot.domain.ticket import Ticket

_ADD = insert(deeds)
_HOLDS = deeds.c.undone_at.is_(None)
_NO_VALUES: dict[str, Any] = {"fields": {}, "timers": {}, "told": []}
_SETTLE = update(deeds).where(deeds.c.id == bindparam("deed"), _HOLDS).values(_NO_VALUES)
_MOMENTS = frozenset(name for name in RESTORED if name.endswith("_at"))


def keep_deeds(
    connection: Connection,
    commanded: Commanded | None,
    done: Iterable[tuple[Decision, StoredTicket]],
    mail_id: int | None,
    now: datetime,
) -> None:
    """Keep what one command mail did to each of its tickets, with the values from before; other mails leave nothing."""
    if commanded is None:
        return
    common = {"mail_id": mail_id, "actor": normal_address(commanded.actor), "words": commanded.words, "at": now}
    common |= {"action": commanded.action.value}
    rows = [
        {
            **common,
            "ticket_id": stored.id,
            "fields": {name: _plain(value) for name, value in changed_fields(stored.before, stored.ticket)},
            "timers": {kind.value: _plain(at) for kind, at in stored.moved.items()},
            "told": sorted({normal_address(letter.to) for letter in (*decision.letters, *decision.held)}),
            "digest": digest_of(stored.ticket),
        }
        for decision, stored in done
        if stored.before is not None
    ]
    if rows:
        connection.execute(_ADD, rows)


def settle_deed(connection: Connection, deed: int, now: datetime) -> None:
    """Mark a deed as taken back. Raises ChangedMeanwhileError when it was taken back meanwhile."""
    if connection.execute(_SETTLE, {"deed": deed, "undone_at": now}).rowcount != 1:
        raise ChangedMeanwhileError("the command was taken back meanwhile")


def drop_old_deeds(connection: Connection, now: datetime) -> int:
    """Delete what can no longer be taken back, some days later; return how many rows."""
    return connection.execute(delete(deeds).where(deeds.c.at < now - KEPT_FOR, _HOLDS)).rowcount


def erase_deeds(connection: Connection, ticket_ids: Sequence[int]) -> None:
    """Erase who did what to these tickets; that something was taken back stays, for the figures."""
    connection.execute(delete(deeds).where(deeds.c.ticket_id.in_(ticket_ids), _HOLDS))
    connection.execute(update(deeds).where(deeds.c.ticket_id.in_(ticket_ids)).values(actor="", words="", **_NO_VALUES))


def still_holds() -> ColumnElement[bool]:
    """Tell of a line of history that its command was not taken back."""
    of_event = (deeds.c.mail_id == events.c.mail_id) & (deeds.c.ticket_id == events.c.ticket_id)
    return ~exists().where(of_event, ~_HOLDS)


def digest_of(ticket: Ticket) -> str:
    """Return what changes as soon as anything changes that a command could move."""
    state = json.dumps([_plain(getattr(ticket, name)) for name in RESTORED])
    return hashlib.sha256(state.encode()).hexdigest()


def fields_of(kept: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    """Return kept values of fields as a ticket has them."""
    return tuple((name, _field_of(name, value)) for name, value in kept.items())


def timers_of(kept: Mapping[str, str | None]) -> tuple[tuple[TimerKind, datetime | None], ...]:
    """Return kept timers as the rules know them."""
    return tuple((TimerKind(kind), datetime.fromisoformat(at) if at else None) for kind, at in kept.items())


def _plain(value: Any) -> Any:
    """Return a value as JSON can keep it, and as it is after it was stored."""
    if isinstance(value, datetime):
        return value.isoformat()
    return storable(value) if isinstance(value, str) else value


def _field_of(name: str, value: Any) -> Any:
    if name in _MOMENTS:
        return datetime.fromisoformat(value) if value else None
    return Status(value) if name == "status" else value
