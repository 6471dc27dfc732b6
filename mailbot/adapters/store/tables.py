"""The tables. A migration changes them; this module only describes how they are now."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from mailbot.adapters.store.columns import Identity, StorableText, UtcDateTime

CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=CONVENTION)

people = Table(
    "people",
    metadata,
    Column("employee_id", String(6), primary_key=True),
    Column("name", StorableText, nullable=False),
    Column("email", StorableText, nullable=False, unique=True),
    Column("role", String(20), nullable=False),
    Column("designation", StorableText, nullable=False, default=""),
    Column("office", StorableText, nullable=False, default=""),
    Column("zone", StorableText, nullable=False, default=""),
    Column("mobile", String(20), nullable=False, default=""),
    Column("language", String(2)),
    Column("active", Boolean, nullable=False, default=True),
    Column("away_until", UtcDateTime),
    Column("notify", JSON, nullable=False, default=dict),
    # who is of the IT section
    Index(None, "role"),
)

# Private addresses that say they are somebody of the directory. One counts only when it is bound: when the stored
# address of that person said so. `nonce` finds the request that an answer is about.
bindings = Table(
    "bindings",
    metadata,
    Column("id", Identity, primary_key=True, autoincrement=True),
    Column("address", StorableText, nullable=False),
    Column("employee_id", String(6), ForeignKey("people.employee_id"), nullable=False),
    Column("nonce", String(8), nullable=False, unique=True),
    Column("state", String(8), nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("answered_at", UtcDateTime),
    CheckConstraint("state in ('asked', 'bound', 'refused')", name="state"),
    # whose is this address, and what was asked about it before
    Index(None, "address", "state"),
    # how often this person was asked lately
    Index(None, "employee_id", "asked_at"),
)

# The next serial of each month: one row a month, counted up inside the transaction that opens the ticket.
serials = Table(
    "serials",
    metadata,
    Column("month", String(4), primary_key=True),
    Column("last", Integer, nullable=False),
)

tickets = Table(
    "tickets",
    metadata,
    Column("id", Identity, primary_key=True, autoincrement=True),
    Column("number", String(24), nullable=False, unique=True),
    Column("status", String(16), nullable=False),
    Column("requester", StorableText, nullable=False),
    Column("requester_name", StorableText, nullable=False),
    Column("language", String(2), nullable=False),
    Column("request_type", String(40), nullable=False),
    Column("module", String(40), nullable=False),
    Column("priority", String(40), nullable=False),
    Column("title", StorableText, nullable=False),
    Column("description", StorableText, nullable=False),
    Column("employee_id", String(6), nullable=False),
    Column("mobile", String(20), nullable=False),
    Column("assignee", StorableText, nullable=False),
    Column("source", String(8), nullable=False),
    Column("verified", Boolean, nullable=False),
    Column("reopen_count", Integer, nullable=False),
    Column("resolution", StorableText, nullable=False),
    Column("related", String(24), nullable=False),
    Column("office", StorableText, nullable=False),
    Column("zone", StorableText, nullable=False),
    Column("copy_to", StorableText, nullable=False),
    Column("missing", StorableText, nullable=False),
    Column("parent", String(24), nullable=False),
    Column("merged_into", String(24), nullable=False),
    Column("rating", Integer),
    Column("first_answer_at", UtcDateTime),
    Column("answer_due_at", UtcDateTime),
    Column("resolve_due_at", UtcDateTime),
    Column("paused_at", UtcDateTime),
    Column("waited_seconds", Integer, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("resolved_at", UtcDateTime),
    Column("closed_at", UtcDateTime),
    Column("version", Integer, nullable=False),
    # `ticket list --requester`, and every officer's own tickets
    Index(None, "requester", "id"),
    # lists of one status, newest first
    Index(None, "status", "id"),
    # how many open tickets somebody of the IT section has
    Index(None, "assignee", "status"),
    # what an integrator wrote for others
    Index(None, "copy_to"),
    # the cases of a parent
    Index(None, "parent"),
    # what became a part of a ticket
    Index(None, "merged_into"),
    # which tickets of the last days may be about the same problem
    Index(None, "module", "opened_at"),
    # what was resolved in a period, for reports
    Index(None, "resolved_at"),
    Index(None, "opened_at"),
)

# Mailboxes that were empty when they were first visited: whatever arrives there later is new.
mailboxes = Table(
    "mailboxes",
    metadata,
    Column("name", Text, primary_key=True),
    Column("visited_at", UtcDateTime, nullable=False),
)

# The ledger: every mail ever seen, and its one final state.
mails = Table(
    "mails",
    metadata,
    Column("id", Identity, primary_key=True, autoincrement=True),
    Column("mailbox", StorableText, nullable=False),
    Column("uidvalidity", BigInteger, nullable=False),
    Column("uid", BigInteger, nullable=False),
    Column("provider_id", StorableText, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("oversized", Boolean, nullable=False),
    Column("arrived_at", UtcDateTime, nullable=False),
    Column("kept_at", UtcDateTime, nullable=False),
    Column("filed", Boolean, nullable=False),
    Column("state", String(12), nullable=False),
    Column("outcome", String(12), nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("ticket", String(24), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("turn", Integer, nullable=False, default=0),
    Column("due_at", UtcDateTime, nullable=False),
    Column("leased_until", UtcDateTime),
    Column("error", StorableText, nullable=False),
    Column("done_at", UtcDateTime),
    # What the mail says of itself; set when it is handled. `content_key` is unique among handled mails: the same mail
    # in two folders, or back from a restored mailbox, is handled once.
    Column("content_key", String(64), unique=True),
    Column("message_id", StorableText),
    Column("sender", StorableText),
    Column("subject", StorableText),
    UniqueConstraint("mailbox", "uidvalidity", "uid"),
    CheckConstraint("state in ('kept', 'done', 'quarantined', 'discarded')", name="state"),
    # the queue of kept mails, in its order
    Index(None, "state", "turn", "id"),
    # raw bytes that were handled before
    Index(None, "sha256"),
    # which ticket does this mail answer
    Index(None, "message_id"),
    # the mails of a ticket
    Index(None, "ticket"),
)

# Append-only history of tickets: see history.py. What has no salt any more was erased.
events = Table(
    "events",
    metadata,
    Column("id", Identity, primary_key=True, autoincrement=True),
    Column("ticket_id", Identity, ForeignKey("tickets.id"), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("actor", StorableText, nullable=False),
    Column("text", StorableText, nullable=False),
    Column("reason", StorableText, nullable=False),
    Column("internal", Boolean, nullable=False),
    Column("mail_id", Identity, ForeignKey("mails.id")),
    Column("salt", String(32), nullable=False, default=""),
    Column("digest", String(64), nullable=False, default=""),
    Column("hash", String(64), nullable=False),
    UniqueConstraint("ticket_id", "sequence"),
)

files = Table(
    "files",
    metadata,
    Column("id", Identity, primary_key=True, autoincrement=True),
    Column("ticket_id", Identity, ForeignKey("tickets.id"), nullable=False),
    Column("mail_id", Identity, ForeignKey("mails.id"), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("name", StorableText, nullable=False),
    Column("content_type", StorableText, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("inline", Boolean, nullable=False),
    # The sender of the mail as our tables compare addresses, empty when it has none that could be one.
    Column("sender", StorableText, nullable=False),
    # The SHA-256 of a small PNG of a picture in the file store, empty without one; pixels are 0 when they are unknown.
    Column("preview", String(64), nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    # False for logos and tracking pixels: kept, and not shown as a screenshot.
    Column("evidence", Boolean, nullable=False),
    # What a picture looks like, in 16 hexadecimal digits; empty when it has too little to tell or only decorates.
    Column("fingerprint", String(16), nullable=False),
    Index(None, "ticket_id"),
    # which tickets have a screenshot that looks like this one
    Index(None, "fingerprint", "ticket_id"),
    # which pictures of a mail did this sender send before; by `sha256` alone all officers' copies of the department's
    # logo would be walked
    Index(None, "sender", "sha256"),
)

# What the mails of a ticket name: GSTINs, ARNs, error codes. `mail_id` is the mail that named it first.
facts = Table(
    "facts",
    metadata,
    Column("id", Identity, primary_key=True, autoincrement=True),
    Column("ticket_id", Identity, ForeignKey("tickets.id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("value", String(60), nullable=False),
    Column("mail_id", Identity, ForeignKey("mails.id")),
    UniqueConstraint("ticket_id", "kind", "value"),
    # which tickets name this
    Index(None, "value", "ticket_id"),
)

# News that somebody of the IT section wants in one letter an hour instead of one letter each.
held_news = Table(
    "held_news",
    metadata,
    Column("id", Identity, primary_key=True, autoincrement=True),
    Column("to", StorableText, nullable=False),
    Column("ticket_id", Identity, ForeignKey("tickets.id"), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("actor", StorableText, nullable=False),
    Column("text", StorableText, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index(None, "to", "id"),
)

# When each regular letter (digest, pendency sheet, monthly report, hourly letters) is due next.
schedules = Table(
    "schedules",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("due_at", UtcDateTime, nullable=False),
    Column("done_at", UtcDateTime),
)

# The outbox: finished letters. Those about no single ticket have none.
letters = Table(
    "letters",
    metadata,
    Column("id", Identity, primary_key=True, autoincrement=True),
    Column("ticket_id", Identity, ForeignKey("tickets.id")),
    Column("kind", String(20), nullable=False),
    Column("to", StorableText, nullable=False),
    Column("message_id", StorableText, nullable=False, unique=True),
    Column("subject", StorableText, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("replied", Boolean, nullable=False),
    Column("priority", Integer, nullable=False, default=1),
    Column("state", String(8), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("unknowns", Integer, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("leased_until", UtcDateTime),
    Column("answer", StorableText, nullable=False),
    Column("written_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
    CheckConstraint("state in ('pending', 'sending', 'sent', 'failed')", name="state"),
    # the queue of letters, in its order
    Index(None, "state", "priority", "id"),
    # a person's thread of a ticket
    Index(None, "ticket_id", "to", "id"),
    # how many answers an address got lately
    Index(None, "to", "written_at"),
)

timers = Table(
    "timers",
    metadata,
    Column("id", Identity, primary_key=True, autoincrement=True),
    Column("ticket_id", Identity, ForeignKey("tickets.id"), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    UniqueConstraint("ticket_id", "kind"),
    Index(None, "due_at"),
)
