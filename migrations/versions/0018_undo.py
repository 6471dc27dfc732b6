"""What commands did, kept for some days so that one word takes it back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "deeds",
        sa.Column("id", IDENTITY, autoincrement=True, nullable=False),
        sa.Column("mail_id", IDENTITY, nullable=False),
        sa.Column("ticket_id", IDENTITY, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("action", sa.String(10), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("timers", sa.JSON(), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("undone_at", MOMENT),
        sa.ForeignKeyConstraint(["mail_id"], ["mails.id"], name=op.f("fk_deeds_mail_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_deeds_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deeds")),
    )
    op.create_index(op.f("ix_deeds_mail_id"), "deeds", ["mail_id"])
    op.create_index(op.f("ix_deeds_ticket_id_id"), "deeds", ["ticket_id", "id"])
    op.create_index(op.f("ix_deeds_actor_id"), "deeds", ["actor", "id"])


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("deeds")
