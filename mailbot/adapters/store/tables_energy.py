"""The tables that keep answers within bounds: bounds that were reached, stops, bounces, addresses that are muted."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, String, Table, text

from mailbot.adapters.store.columns import Identity, StorableText, UtcDateTime
from mailbot.adapters.store.tables import letters, mails, metadata

# The addresses that reached a bound, each once: many addresses within minutes are no matter of one sender.
bound_hits = Table(
    "bound_hits",
    metadata,
    Column("address", StorableText, primary_key=True),
    Column("bound", String(16), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index(None, "at"),
)

# When automatic answers stopped and why; `last_at` is when something last spoke for it. A few rows a year.
answer_stops = Table(
    "answer_stops",
    metadata,
    Column("id", Identity, primary_key=True, autoincrement=True),
    Column("reason", StorableText, nullable=False),
    Column("began_at", UtcDateTime, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
)

# Letters of ours that an address did not take: refused to our face, or sent back with the letter's own Message-ID.
bounces = Table(
    "bounces",
    metadata,
    Column("id", Identity, primary_key=True, autoincrement=True),
    Column("address", StorableText, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("permanent", Boolean, nullable=False),
    Column("answer", StorableText, nullable=False),
    Index(None, "address", "at"),
)

# Addresses that get no letter until a time, because they do not take any.
mutes = Table(
    "mutes",
    metadata,
    Column("address", StorableText, primary_key=True),
    Column("muted_at", UtcDateTime, nullable=False),
    Column("until", UtcDateTime, nullable=False),
    Column("reason", StorableText, nullable=False),
)

# how many mails did this address send lately
Index("ix_mails_sender_done_at", mails.c.sender, mails.c.done_at)
# how many mails were handled lately
Index("ix_mails_done_at", mails.c.done_at)
# how many automatic answers went out lately, in all
Index(
    "ix_letters_written_at",
    letters.c.written_at,
    # A database uses such an index only for the very words of the query.
    sqlite_where=text("replied = 1"),
    postgresql_where=text("replied"),
)
# how much of the day's sending is used
Index("ix_letters_sent_at", letters.c.sent_at)
