"""The tables of those who look after the desk: proofs of its history, and restores of its data."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, String, Table

from mailbot.adapters.store.columns import UtcDateTime
from mailbot.adapters.store.tables import metadata

# Each anchor covers the lines of all histories after the anchor before it, up to the line `last_event`.
anchors = Table(
    "anchors",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("last_event", BigInteger, nullable=False),
    Column("lines", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
)

# Each time the data came back from a backup. Nothing runs until what came after the backup was taken in again.
restores = Table(
    "restores",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("backed_up_at", UtcDateTime, nullable=False),
    Column("restored_at", UtcDateTime, nullable=False),
    Column("caught_up_at", UtcDateTime),
)
