"""What pictures look like, and indexes to find tickets that look alike and those that became a part of another.

Why each index is there stands beside it in mailbot/adapters/store/tables.py.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TICKET_INDEXES = (("merged_into",), ("module", "opened_at"))


def upgrade() -> None:
    """Add the column and the indexes; pictures from before are like no other."""
    op.add_column("files", sa.Column("fingerprint", sa.String(16), nullable=False, server_default=""))
    op.create_index(op.f("ix_files_fingerprint_ticket_id"), "files", ["fingerprint", "ticket_id"])
    for columns in TICKET_INDEXES:
        op.create_index(op.f(f"ix_tickets_{'_'.join(columns)}"), "tickets", list(columns))


def downgrade() -> None:
    """Take them away again."""
    for columns in reversed(TICKET_INDEXES):
        op.drop_index(op.f(f"ix_tickets_{'_'.join(columns)}"), "tickets")
    op.drop_index(op.f("ix_files_fingerprint_ticket_id"), "files")
    op.drop_column("files", "fingerprint")
