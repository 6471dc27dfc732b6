"""The tables of the IT section's pages: prepared answers, and who has which ticket open."""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table

from mailbot.adapters.store.columns import Identity, StorableText, UtcDateTime
from mailbot.adapters.store.tables import metadata

# Answers that are written once and used often. `module` is empty for those that fit every ticket.
canned_answers = Table(
    "canned_answers",
    metadata,
    Column("id", Identity, primary_key=True, autoincrement=True),
    Column("name", StorableText, nullable=False, unique=True),
    Column("module", String(40), nullable=False),
    Column("text_en", StorableText, nullable=False),
    Column("text_hi", StorableText, nullable=False),
    Column("changed_by", StorableText, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
)

# Who of the IT section has a ticket open on a page. `seen_at` is the last time that the page said so by itself.
web_presence = Table(
    "web_presence",
    metadata,
    Column("ticket", String(24), primary_key=True),
    Column("person", StorableText, primary_key=True),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Index(None, "seen_at"),
    Index(None, "person"),
)
