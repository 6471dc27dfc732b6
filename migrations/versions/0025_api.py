"""Keys of the API, calls that may be repeated, webhooks, and what they still have to be told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = ("webhook_deliveries", "webhooks", "api_calls", "api_keys")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "api_keys",
        _id(),
        sa.Column("prefix", sa.String(12), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT),
        sa.Column("revoked_at", MOMENT),
        sa.Column("used_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("prefix", name=op.f("uq_api_keys_prefix")),
    )
    op.create_table(
        "api_calls",
        _id(),
        sa.Column("api_key", IDENTITY, nullable=False),
        sa.Column("key", sa.String(128), nullable=False),
        sa.Column("request", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_calls")),
        sa.ForeignKeyConstraint(["api_key"], ["api_keys.id"], name=op.f("fk_api_calls_api_key")),
    )
    op.create_index(op.f("ix_api_calls_api_key_key"), "api_calls", ["api_key", "key"], unique=True)
    op.create_index(op.f("ix_api_calls_person"), "api_calls", ["person"])
    op.create_index(op.f("ix_api_calls_at"), "api_calls", ["at"])
    _make_webhooks()


def _make_webhooks() -> None:
    op.create_table(
        "webhooks",
        _id(),
        sa.Column("api_key", IDENTITY, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.String(64), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", MOMENT),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("leased_until", MOMENT),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks")),
        sa.ForeignKeyConstraint(["api_key"], ["api_keys.id"], name=op.f("fk_webhooks_api_key")),
    )
    op.create_index(op.f("ix_webhooks_api_key"), "webhooks", ["api_key"])
    op.create_index(op.f("ix_webhooks_state_due_at"), "webhooks", ["state", "due_at"])
    op.create_table(
        "webhook_deliveries",
        _id(),
        sa.Column("webhook", IDENTITY, nullable=False),
        sa.Column("uuid", sa.String(36), nullable=False),
        sa.Column("event", sa.String(32), nullable=False),
        sa.Column("ticket", sa.String(24), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("previous", sa.String(16), nullable=False),
        sa.Column("employee_id", sa.String(6), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("tried_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_deliveries")),
        sa.ForeignKeyConstraint(["webhook"], ["webhooks.id"], name=op.f("fk_webhook_deliveries_webhook")),
    )
    op.create_index(op.f("ix_webhook_deliveries_webhook_state_id"), "webhook_deliveries", ["webhook", "state", "id"])
    op.create_index(op.f("ix_webhook_deliveries_employee_id"), "webhook_deliveries", ["employee_id"])
    op.create_index(op.f("ix_webhook_deliveries_at"), "webhook_deliveries", ["at"])


def _id() -> sa.Column[int]:
    return sa.Column("id", IDENTITY, autoincrement=True, nullable=False)


def downgrade() -> None:
    """Drop the tables; programs need new keys after the next upgrade."""
    for name in TABLES:
        op.drop_table(name)
