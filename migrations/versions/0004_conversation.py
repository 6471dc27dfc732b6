"""The whole conversation: promises in working time, parents and merged tickets, ratings, absence, regular letters.

Why each index is there stands beside it in mailbot/adapters/store/tables.py.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
EMPTY = {"nullable": False, "server_default": ""}
TICKET_COLUMNS = {
    "office": sa.Text(),
    "zone": sa.Text(),
    "copy_to": sa.Text(),
    "parent": sa.String(24),
    "merged_into": sa.String(24),
    "rating": sa.Integer(),
    "first_answer_at": MOMENT,
    "answer_due_at": MOMENT,
    "resolve_due_at": MOMENT,
    "paused_at": MOMENT,
}
TICKET_INDEXES = (("assignee", "status"), ("parent",), ("resolved_at",), ("opened_at",))


def upgrade() -> None:
    """Add columns and tables; tickets from before have no promises."""
    op.add_column("people", sa.Column("away_until", MOMENT))
    op.add_column("people", sa.Column("notify", sa.JSON(), nullable=False, server_default="{}"))
    for name, kind in TICKET_COLUMNS.items():
        rules = EMPTY if isinstance(kind, sa.String) else {}
        op.add_column("tickets", sa.Column(name, kind, **rules))
    for columns in TICKET_INDEXES:
        op.create_index(op.f(f"ix_tickets_{'_'.join(columns)}"), "tickets", list(columns))
    with op.batch_alter_table("letters") as letters:
        letters.alter_column("ticket_id", existing_type=IDENTITY, nullable=True)
    op.create_table(
        "held_news",
        sa.Column("id", IDENTITY, autoincrement=True, nullable=False),
        sa.Column("to", sa.Text(), nullable=False),
        sa.Column("ticket_id", IDENTITY, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_held_news_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_news")),
    )
    op.create_index(op.f("ix_held_news_to_id"), "held_news", ["to", "id"])
    op.create_table(
        "schedules",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_schedules")),
    )


def downgrade() -> None:
    """Take them away again; letters about no ticket cannot stay."""
    op.drop_table("schedules")
    op.drop_table("held_news")
    op.execute("delete from letters where ticket_id is null")
    with op.batch_alter_table("letters") as letters:
        letters.alter_column("ticket_id", existing_type=IDENTITY, nullable=False)
    for columns in reversed(TICKET_INDEXES):
        op.drop_index(op.f(f"ix_tickets_{'_'.join(columns)}"), "tickets")
    for name in reversed(TICKET_COLUMNS):
        op.drop_column("tickets", name)
    op.drop_column("people", "notify")
    op.drop_column("people", "away_until")
