"""People: what a ticket still asks for, and private addresses that belong to somebody of the directory.

Why each index is there stands beside it in mailbot/adapters/store/tables.py.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add them; tickets from before ask for nothing."""
    op.add_column("tickets", sa.Column("missing", sa.Text(), nullable=False, server_default=""))
    op.create_index(op.f("ix_tickets_copy_to"), "tickets", ["copy_to"])
    op.create_table(
        "bindings",
        sa.Column("id", IDENTITY, autoincrement=True, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("employee_id", sa.String(6), nullable=False),
        sa.Column("nonce", sa.String(8), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("answered_at", MOMENT),
        sa.CheckConstraint("state in ('asked', 'bound', 'refused')", name=op.f("ck_bindings_state")),
        sa.ForeignKeyConstraint(["employee_id"], ["people.employee_id"], name=op.f("fk_bindings_employee_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bindings")),
        sa.UniqueConstraint("nonce", name=op.f("uq_bindings_nonce")),
    )
    op.create_index(op.f("ix_bindings_address_state"), "bindings", ["address", "state"])
    op.create_index(op.f("ix_bindings_employee_id_asked_at"), "bindings", ["employee_id", "asked_at"])


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("bindings")
    op.drop_index(op.f("ix_tickets_copy_to"), "tickets")
    op.drop_column("tickets", "missing")
