"""The table of what the malware scanner said of files, by their bytes."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, Integer, String, Table

from mailbot.adapters.store.columns import StorableText, UtcDateTime
from mailbot.adapters.store.tables import metadata

# `threat` is what was found, or why nothing could be found out. `due_at` is when an unscanned file is tried again.
# `late_at` is when malware was found in a file that had the verdict `late_from` before, until people are warned.
scans = Table(
    "scans",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("verdict", String(10), nullable=False),
    Column("threat", StorableText, nullable=False),
    Column("scanned_at", UtcDateTime, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("due_at", UtcDateTime),
    Column("late_at", UtcDateTime),
    Column("late_from", String(10), nullable=False, default="", server_default=""),
    CheckConstraint("verdict in ('clean', 'infected', 'unscanned')", name="verdict"),
    # what waits for the scanner
    Index(None, "due_at"),
    # what has which verdict
    Index(None, "verdict"),
    # what people must be warned of
    Index(None, "late_at"),
)
