"""Scans: what the malware scanner said of files, and which of them wait for it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "scans",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("verdict", sa.String(10), nullable=False),
        sa.Column("threat", sa.Text(), nullable=False),
        sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("verdict in ('clean', 'infected', 'unscanned')", name=op.f("ck_scans_verdict")),
    )
    op.create_index("ix_scans_due_at", "scans", ["due_at"])
    op.create_index("ix_scans_verdict", "scans", ["verdict"])


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("scans")
