"""Bounds for automatic answers: reached bounds, stops, bounces, mutes; whose turn a mail is, how urgent a letter is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from mailbot.adapters.store.columns import Identity

revision = "0012"
down_revision = "0009"
branch_labels = None
depends_on = None

# As queries say it: a database uses such an index only for the very same words.
REPLIED, IS_REPLIED = sa.text("replied"), sa.text("replied = 1")


def upgrade() -> None:
    """Make the tables, the two columns, and the indexes that the bounds are counted by."""
    op.create_table(
        "bound_hits",
        sa.Column("address", sa.Text(), primary_key=True),
        sa.Column("bound", sa.String(16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_bound_hits_at", "bound_hits", ["at"])
    op.create_table(
        "answer_stops",
        sa.Column("id", Identity, primary_key=True, autoincrement=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
    )
    op.create_table(
        "bounces",
        sa.Column("id", Identity, primary_key=True, autoincrement=True),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("permanent", sa.Boolean(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
    )
    op.create_index("ix_bounces_address_at", "bounces", ["address", "at"])
    op.create_table(
        "mutes",
        sa.Column("address", sa.Text(), primary_key=True),
        sa.Column("muted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
    )
    op.add_column("mails", sa.Column("turn", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("letters", sa.Column("priority", sa.Integer(), nullable=False, server_default="1"))
    op.create_index("ix_mails_sender_done_at", "mails", ["sender", "done_at"])
    op.create_index(
        "ix_letters_written_at", "letters", ["written_at"], sqlite_where=IS_REPLIED, postgresql_where=REPLIED
    )
    op.create_index("ix_letters_sent_at", "letters", ["sent_at"])


def downgrade() -> None:
    """Take them away again."""
    op.drop_index("ix_letters_sent_at", "letters")
    op.drop_index("ix_letters_written_at", "letters")
    op.drop_index("ix_mails_sender_done_at", "mails")
    op.drop_column("letters", "priority")
    op.drop_column("mails", "turn")
    op.drop_table("mutes")
    op.drop_index("ix_bounces_address_at", "bounces")
    op.drop_table("bounces")
    op.drop_table("answer_stops")
    op.drop_index("ix_bound_hits_at", "bound_hits")
    op.drop_table("bound_hits")
