"""Questions "was this you?" to the stored address, about mails that ask for something and prove nothing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "challenges",
        sa.Column("id", IDENTITY, autoincrement=True, nullable=False),
        sa.Column("nonce", sa.String(8), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("ticket", sa.String(20), nullable=False),
        sa.Column("is_apart", sa.Boolean(), nullable=False),
        sa.Column("mail_id", IDENTITY, nullable=False),
        sa.Column("state", sa.String(9), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("answered_at", MOMENT),
        sa.CheckConstraint("state in ('asked', 'confirmed', 'refused')", name=op.f("ck_challenges_state")),
        sa.ForeignKeyConstraint(["mail_id"], ["mails.id"], name=op.f("fk_challenges_mail_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_challenges")),
        sa.UniqueConstraint("nonce", name=op.f("uq_challenges_nonce")),
    )
    op.create_index(op.f("ix_challenges_actor_asked_at"), "challenges", ["actor", "asked_at"])


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("challenges")
