"""The table of the questions "was this you?" about mails that ask for something and prove nothing."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, String, Table

from mailbot.adapters.store.columns import Identity, StorableText, UtcDateTime
from mailbot.adapters.store.tables import metadata

# `nonce` stands in the letter that asks, and finds the question that an answer is about; what was asked for is read
# again from the bytes of the mail. A question is answered once.
challenges = Table(
    "challenges",
    metadata,
    Column("id", Identity, primary_key=True, autoincrement=True),
    Column("nonce", String(8), nullable=False, unique=True),
    Column("actor", StorableText, nullable=False),
    Column("ticket", String(20), nullable=False),
    Column("is_apart", Boolean, nullable=False),
    Column("mail_id", Identity, ForeignKey("mails.id"), nullable=False),
    Column("state", String(9), nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("answered_at", UtcDateTime),
    CheckConstraint("state in ('asked', 'confirmed', 'refused')", name="state"),
    # how often was this address asked lately
    Index(None, "actor", "asked_at"),
)
