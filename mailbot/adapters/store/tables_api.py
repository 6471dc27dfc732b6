"""The tables of the API: its keys, calls that may be repeated, webhooks, and what they still have to be told."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table

from mailbot.adapters.store.columns import Identity, StorableText, UtcDateTime
from mailbot.adapters.store.tables import metadata

# Keys of programs. `prefix` is public and names the key; of the key itself there is its SHA-256 alone.
api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Identity, primary_key=True, autoincrement=True),
    Column("prefix", String(12), nullable=False, unique=True),
    Column("digest", String(64), nullable=False),
    Column("name", StorableText, nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
    Column("used_at", UtcDateTime),
)

# Calls that came with an Idempotency-Key. `status` is 0 until the call is answered; `request` is the SHA-256 of it.
api_calls = Table(
    "api_calls",
    metadata,
    Column("id", Identity, primary_key=True, autoincrement=True),
    Column("api_key", Identity, ForeignKey("api_keys.id"), nullable=False),
    Column("key", String(128), nullable=False),
    Column("request", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("person", StorableText, nullable=False),
    Column("answer", JSON, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index(None, "api_key", "key", unique=True),
    Index(None, "person"),
    Index(None, "at"),
)

# Who is told of changes. `failing_since` is when telling failed that has not succeeded since.
webhooks = Table(
    "webhooks",
    metadata,
    Column("id", Identity, primary_key=True, autoincrement=True),
    Column("api_key", Identity, ForeignKey("api_keys.id"), nullable=False),
    Column("url", StorableText, nullable=False),
    Column("secret", String(64), nullable=False),
    Column("events", JSON, nullable=False),
    Column("state", String(8), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("failing_since", UtcDateTime),
    Column("due_at", UtcDateTime, nullable=False),
    Column("leased_until", UtcDateTime),
    Column("error", StorableText, nullable=False),
    Index(None, "api_key"),
    # each change asks whether anybody listens
    Index(None, "state", "due_at"),
)

# What a webhook is told, written in the transaction of the change; no words of people.
webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("id", Identity, primary_key=True, autoincrement=True),
    Column("webhook", Identity, ForeignKey("webhooks.id"), nullable=False),
    Column("uuid", String(36), nullable=False),
    Column("event", String(32), nullable=False),
    Column("ticket", String(24), nullable=False),
    Column("version", Integer, nullable=False),
    Column("status", String(16), nullable=False),
    Column("previous", String(16), nullable=False),
    Column("employee_id", String(6), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("state", String(8), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("answer", StorableText, nullable=False),
    Column("tried_at", UtcDateTime),
    Index(None, "webhook", "state", "id"),
    Index(None, "employee_id"),
    Index(None, "at"),
)
