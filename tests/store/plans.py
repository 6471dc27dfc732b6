"""How a database means to carry out the statements of a desk: what it would walk through from end to end."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import event

from mailbot.adapters.store.engine import writing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

# These grow as long as the desk works, or are as long as a state has officers.
GROWING = frozenset(
    {
        "mails", "tickets", "events", "files", "facts", "letters", "timers", "deeds", "challenges", "bindings",
        "bounces", "held_news", "people", "search_words",
    }
)  # fmt: skip
_PLANNED = ("SELECT", "UPDATE", "DELETE")
# FTS5 says "SCAN" also of a row that it finds by its number or a word.
_SQLITE_SCAN = re.compile(r"^SCAN (\w+)(?! VIRTUAL TABLE INDEX \d+:\S)")
_ALIASES = re.compile(r'\b(?:FROM|JOIN|UPDATE|,) "?(\w+)"? AS "?(\w+)"?')


@contextmanager
def noted_statements(engine: Engine) -> Iterator[dict[str, Any]]:
    """Note every statement that is carried out meanwhile, with the values of its first time."""
    noted: dict[str, Any] = {}

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, many: bool) -> None:  # noqa: FBT001 - SQLAlchemy calls it so
        if statement.lstrip().upper().startswith(_PLANNED):
            noted.setdefault(statement, values[0] if many else values)

    event.listen(engine, "before_cursor_execute", note)
    yield noted
    event.remove(engine, "before_cursor_execute", note)


def find_scans(engine: Engine, noted: dict[str, Any]) -> dict[str, set[str]]:
    """Return for each statement that walks through growing tables from end to end which they are."""
    with engine.connect() as connection:  # what it forgets comes back
        if engine.dialect.name == "postgresql":
            _forget_sizes(connection)
            find = _scans_of_postgres
        else:
            find = _scans_of_sqlite
        found = {statement: find(connection, statement, values) & GROWING for statement, values in noted.items()}
    return {statement: tables for statement, tables in found.items() if tables}


def _forget_sizes(connection: Connection) -> None:
    """Let PostgreSQL forget how small the tables of a test are, and plan as for large ones."""
    connection.exec_driver_sql("delete from pg_statistic")
    connection.exec_driver_sql("update pg_class set reltuples = -1, relpages = 0 where relkind in ('r', 'i')")
    for way in ("seqscan", "hashjoin", "mergejoin"):
        connection.exec_driver_sql(f"set local enable_{way} = off")


def find_sorted(engine: Engine, noted: dict[str, Any]) -> list[str]:
    """Return the statements for which SQLite reads all rows that fit and sorts them, before it takes the first few."""
    with writing(engine) as connection:
        return [
            statement
            for statement, values in noted.items()
            if any("TEMP B-TREE FOR" in line for line in _lines_of_sqlite(connection, statement, values))
        ]


def _lines_of_sqlite(connection: Connection, statement: str, values: Any) -> list[str]:
    return [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]


def _scans_of_sqlite(connection: Connection, statement: str, values: Any) -> set[str]:
    aliases = {alias: table for table, alias in _ALIASES.findall(statement)}
    lines = _lines_of_sqlite(connection, statement, values)
    scanned = {match[1] for line in lines if (match := _SQLITE_SCAN.match(line))}
    return {aliases.get(name, name) for name in scanned}


def _scans_of_postgres(connection: Connection, statement: str, values: Any) -> set[str]:
    plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", values).scalar_one()
    (tree,) = json.loads(plan) if isinstance(plan, str) else plan
    return set(_walked(tree["Plan"]))


def _walked(node: dict[str, Any]) -> Iterator[str]:
    is_whole = node["Node Type"] == "Seq Scan" or (
        node["Node Type"] in {"Index Scan", "Index Only Scan"} and "Index Cond" not in node
    )
    if is_whole:
        yield node["Relation Name"]
    for part in node.get("Plans", ()):
        yield from _walked(part)
