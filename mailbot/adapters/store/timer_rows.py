"""The rows of a ticket's timers: set when it opens, moved with each change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from mailbot.adapters.store.tables import timers
from mailbot.domain.timers import TimerKind, timers_after, timers_for

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from mailbot.domain.desk import Desk
    from mailbot.domain.ticket import Ticket


def set_timers(connection: Connection, ticket_id: int, due: Mapping[TimerKind, datetime]) -> None:
    """Add rows for these timers."""
    rows = [{"ticket_id": ticket_id, "kind": kind, "due_at": at} for kind, at in due.items()]
    if rows:
        connection.execute(insert(timers), rows)


def move_timers(connection: Connection, ticket_id: int, before: Ticket, after: Ticket, desk: Desk) -> None:
    """Replace the rows of a ticket that changed; most changes, such as a comment, leave them as they are.

    `after.changed_at` is the moment of the change.
    """
    was, is_now = timers_for(before, desk), timers_for(after, desk)
    if was == is_now:
        return
    query = select(timers.c.kind, timers.c.due_at).where(timers.c.ticket_id == ticket_id)
    rows = {TimerKind(kind): at for kind, at in connection.execute(query)}
    wanted = timers_after(was, is_now, rows, after.changed_at)
    gone = [kind for kind, at in rows.items() if wanted.get(kind) != at]
    if gone:
        connection.execute(delete(timers).where(timers.c.ticket_id == ticket_id, timers.c.kind.in_(gone)))
    set_timers(connection, ticket_id, {kind: at for kind, at in wanted.items() if rows.get(kind) != at})
