"""The rows of a ticket's timers: set when it opens, moved with each change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, insert, select

from mailbot.adapters.store.tables import timers
from mailbot.domain.timers import TimerKind, timers_after, timers_for

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from mailbot.domain.desk import Desk
    from mailbot.domain.ticket import Ticket

_ADD = insert(timers)
_OF_TICKET = select(timers.c.kind, timers.c.due_at).where(timers.c.ticket_id == bindparam("ticket"))
_REMOVE = delete(timers).where(
    timers.c.ticket_id == bindparam("ticket"), timers.c.kind.in_(bindparam("kinds", expanding=True))
)


def set_timers(connection: Connection, ticket_id: int, due: Mapping[TimerKind, datetime]) -> None:
    """Add rows for these timers."""
    rows = [{"ticket_id": ticket_id, "kind": kind, "due_at": at} for kind, at in due.items()]
    if rows:
        connection.execute(_ADD, rows)


def move_timers(
    connection: Connection, ticket_id: int, before: Ticket, after: Ticket, desk: Desk
) -> dict[TimerKind, datetime | None]:
    """Replace the rows of a ticket that changed; most changes, such as a comment, leave them as they are.

    `after.changed_at` is the moment of the change. Return each timer that moved as it was before, None for a new one.
    """
    was, is_now = timers_for(before, desk), timers_for(after, desk)
    if was == is_now:
        return {}
    rows = {TimerKind(kind): at for kind, at in connection.execute(_OF_TICKET, {"ticket": ticket_id})}
    wanted = timers_after(was, is_now, rows, after.changed_at)
    gone = [kind for kind, at in rows.items() if wanted.get(kind) != at]
    if gone:
        connection.execute(_REMOVE, {"ticket": ticket_id, "kinds": gone})
    new = {kind: at for kind, at in wanted.items() if rows.get(kind) != at}
    set_timers(connection, ticket_id, new)
    return {kind: rows.get(kind) for kind in (*gone, *new)}


def put_timers_back(connection: Connection, ticket_id: int, moved: Mapping[TimerKind, datetime | None]) -> None:
    """Give each of these timers the due time that it had; those that had none go."""
    if moved:
        connection.execute(_REMOVE, {"ticket": ticket_id, "kinds": list(moved)})
        set_timers(connection, ticket_id, {kind: at for kind, at in moved.items() if at})
