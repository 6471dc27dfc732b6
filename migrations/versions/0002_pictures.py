"""Pictures: their size in pixels, a small preview, and whether they are evidence.

A file also gets the sender of its mail, so that the pictures a sender repeats in every mail are found by one index;
why the index is there stands beside it in mailbot/adapters/store/tables.py. Files from before stay evidence, without a
preview and without a known size.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# No address is longer (RFC 5321 4.5.3.1); a longer one is nobody's, and PostgreSQL could not index it.
LONGEST_ADDRESS = 254


def upgrade() -> None:
    """Add the columns, and the senders of the files that are there."""
    with op.batch_alter_table("files", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sender", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("preview", sa.String(length=64), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("width", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("height", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("evidence", sa.Boolean(), nullable=False, server_default=sa.true()))

    files = sa.table("files", sa.column("mail_id"), sa.column("sender"))
    mails = sa.table("mails", sa.column("id"), sa.column("sender"))
    sent_by = sa.select(sa.func.lower(mails.c.sender)).where(mails.c.id == files.c.mail_id).scalar_subquery()
    has_sender = sa.exists().where(
        mails.c.id == files.c.mail_id, mails.c.sender.is_not(None), sa.func.length(mails.c.sender) <= LONGEST_ADDRESS
    )
    op.execute(sa.update(files).values(sender=sent_by).where(has_sender))

    with op.batch_alter_table("files", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_files_sender_sha256"), ["sender", "sha256"], unique=False)


def downgrade() -> None:
    """Take it back; the previews stay in the file store."""
    with op.batch_alter_table("files", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_files_sender_sha256"))

    with op.batch_alter_table("files", schema=None) as batch_op:
        batch_op.drop_column("evidence")
        batch_op.drop_column("height")
        batch_op.drop_column("width")
        batch_op.drop_column("preview")
        batch_op.drop_column("sender")
