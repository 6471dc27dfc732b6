"""The tables of the watch: alarms, heartbeats, test mails through the whole loop, and how many rows there were."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table

from mailbot.adapters.store.columns import Identity, StorableText, UtcDateTime
from mailbot.adapters.store.tables import metadata

# What a person was told although nobody asked; `settled_at` is empty while it lasts.
alarms = Table(
    "alarms",
    metadata,
    Column("id", Identity, primary_key=True, autoincrement=True),
    Column("code", String(40), nullable=False),
    Column("text", StorableText, nullable=False),
    Column("sounded_at", UtcDateTime, nullable=False),
    Column("settled_at", UtcDateTime),
    Column("told_at", UtcDateTime),
    # what sounds now
    Index(None, "settled_at"),
)

# One row for each part of each worker, written every few seconds; those of a worker that ended go with time.
heartbeats = Table(
    "heartbeats",
    metadata,
    Column("worker", StorableText, primary_key=True),
    Column("part", String(80), primary_key=True),
    Column("beaten_at", UtcDateTime, nullable=False),
    Column("succeeded_at", UtcDateTime),
    Column("failed_at", UtcDateTime),
    Column("error", StorableText, nullable=False),
)

# Test mails from the desk to itself. `slot` is the number of the stretch of time, so that two workers send one.
canaries = Table(
    "canaries",
    metadata,
    Column("slot", BigInteger, primary_key=True, autoincrement=False),
    Column("message_id", StorableText, nullable=False),
    Column("sent_at", UtcDateTime, nullable=False),
    Column("returned_at", UtcDateTime),
)

# How many rows a table had up to which id at the last look: rows that are never deleted cannot become fewer.
books = Table(
    "books",
    metadata,
    Column("name", String(20), primary_key=True),
    Column("highest", BigInteger, nullable=False),
    Column("counted", Integer, nullable=False),
)
