"""Sessions of the pages, links to sign in with, hand-offs, attempts, and kept filters."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = ("saved_filters", "web_attempts", "handoff_ids", "sign_in_links", "web_sessions")


def upgrade() -> None:
    """Make the tables."""
    _make_sessions()
    _make_entry()
    op.create_table(
        "saved_filters",
        _id(),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("used_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filters")),
    )
    op.create_index(op.f("ix_saved_filters_person_name"), "saved_filters", ["person", "name"], unique=True)
    op.create_index(op.f("ix_saved_filters_used_at"), "saved_filters", ["used_at"])


def _make_sessions() -> None:
    op.create_table(
        "web_sessions",
        _id(),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("employee_id", sa.String(6), nullable=False),
        sa.Column("door", sa.String(8), nullable=False),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_sessions")),
        sa.ForeignKeyConstraint(["employee_id"], ["people.employee_id"], name=op.f("fk_web_sessions_employee_id")),
        sa.UniqueConstraint("digest", name=op.f("uq_web_sessions_digest")),
    )
    op.create_index(op.f("ix_web_sessions_employee_id"), "web_sessions", ["employee_id"])
    op.create_index(op.f("ix_web_sessions_ends_at"), "web_sessions", ["ends_at"])


def _make_entry() -> None:
    op.create_table(
        "sign_in_links",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("employee_id", sa.String(6), nullable=False),
        sa.Column("browser", sa.String(64), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_sign_in_links")),
        sa.ForeignKeyConstraint(["employee_id"], ["people.employee_id"], name=op.f("fk_sign_in_links_employee_id")),
    )
    op.create_index(op.f("ix_sign_in_links_employee_id_asked_at"), "sign_in_links", ["employee_id", "asked_at"])
    op.create_index(op.f("ix_sign_in_links_asked_at"), "sign_in_links", ["asked_at"])
    op.create_table(
        "handoff_ids",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_handoff_ids")),
    )
    op.create_index(op.f("ix_handoff_ids_until"), "handoff_ids", ["until"])
    op.create_table(
        "web_attempts",
        _id(),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_attempts")),
    )
    op.create_index(op.f("ix_web_attempts_kind_who_at"), "web_attempts", ["kind", "who", "at"])
    op.create_index(op.f("ix_web_attempts_at"), "web_attempts", ["at"])


def _id() -> sa.Column[int]:
    return sa.Column("id", IDENTITY, autoincrement=True, nullable=False)


def downgrade() -> None:
    """Drop the tables; whoever is signed in signs in again after the next upgrade."""
    for name in TABLES:
        op.drop_table(name)
