"""Upkeep: histories whose words can be erased and whose chain stays, anchors over all histories, restores.

The chain of each history is computed anew, over digests of what its lines say. A line that did not prove itself before
does not prove itself afterwards: it keeps the hash it had.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from alembic import op

from mailbot.adapters.store.columns import UtcDateTime
from mailbot.adapters.store.history import Line, content_digest, line_hash

if TYPE_CHECKING:
    from collections.abc import Callable

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

BATCH = 1000
EVENTS = sa.table(
    "events",
    *(sa.column(name) for name in ("id", "ticket_id", "sequence", "kind", "actor", "text", "reason", "mail_id")),
    sa.column("internal", sa.Boolean()),
    sa.column("at", UtcDateTime()),
    sa.column("salt"),
    sa.column("digest"),
    sa.column("hash"),
)
TICKETS = sa.table("tickets", sa.column("id"), sa.column("number"))


def upgrade() -> None:
    """Add the columns and tables, and chain every history anew."""
    op.add_column("events", sa.Column("salt", sa.String(32), nullable=False, server_default=""))
    op.add_column("events", sa.Column("digest", sa.String(64), nullable=False, server_default=""))
    op.create_table(
        "anchors",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("last_event", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_table(
        "restores",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("backed_up_at", UtcDateTime(), nullable=False),
        sa.Column("restored_at", UtcDateTime(), nullable=False),
        sa.Column("caught_up_at", UtcDateTime()),
    )
    _chain(op.get_bind(), _chained_with_digests)


def downgrade() -> None:
    """Chain every history as it was before, and take columns and tables away again."""
    _chain(op.get_bind(), _chained_as_before)
    op.drop_table("restores")
    op.drop_table("anchors")
    op.drop_column("events", "digest")
    op.drop_column("events", "salt")


def _chain(connection: sa.Connection, chained: Callable[[Any, str, str], tuple[dict[str, str], bool]]) -> None:
    """Compute the hashes of all histories anew, a few hundred lines at a time."""
    after, before, previous = (0, 0), "", ""
    while rows := connection.execute(_lines_after(*after)).all():
        for row in rows:
            if row.sequence == 1 or row.ticket_id != after[0]:
                before = previous = ""
            values, was_whole = chained(row, before, previous)
            if not was_whole:
                values["hash"] = row.hash
            connection.execute(EVENTS.update().where(EVENTS.c.id == row.id).values(values))
            after, before, previous = (row.ticket_id, row.sequence), row.hash, values["hash"]


def _lines_after(ticket_id: int, sequence: int) -> sa.Select[Any]:
    columns = EVENTS.c
    later = sa.or_(columns.ticket_id > ticket_id, sa.and_(columns.ticket_id == ticket_id, columns.sequence > sequence))
    query = sa.select(EVENTS, TICKETS.c.number).join(TICKETS, TICKETS.c.id == columns.ticket_id).where(later)
    return query.order_by(columns.ticket_id, columns.sequence).limit(BATCH)


def _chained_with_digests(row: Any, before: str, previous: str) -> tuple[dict[str, str], bool]:
    salt = secrets.token_hex(16)
    digest = content_digest(salt, row.actor, row.text, row.reason)
    line = Line(row.number, row.sequence, row.at, row.kind, row.internal, row.mail_id, digest)
    values = {"salt": salt, "digest": digest, "hash": line_hash(previous, line)}
    return values, row.hash == _hash_before(before, row)


def _chained_as_before(row: Any, before: str, previous: str) -> tuple[dict[str, str], bool]:
    line = Line(row.number, row.sequence, row.at, row.kind, row.internal, row.mail_id, row.digest)
    return {"hash": _hash_before(previous, row)}, row.hash == line_hash(before, line)


def _hash_before(previous: str, row: Any) -> str:
    content = (previous, row.number, row.sequence, row.at.isoformat(), row.kind, row.actor, row.text)
    material = json.dumps((*content, row.reason, bool(row.internal)), ensure_ascii=False)
    return hashlib.sha256(material.encode()).hexdigest()
