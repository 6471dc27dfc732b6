"""The table of leases, whose rows are also what transactions wait for that must not go on side by side."""

from __future__ import annotations

from sqlalchemy import Column, String, Table

from mailbot.adapters.store.columns import StorableText, UtcDateTime
from mailbot.adapters.store.tables import metadata

# Who may do what only one worker may do at a time, until when.
leases = Table(
    "leases",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("holder", StorableText, nullable=False),
    Column("until", UtcDateTime, nullable=False),
)
