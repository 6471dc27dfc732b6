"""What the API leaves of people: erased on demand, and when it serves nothing any more."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from mailbot.adapters.store.api_calls import KEPT
from mailbot.adapters.store.tables import people, tickets
from mailbot.adapters.store.tables_api import api_calls, webhook_deliveries
from mailbot.domain.hooks import DeliveryState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

# So long a program may look up what it was told.
_TOLD = timedelta(days=14)


def erase_api_of(connection: Connection, address: str) -> int:
    """Erase answers that were given about a person's tickets, and what webhooks were told of them."""
    same = select(people.c.employee_id).where(people.c.email == address)
    statements = (
        delete(api_calls).where(api_calls.c.person == address),
        delete(webhook_deliveries).where(webhook_deliveries.c.employee_id.in_(same)),
    )
    return sum(connection.execute(statement).rowcount for statement in statements)


def erase_told(connection: Connection, ids: Sequence[int]) -> None:
    """Erase what webhooks were told of these tickets."""
    d, own = webhook_deliveries.c, tickets.c.id.in_(ids)
    whose, which = select(tickets.c.employee_id).where(own), select(tickets.c.number).where(own)
    connection.execute(delete(webhook_deliveries).where(d.employee_id.in_(whose), d.ticket.in_(which)))


def drop_spent_api(connection: Connection, now: datetime) -> int:
    """Delete calls that are not repeated any more, and messages that arrived or were given up long ago."""
    d = webhook_deliveries.c
    spent = (
        delete(api_calls).where(api_calls.c.at <= now - KEPT),
        delete(webhook_deliveries).where(d.at <= now - _TOLD, d.state != DeliveryState.WAITING),
    )
    return sum(connection.execute(statement).rowcount for statement in spent)
