"""News that somebody of the IT section wants once an hour, kept until then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert

from mailbot.adapters.store.tables import held_news

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from mailbot.domain.letter import LetterOrder


def hold_news(connection: Connection, ticket_id: int, held: Sequence[LetterOrder], now: datetime) -> None:
    """Keep news about a ticket, within the transaction that obeys the decision."""
    common = {"ticket_id": ticket_id, "at": now}
    rows = [{"to": order.to, "kind": order.kind, "actor": order.actor, "text": order.text, **common} for order in held]
    if rows:
        connection.execute(insert(held_news), rows)
