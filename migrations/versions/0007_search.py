"""Full text of tickets: FTS5 on SQLite, a tsvector with a GIN index on PostgreSQL; tickets that are there are read in.

The index holds only what other tables hold, so the program that will search it also fills it here.
"""

from __future__ import annotations

from alembic import op

from mailbot.adapters.store.search_filling import fill_search

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLE = "search_words"


def upgrade() -> None:
    """Make the index and read all tickets into it; the rows come first, which is faster on PostgreSQL."""
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        op.execute(f"create virtual table {TABLE} using fts5(words, size unindexed, tokenize = 'ascii')")
        fill_search(connection)
        return
    op.execute(
        f"create table {TABLE} (ticket_id bigint primary key references tickets (id) on delete cascade, "
        "words tsvector not null, size integer not null)"
    )
    fill_search(connection)
    op.execute(f"create index ix_{TABLE}_words on {TABLE} using gin (words)")


def downgrade() -> None:
    """Take it back."""
    op.execute(f"drop table {TABLE}")
