"""Waits: how long a ticket waited for its requester, in working time, so that reports leave it out.

A wait is measured in the working hours of the desk when it ends; this program does not know those of earlier years, so
tickets from before count none.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; waits that still last are counted whole when they end."""
    op.add_column("tickets", sa.Column("waited_seconds", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Take it away again."""
    op.drop_column("tickets", "waited_seconds")
