"""Folders: how the mails of each were counted at the last look, and how far those beside the inbox were read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

HAS_ONE = sa.text("provider_id != ''")


def upgrade() -> None:
    """Make the table, and the index over the numbers that a provider gives to mails."""
    op.create_table(
        "folders",
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("role", sa.String(8), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("era", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True)),
        sa.Column("last_uid", sa.BigInteger(), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True)),
    )
    op.create_index("ix_mails_provider_id", "mails", ["provider_id"], sqlite_where=HAS_ONE, postgresql_where=HAS_ONE)


def downgrade() -> None:
    """Take them away again."""
    op.drop_index("ix_mails_provider_id", "mails")
    op.drop_table("folders")
