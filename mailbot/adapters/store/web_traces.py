"""What the pages leave of people: erased on demand, by rule, and when it serves nothing any more."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, or_, select, update

from mailbot.adapters.store.tables import people
from mailbot.adapters.store.tables_staff import canned_answers, web_presence
from mailbot.adapters.store.tables_web import (
    handoff_ids,
    saved_filters,
    sign_in_links,
    web_attempts,
    web_sessions,
)

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

# No bound looks further back.
COUNTED = timedelta(hours=1)


def erase_web_of(connection: Connection, address: str) -> int:
    """Erase a person's sessions, links, attempts and filters, and filters of others that name the address."""
    same = select(people.c.employee_id).where(people.c.email == address)
    statements = (
        delete(web_sessions).where(web_sessions.c.employee_id.in_(same)),
        delete(sign_in_links).where(sign_in_links.c.employee_id.in_(same)),
        delete(web_attempts).where(or_(web_attempts.c.who == address, web_attempts.c.who.in_(same))),
        delete(saved_filters).where(saved_filters.c.person == address),
        delete(web_presence).where(web_presence.c.person == address),
        update(canned_answers).where(canned_answers.c.changed_by == address).values(changed_by=""),
        delete(saved_filters).where(func.lower(saved_filters.c.query).contains(address, autoescape=True)),
    )
    return sum(connection.execute(statement).rowcount for statement in statements)


def drop_old_web(connection: Connection, before: datetime) -> int:
    """Delete filters that nobody used since, and forget who prepared older answers; return how many filters."""
    older = (canned_answers.c.changed_at < before, canned_answers.c.changed_by != "")
    connection.execute(update(canned_answers).where(*older).values(changed_by=""))
    return connection.execute(delete(saved_filters).where(saved_filters.c.used_at < before)).rowcount


def drop_spent_web(connection: Connection, now: datetime) -> int:
    """Delete sessions, links, hand-offs and attempts that count no more; return how many."""
    spent = (
        delete(web_sessions).where(web_sessions.c.ends_at <= now),
        delete(sign_in_links).where(sign_in_links.c.until <= now - COUNTED),
        delete(handoff_ids).where(handoff_ids.c.until <= now),
        delete(web_attempts).where(web_attempts.c.at <= now - COUNTED),
        delete(web_presence).where(web_presence.c.seen_at <= now - COUNTED),
    )
    return sum(connection.execute(statement).rowcount for statement in spent)
