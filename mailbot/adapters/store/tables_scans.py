"""The table of what the malware scanner said of files, by their bytes."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, Integer, String, Table

from mailbot.adapters.store.columns import StorableText, UtcDateTime
from mailbot.adapters.store.tables import metadata

# `threat` is what was found, or why nothing could be found out. `due_at` is when an unscanned file is tried again.
scans = Table(
    "scans",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("verdict", String(10), nullable=False),
    Column("threat", StorableText, nullable=False),
    Column("scanned_at", UtcDateTime, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("due_at", UtcDateTime),
    CheckConstraint("verdict in ('clean', 'infected', 'unscanned')", name="verdict"),
    # what waits for the scanner
    Index(None, "due_at"),
    # what has which verdict
    Index(None, "verdict"),
)
