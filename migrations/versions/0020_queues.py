"""Indexes in the order of the queues, so that a claim reads as many rows as it takes, however many wait."""

from __future__ import annotations

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Replace the indexes of the queues, and find the IT section by an index."""
    # Claims take the first mails by (turn, id); by (due_at, id) every claim sorted everything that waited.
    op.drop_index(op.f("ix_mails_state_due_at_id"), "mails")
    op.create_index(op.f("ix_mails_state_turn_id"), "mails", ["state", "turn", "id"])
    # Claims take the first letters by (priority, id), for the same reason; most that wait are due.
    op.drop_index(op.f("ix_letters_state_due_at_id"), "letters")
    op.create_index(op.f("ix_letters_state_priority_id"), "letters", ["state", "priority", "id"])
    # Every mail asks who is of the IT section, in a directory of all officers.
    op.create_index(op.f("ix_people_role"), "people", ["role"])


def downgrade() -> None:
    """Bring the old indexes back."""
    op.drop_index(op.f("ix_people_role"), "people")
    op.drop_index(op.f("ix_letters_state_priority_id"), "letters")
    op.create_index(op.f("ix_letters_state_due_at_id"), "letters", ["state", "due_at", "id"])
    op.drop_index(op.f("ix_mails_state_turn_id"), "mails")
    op.create_index(op.f("ix_mails_state_due_at_id"), "mails", ["state", "due_at", "id"])
