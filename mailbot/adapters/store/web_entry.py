"""Ways in: links by mail and hand-offs, each used once, and bounds of how often they are tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select, text, update

from mailbot.adapters.store.people_rows import find_people, find_person
from mailbot.adapters.store.statements import upsert
from mailbot.adapters.store.tables_web import handoff_ids, sign_in_links, web_attempts

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from sqlalchemy import Connection

    from mailbot.domain.people import Person

# Attempts of one kind by one party are counted one after the other; SQLite does so in any case.
_IN_TURN = text("select pg_advisory_xact_lock(hashtext(:party))")


def count_attempt(  # noqa: PLR0917 - who tries what, and within which bound
    connection: Connection, kind: str, who: str, now: datetime, window: timedelta, most: int
) -> bool:
    """Count an attempt and tell whether it is within its bound; one beyond it is not counted, so that a wait helps."""
    if connection.dialect.name == "postgresql":
        connection.execute(_IN_TURN, {"party": f"{kind} {who}"})
    counted = select(func.count()).where(
        web_attempts.c.kind == kind, web_attempts.c.who == who, web_attempts.c.at > now - window
    )
    if connection.execute(counted).scalar_one() >= most:
        return False
    connection.execute(insert(web_attempts).values(kind=kind, who=who, at=now))
    return True


def find_by_either(connection: Connection, written: str) -> Person | None:
    """Return the active person with that address or Employee ID."""
    if "@" in written:
        return find_people(connection, [written]).get(written)
    return find_person(connection, written)


def add_link(  # noqa: PLR0917 - one argument for each column
    connection: Connection, digest: str, employee_id: str, browser: str, now: datetime, until: datetime
) -> None:
    """Add a link by its SHA-256."""
    values = {"digest": digest, "employee_id": employee_id, "browser": browser, "asked_at": now, "until": until}
    connection.execute(insert(sign_in_links).values(values))


def count_links(connection: Connection, employee_id: str, since: datetime) -> int:
    """Return how many links a person got since then."""
    query = select(func.count()).where(sign_in_links.c.employee_id == employee_id, sign_in_links.c.asked_at > since)
    return int(connection.execute(query).scalar_one())


def find_link_browser(connection: Connection, digest: str, now: datetime) -> str | None:
    """Return which browser asked for a link that can still be used, or None when there is no such link."""
    query = select(sign_in_links.c.browser).where(
        sign_in_links.c.digest == digest, sign_in_links.c.used_at.is_(None), sign_in_links.c.until > now
    )
    return connection.execute(query).scalar()


def use_link(connection: Connection, digest: str, now: datetime) -> str | None:
    """Use a link up and return the Employee ID it was for; None when it was used, is too old or never was."""
    statement = update(sign_in_links).where(
        sign_in_links.c.digest == digest, sign_in_links.c.used_at.is_(None), sign_in_links.c.until > now
    )
    used = statement.values(used_at=now).returning(sign_in_links.c.employee_id)
    return connection.execute(used).scalar()


def use_handoff(connection: Connection, digest: str, until: datetime) -> bool:
    """Note that a hand-off was used; False when it was before."""
    statement = upsert(connection, handoff_ids).values(digest=digest, until=until).on_conflict_do_nothing()
    return connection.execute(statement.returning(handoff_ids.c.digest)).first() is not None
