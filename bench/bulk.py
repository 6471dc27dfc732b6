"""Writing very many rows into the tables of mailbot, the fastest way that each database has."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, Boolean, Integer, LargeBinary, text

from mailbot.adapters.store.searching import vector_of
from mailbot.adapters.store.tables import metadata

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Engine, Table

# In which order rows may be written, because they name each other.
ORDER = ("people", "tickets", "mails", "events", "files", "facts", "letters", "timers", "serials")
BLANKS: tuple[tuple[type, object], ...] = ((Integer, 0), (Boolean, False), (LargeBinary, b""), (JSON, "[]"))


def write_rows(engine: Engine, rows: dict[str, list[dict[str, Any]]]) -> None:
    """Write rows of several tables in one transaction, the fastest way that the database has."""
    words = rows.pop("search_words", [])
    put = _put_sqlite if engine.dialect.name == "sqlite" else _copy_postgresql
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        if engine.dialect.name == "sqlite":
            # Its connections begin no transaction by themselves, and trees that grow at all ends want to be in memory.
            cursor.execute("pragma cache_size = -1000000")
            cursor.execute("begin immediate")
        for name in ORDER:
            if name in rows:
                put(cursor, metadata.tables[name], rows[name])
        _put_words(engine, cursor, words)
        connection.commit()
    finally:
        connection.close()


def _put_sqlite(cursor: Any, table: Table, rows: list[dict[str, Any]]) -> None:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    places = ", ".join("?" * len(table.columns))
    statement = f"insert into {table.name} ({names}) values ({places})"  # noqa: S608 - our own tables
    cursor.executemany(statement, _values(table, rows, _as_text))


def _copy_postgresql(cursor: Any, table: Table, rows: list[dict[str, Any]]) -> None:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    with cursor.copy(f"copy {table.name} ({names}) from stdin") as copy:
        for values in _values(table, rows, lambda moment: moment):
            copy.write_row(values)


def _put_words(engine: Engine, cursor: Any, rows: list[dict[str, Any]]) -> None:
    if engine.dialect.name == "sqlite":
        found = ((row["id"], " ".join(row["words"]), len(row["words"])) for row in rows)
        cursor.executemany("insert into search_words (rowid, words, size) values (?, ?, ?)", found)
        return
    with cursor.copy("copy search_words (ticket_id, words, size) from stdin") as copy:
        for row in rows:
            copy.write_row((row["id"], vector_of(row["words"]), len(row["words"])))


def _values(table: Table, rows: list[dict[str, Any]], form: Callable[[datetime], object]) -> Iterator[list[Any]]:
    """Yield the rows as the driver takes them; what a row does not say is empty."""
    blank = {column.name: None if column.nullable else _blank(column) for column in table.columns}
    for row in rows:
        yield [form(value) if isinstance(value, datetime) else value for value in (blank | row).values()]


def _blank(column: Any) -> object:
    """Return nothing, as this kind of column has it."""
    return next((nothing for kind, nothing in BLANKS if isinstance(column.type, kind)), "")


def _as_text(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")


def tidy(engine: Engine) -> None:
    """Do what has happened to tables that grew over years: PostgreSQL knows their sizes and counts on."""
    if engine.dialect.name == "sqlite":
        engine.dispose()
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for name in (name for name in ORDER if "id" in metadata.tables[name].columns):
            last = f"select setval(pg_get_serial_sequence('{name}', 'id'), max(id)) from {name}"  # noqa: S608 - our own tables
            connection.execute(text(last))
        connection.execute(text("vacuum analyze"))
