"""The table of what commands did, kept for some days so that one word takes it back."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, String, Table

from mailbot.adapters.store.columns import Identity, StorableText, UtcDateTime
from mailbot.adapters.store.tables import metadata

# One row for each ticket of a command mail. `fields` and `timers` are the values from before of what it changed, `told`
# who had news of it, and `digest` tells whether the ticket still is as the command left it. Each is taken back once.
deeds = Table(
    "deeds",
    metadata,
    Column("id", Identity, primary_key=True, autoincrement=True),
    Column("mail_id", Identity, ForeignKey("mails.id"), nullable=False),
    Column("ticket_id", Identity, ForeignKey("tickets.id"), nullable=False),
    Column("actor", StorableText, nullable=False),
    Column("words", StorableText, nullable=False),
    Column("action", String(10), nullable=False),
    Column("fields", JSON, nullable=False),
    Column("timers", JSON, nullable=False),
    Column("told", JSON, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("undone_at", UtcDateTime),
    # the tickets of one command
    Index(None, "mail_id"),
    # the last commands about a ticket
    Index(None, "ticket_id", "id"),
    # the last commands of a person
    Index(None, "actor", "id"),
)
