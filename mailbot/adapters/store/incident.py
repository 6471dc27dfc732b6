"""What happened in a period, row by row, for a report about an incident: who, when and what, no words of mails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from mailbot.adapters.store.statistics import last_before
from mailbot.adapters.store.tables import events, letters, mails, tickets
from mailbot.adapters.store.tables_watch import alarms

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Select

BATCH = 2_000
# Letters' Message-IDs carry reply tokens, subjects and texts the words of people: none of them is taken along.
MAIL_COLUMNS = (
    "id",
    "arrived_at",
    "kept_at",
    "done_at",
    "sender",
    "state",
    "outcome",
    "ticket",
    "size",
    "sha256",
    "attempts",
    "error",
)
LETTER_COLUMNS = ("id", "written_at", "sent_at", "kind", "to", "state", "attempts", "answer")
EVENT_COLUMNS = ("id", "at", "sequence", "kind", "actor", "internal", "mail_id", "reason", "hash")
ALARM_COLUMNS = ("id", "sounded_at", "settled_at", "told_at", "code", "text")


@dataclass(frozen=True, slots=True)
class Listing:
    """One file of the report: its name, its headings, and its rows one after the other."""

    name: str
    headings: tuple[str, ...]
    rows: Iterator[tuple[Any, ...]]


def list_period(connection: Connection, since: datetime, until: datetime) -> Iterator[Listing]:
    """Yield what happened in a period, oldest first; rows are read while they are written, a few at a time."""
    history = select(tickets.c.number, *(events.c[name] for name in EVENT_COLUMNS)).join(tickets)
    for name, headings, query, table, moment in (
        ("mails", MAIL_COLUMNS, select(*(mails.c[name] for name in MAIL_COLUMNS)), mails, mails.c.kept_at),
        (
            "letters",
            LETTER_COLUMNS,
            select(*(letters.c[name] for name in LETTER_COLUMNS)),
            letters,
            letters.c.written_at,
        ),
        ("history", ("ticket", *EVENT_COLUMNS), history, events, events.c.at),
    ):
        yield Listing(name, headings, _rows(connection, _within(connection, query, table, moment, since, until)))
    query = select(*(alarms.c[name] for name in ALARM_COLUMNS))
    happened = alarms.c.sounded_at < until, (alarms.c.settled_at.is_(None)) | (alarms.c.settled_at >= since)
    yield Listing("alarms", ALARM_COLUMNS, _rows(connection, query.where(*happened).order_by(alarms.c.id)))


def _within(  # noqa: PLR0917 - a query with the table and the column that say when
    connection: Connection, query: Select[Any], table: Any, moment: ColumnElement[Any], since: datetime, until: datetime
) -> Select[Any]:
    # Rows are written in the order of time: where the period begins is found from the newest back, without an index.
    first = last_before(connection, table, moment, since)
    return query.where(table.c.id > first, moment >= since, moment < until).order_by(table.c.id)


def _rows(connection: Connection, query: Select[Any]) -> Iterator[tuple[Any, ...]]:
    for row in connection.execute(query.execution_options(yield_per=BATCH)):
        yield tuple(row)
