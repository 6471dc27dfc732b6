"""Heartbeats of each worker, and an index over the mails that were handled lately."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0021"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table anew; workers that run write their rows within seconds."""
    op.drop_table("heartbeats")
    op.create_table(
        "heartbeats",
        sa.Column("worker", sa.Text(), primary_key=True),
        sa.Column("part", sa.String(80), primary_key=True),
        *_beat(),
    )
    # For each mail it is asked how many were handled lately.
    op.create_index(op.f("ix_mails_done_at"), "mails", ["done_at"])


def downgrade() -> None:
    """Know one worker only."""
    op.drop_index(op.f("ix_mails_done_at"), "mails")
    op.drop_table("heartbeats")
    op.create_table(
        "heartbeats",
        sa.Column("part", sa.String(16), primary_key=True),
        sa.Column("worker", sa.Text(), nullable=False),
        *_beat(),
    )


def _beat() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("beaten_at", MOMENT, nullable=False),
        sa.Column("succeeded_at", MOMENT),
        sa.Column("failed_at", MOMENT),
        sa.Column("error", sa.Text(), nullable=False),
    )
