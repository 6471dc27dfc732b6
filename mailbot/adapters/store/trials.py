"""The reasons of handled mails, from which the report about trust is added up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from mailbot.adapters.store.tables import mails

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import Connection

_BATCH = 1000


def find_reasons(connection: Connection, since: datetime) -> Iterator[tuple[str, list[str]]]:
    """Yield sender and reasons of each mail that was handled since then; a person waits for it, no mail does."""
    query = select(mails.c.sender, mails.c.reasons).where(mails.c.state == "done", mails.c.done_at >= since)
    for sender, reasons in connection.execute(query.execution_options(yield_per=_BATCH)):
        yield sender or "", reasons
