"""Facts: GSTINs, ARNs, error codes and the like that a ticket's mails name, to be searched by their value."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "facts",
        sa.Column("id", IDENTITY, autoincrement=True, nullable=False),
        sa.Column("ticket_id", IDENTITY, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("value", sa.String(length=60), nullable=False),
        sa.Column("mail_id", IDENTITY, nullable=True),
        sa.ForeignKeyConstraint(["mail_id"], ["mails.id"], name=op.f("fk_facts_mail_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_facts_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facts")),
        sa.UniqueConstraint("ticket_id", "kind", "value", name=op.f("uq_facts_ticket_id_kind_value")),
    )
    with op.batch_alter_table("facts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_facts_value_ticket_id"), ["value", "ticket_id"], unique=False)


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("facts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_facts_value_ticket_id"))

    op.drop_table("facts")
