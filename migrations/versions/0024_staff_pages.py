"""Prepared answers, and who has which ticket open."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "canned_answers",
        sa.Column("id", IDENTITY, autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("module", sa.String(40), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("text_hi", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canned_answers")),
        sa.UniqueConstraint("name", name=op.f("uq_canned_answers_name")),
    )
    op.create_table(
        "web_presence",
        sa.Column("ticket", sa.String(24), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("ticket", "person", name=op.f("pk_web_presence")),
    )
    op.create_index(op.f("ix_web_presence_seen_at"), "web_presence", ["seen_at"])
    op.create_index(op.f("ix_web_presence_person"), "web_presence", ["person"])


def downgrade() -> None:
    """Drop the tables; the prepared answers are lost."""
    op.drop_table("web_presence")
    op.drop_table("canned_answers")
