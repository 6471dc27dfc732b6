"""Who is signed in: sessions begin, are found by the SHA-256 of their secret, and end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, insert, select, update

from mailbot.adapters.store.engine import reading, writing
from mailbot.adapters.store.rows import PERSON_COLUMNS, person_of
from mailbot.adapters.store.tables import people
from mailbot.adapters.store.tables_web import web_sessions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Engine

    from mailbot.domain.people import Person

# Not every page needs a write; a session may idle out so much earlier than it should.
SEEN_EVERY = timedelta(minutes=1)
_JOINED = web_sessions.join(people, web_sessions.c.employee_id == people.c.employee_id)
_FIND = (
    select(web_sessions.c.id, web_sessions.c.seen_at, web_sessions.c.said, *PERSON_COLUMNS)
    .select_from(_JOINED)
    .where(
        web_sessions.c.digest == bindparam("digest"),
        web_sessions.c.ends_at > bindparam("now"),
        web_sessions.c.seen_at > bindparam("idle_since"),
        people.c.active,
    )
)


@dataclass(frozen=True, slots=True)
class FoundSession:
    """A session that lasts, who has it, and what the next page tells."""

    id: int
    person: Person
    said: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class OpenSession:
    """One line of the list of a person's sessions."""

    id: int
    door: str
    began_at: datetime
    seen_at: datetime


def begin_session(  # noqa: PLR0917 - one argument for each column
    connection: Connection, digest: str, employee_id: str, door: str, now: datetime, ends_at: datetime
) -> None:
    """Add a session, within the transaction that used up what it was given for."""
    values = {
        "digest": digest,
        "employee_id": employee_id,
        "door": door,
        "began_at": now,
        "seen_at": now,
        "ends_at": ends_at,
        "said": [],
    }
    connection.execute(insert(web_sessions).values(values))


def find_session(
    engine: Engine, digest: str, now: datetime, idle: timedelta, *, is_seen: bool = True
) -> FoundSession | None:
    """Return the session of a secret as long as it lasts and its person is active, and note that it was seen.

    What a page asks by itself does not count as seen.
    """
    asked = {"digest": digest, "now": now, "idle_since": now - idle}
    with reading(engine) as connection:
        row = connection.execute(_FIND, asked).mappings().first()
    if row is None:
        return None
    if is_seen and now - row["seen_at"] >= SEEN_EVERY:
        # Only forward, and only while it lasts: another request may have ended it or have come later.
        seen = update(web_sessions).where(web_sessions.c.id == row["id"], web_sessions.c.seen_at < now)
        with writing(engine) as connection:
            connection.execute(seen.values(seen_at=now))
    return FoundSession(row["id"], person_of(row), tuple((kind, text) for kind, text in row["said"]))


def keep_said(engine: Engine, session_id: int, said: Sequence[tuple[str, str]]) -> None:
    """Keep what the next page tells; nothing empties it."""
    with writing(engine) as connection:
        statement = update(web_sessions).where(web_sessions.c.id == session_id)
        connection.execute(statement.values(said=[list(line) for line in said]))


def end_session(engine: Engine, digest: str) -> None:
    """End the session of a secret."""
    with writing(engine) as connection:
        connection.execute(delete(web_sessions).where(web_sessions.c.digest == digest))


def end_sessions_of(engine: Engine, employee_id: str) -> int:
    """End all sessions of a person; return how many there were."""
    with writing(engine) as connection:
        return connection.execute(delete(web_sessions).where(web_sessions.c.employee_id == employee_id)).rowcount


def find_sessions_of(engine: Engine, employee_id: str, now: datetime, idle: timedelta) -> tuple[OpenSession, ...]:
    """Return the sessions of a person that last, the newest first."""
    query = (
        select(web_sessions.c.id, web_sessions.c.door, web_sessions.c.began_at, web_sessions.c.seen_at)
        .where(
            web_sessions.c.employee_id == employee_id,
            web_sessions.c.ends_at > now,
            web_sessions.c.seen_at > now - idle,
        )
        .order_by(web_sessions.c.id.desc())
    )
    with reading(engine) as connection:
        return tuple(OpenSession(**row) for row in connection.execute(query).mappings())
