"""The watch: alarms, heartbeats of the parts, test mails through the whole loop, and how many rows there were."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from mailbot.adapters.store.columns import Identity

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the four tables."""
    op.create_table(
        "alarms",
        sa.Column("id", Identity, primary_key=True, autoincrement=True),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sounded_at", MOMENT, nullable=False),
        sa.Column("settled_at", MOMENT),
        sa.Column("told_at", MOMENT),
    )
    op.create_index("ix_alarms_settled_at", "alarms", ["settled_at"])
    op.create_table(
        "heartbeats",
        sa.Column("part", sa.String(16), primary_key=True),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("beaten_at", MOMENT, nullable=False),
        sa.Column("succeeded_at", MOMENT),
        sa.Column("failed_at", MOMENT),
        sa.Column("error", sa.Text(), nullable=False),
    )
    op.create_table(
        "canaries",
        sa.Column("slot", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.Column("returned_at", MOMENT),
    )
    op.create_table(
        "books",
        sa.Column("name", sa.String(20), primary_key=True),
        sa.Column("highest", sa.BigInteger(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
    )


def downgrade() -> None:
    """Take them away again."""
    for name in ("books", "canaries", "heartbeats", "alarms"):
        op.drop_table(name)
