"""The table of the folders on the mail server, and how a mail is found by the number that a provider gives it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table

from mailbot.adapters.store.columns import StorableText, UtcDateTime
from mailbot.adapters.store.tables import mails, metadata

# One row for each folder that was ever opened: how its mails were counted at the last look, and how far it was read.
# `era` goes up when the folder went back in time without a new UIDVALIDITY; `last_uid` is of other folders than the
# desk's own, whose mails all stand in the ledger.
folders = Table(
    "folders",
    metadata,
    Column("name", StorableText, primary_key=True),
    Column("role", String(8), nullable=False),
    Column("uidvalidity", BigInteger, nullable=False),
    Column("era", Integer, nullable=False),
    Column("changed_at", UtcDateTime),
    Column("last_uid", BigInteger, nullable=False),
    Column("looked_at", UtcDateTime),
)

# The same mail under another label (X-GM-MSGID); most servers give no such number.
Index(
    "ix_mails_provider_id",
    mails.c.provider_id,
    sqlite_where=mails.c.provider_id != "",
    postgresql_where=mails.c.provider_id != "",
)
