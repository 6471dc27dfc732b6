"""Connections and transactions; the database's own errors become sentences."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from mailbot.domain.errors import SettingsError, WorldError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

BUSY_MILLISECONDS = 10_000
CONNECT_SECONDS = 10
# What PostgreSQL says (SQLSTATE) when the database is not set up for us: no such table, no right, no such schema.
_NOT_SET_UP = frozenset({"42P01", "42501", "3F000"})
# A row that is too large fails each time it is tried; that is the mail's fault and not the world's.
_TOO_LARGE = "54"


def open_engine(url: str) -> Engine:
    """Return the engine of a database URL. Raises SettingsError when the URL is none, or needs a missing driver."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # The cause may repeat a part of the password.
        raise SettingsError(_bad_url()) from None
    try:
        if parsed.get_backend_name() == "postgresql":
            return create_engine(
                parsed.set(drivername="postgresql+psycopg"),
                connect_args={"connect_timeout": CONNECT_SECONDS},
                pool_pre_ping=True,
                hide_parameters=True,
            )
        if parsed.drivername == "sqlite":
            # An error must not repeat the values of a statement: they are what people wrote.
            engine = create_engine(parsed, hide_parameters=True)
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
            return engine
    except ImportError as error:
        raise SettingsError(
            f"storage.database_url names PostgreSQL, but its driver is not installed ({error}). "
            'Install it with: pip install "mailbot[postgres]"'
        ) from error
    except ArgumentError:
        raise SettingsError(_bad_url()) from None
    raise SettingsError(_bad_url())


def _bad_url() -> str:
    # The value may hold a password and is not repeated.
    return (
        "storage.database_url is no database address. Leave it empty for a SQLite file, or write "
        '"postgresql://user@host/name" or "sqlite:////full/path/of/mailbot.db".'
    )


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # The driver would begin transactions by itself, late and in the wrong mode: two workers could claim the same row.
    connection.isolation_level = None
    cursor = connection.cursor()
    # The answer to a wait for another writer comes first: switching to WAL itself needs the file for a moment.
    cursor.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
    cursor.execute("PRAGMA journal_mode=WAL")
    # A mail is moved on the server once it is committed here, so a commit must survive a power cut.
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    reads_only = connection.get_execution_options().get("reads_only", False)
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Run a block in one transaction that may write. Raises WorldError when the database cannot do it now."""
    with _translated(), engine.begin() as connection:
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Run a block that only reads, and waits for no writer. Raises WorldError when the database cannot do it now."""
    with _translated(), engine.connect().execution_options(reads_only=True) as connection:
        yield connection


@contextmanager
def reading_one_state(engine: Engine) -> Iterator[Connection]:
    """Run a block that reads a lot and sees one state of the database all the time, whoever writes meanwhile."""
    with reading(engine) as connection:
        if connection.dialect.name == "postgresql":
            yield connection.execution_options(isolation_level="REPEATABLE READ")
        else:
            yield connection  # SQLite sees one state from the first SELECT on


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except PoolTimeoutError as error:
        raise WorldError(_sentence(str(error))) from error
    except DBAPIError as error:
        state = getattr(error.orig, "sqlstate", None) or ""
        # SQLite calls a damaged file, or one that is no database, by the name of the whole family.
        is_outside = (
            isinstance(error, (OperationalError, InterfaceError, InternalError)) or type(error) is DatabaseError
        )
        if state.startswith(_TOO_LARGE) or not (is_outside or state in _NOT_SET_UP):
            raise
        raise WorldError(_sentence(str(error.orig))) from error


def _sentence(cause: str) -> str:
    text = cause.strip().split("\n")[0]
    advice = "Work that waits is done when it answers again."
    if "database is locked" in text:
        advice = "Another program holds it; stop that program, or wait until it is done."
    elif "full" in text or "No space" in text:
        advice = "The disk is full; free some space."
    elif "disk I/O error" in text:
        advice = (
            "The disk is full, its quota is used up, or it has a fault: free some space, or look at the system log."
        )
    elif "no such table" in text or ("relation" in text and "does not exist" in text):
        advice = "Run `mailbot migrate` first."
    elif "does not exist" in text or "authentication failed" in text:
        advice = "Create what is missing on the database server, or correct storage.database_url."
    elif "not a database" in text or "malformed" in text:
        advice = "The file is damaged or something else; restore it from a copy, or name another file."
    elif any(word in text for word in ("unable to open", "readonly", "ermission denied")):
        advice = "Check that its folder exists, that this user may write there, and that the disk is not read-only."
    return f"The database cannot be used: {text}. {advice}"
