"""The tables of the pages: who is signed in, links to sign in with, bounds of attempts, filters that people keep."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, String, Table

from mailbot.adapters.store.columns import Identity, StorableText, UtcDateTime
from mailbot.adapters.store.tables import metadata

# Who is signed in. The cookie holds a secret, the table its SHA-256; whoever reads the table cannot sign in with it.
# `said` is what the next page tells about what was done.
web_sessions = Table(
    "web_sessions",
    metadata,
    Column("id", Identity, primary_key=True, autoincrement=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("employee_id", String(6), ForeignKey("people.employee_id"), nullable=False),
    Column("door", String(8), nullable=False),
    Column("began_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    Column("said", JSON, nullable=False),
    # signing out everywhere
    Index(None, "employee_id"),
    # what is over
    Index(None, "ends_at"),
)

# Links by mail, each for one sign-in. `browser` is the SHA-256 of a cookie of the browser that asked.
sign_in_links = Table(
    "sign_in_links",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("employee_id", String(6), ForeignKey("people.employee_id"), nullable=False),
    Column("browser", String(64), nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("until", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    # how many links this person got lately
    Index(None, "employee_id", "asked_at"),
    Index(None, "asked_at"),
)

# Hand-offs of the central software that were used, by the SHA-256 of who gave them out and their id.
handoff_ids = Table(
    "handoff_ids",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("until", UtcDateTime, nullable=False),
    Index(None, "until"),
)

# What was tried, by whom (an address, an Employee ID or the address of a machine), to keep it within bounds.
web_attempts = Table(
    "web_attempts",
    metadata,
    Column("id", Identity, primary_key=True, autoincrement=True),
    Column("kind", String(16), nullable=False),
    Column("who", StorableText, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index(None, "kind", "who", "at"),
    Index(None, "at"),
)

# Filters of lists that people gave a name. `used_at` is when one was kept or last chosen.
saved_filters = Table(
    "saved_filters",
    metadata,
    Column("id", Identity, primary_key=True, autoincrement=True),
    Column("person", StorableText, nullable=False),
    Column("name", StorableText, nullable=False),
    Column("query", StorableText, nullable=False),
    Column("used_at", UtcDateTime, nullable=False),
    Index(None, "person", "name", unique=True),
    Index(None, "used_at"),
)
