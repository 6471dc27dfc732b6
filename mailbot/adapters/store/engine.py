"""Connections and transactions; the database's own errors become sentences."""

from __future__ import annotations

import multiprocessing
import select
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DBAPIError,
    InterfaceError,
    InternalError,
    InvalidatePoolError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from mailbot.domain.errors import SettingsError, WorldError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager
    from typing import Any

    import psycopg

    Options = Mapping[str, Mapping[str, Any]]

BUSY_MILLISECONDS = 10_000
TURN = "turn"
# How many seconds PostgreSQL is waited for at first, and when a line counts as dead on which nothing comes back.
LINE = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
# A block of PostgreSQL that only reads sees what is committed, statement by statement, and needs no transaction.
_READING: Options = {"sqlite": {"reads_only": True}, "postgresql": {"isolation_level": "AUTOCOMMIT"}}
_READING_ONE_STATE: Options = {"sqlite": {"reads_only": True}, "postgresql": {"isolation_level": "REPEATABLE READ"}}
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
            url_for_driver = parsed.set(drivername="postgresql+psycopg")
            engine = create_engine(url_for_driver, connect_args=LINE, hide_parameters=True)
            event.listen(engine, "connect", _prepare_postgresql)
            event.listen(engine, "checkout", _leave_dead_line)
            return engine
        if parsed.drivername == "sqlite":
            # An error must not repeat the values of a statement: they are what people wrote.
            engine = create_engine(parsed, hide_parameters=True, execution_options={TURN: _make_turn()})
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


def _make_turn() -> AbstractContextManager[object]:
    """Return the lock of those who write, which a process that we fork shares with us."""
    try:
        return multiprocessing.get_context("fork").RLock()
    except OSError:  # no shared memory here; SQLite makes other processes wait, if not in turn
        return threading.RLock()


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


def _prepare_postgresql(line: psycopg.Connection, _record: object) -> None:
    """Have letters packed with LZ4, which takes the server half the time; one that does not know it packs as before."""
    try:
        line.execute("set default_toast_compression = 'lz4'")
        line.commit()
    except line.Error:
        line.rollback()


def _begin_sqlite(connection: Connection) -> None:
    reads_only = connection.get_execution_options().get("reads_only", False)
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")


def _leave_dead_line(line: psycopg.Connection, _record: object, _proxy: object) -> None:
    """Have a new connection made when PostgreSQL ended this one: nothing was asked, and there is something to read.

    It costs no round trip, and finds a restart of the server before work is lost to it.
    """
    waiting = select.poll()
    if not line.closed:
        waiting.register(line.fileno(), select.POLLIN)
    if line.closed or waiting.poll(0):
        raise InvalidatePoolError


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Run a block in one transaction that may write. Raises WorldError when the database cannot do it now."""
    with _turn(engine), _translated(), engine.begin() as connection:
        yield connection


@contextmanager
def _turn(engine: Engine) -> Iterator[None]:
    """Let the threads of this program, and of its hand, write to SQLite one after the other.

    SQLite lets who finds it busy sleep longer and longer, and some thread never finds it free. Other programs still
    have to be waited for in that way, and so has a thread that holds its turn too long.
    """
    lock = engine.get_execution_options().get(TURN)
    has_turn = lock is not None and lock.acquire(timeout=BUSY_MILLISECONDS / 1000)
    try:
        yield
    finally:
        if lock is not None and has_turn:
            lock.release()


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Run a block that only reads, and waits for no writer. Raises WorldError when the database cannot do it now."""
    with _translated(), engine.connect().execution_options(**_READING[engine.dialect.name]) as connection:
        yield connection


@contextmanager
def reading_one_state(engine: Engine) -> Iterator[Connection]:
    """Run a block that reads a lot and sees one state of the database all the time, whoever writes meanwhile."""
    # SQLite sees one state from the first SELECT on in any case.
    with _translated(), engine.connect().execution_options(**_READING_ONE_STATE[engine.dialect.name]) as connection:
        yield connection


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
