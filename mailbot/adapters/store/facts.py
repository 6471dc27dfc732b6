"""The facts of tickets: what their mails name, each once a ticket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from mailbot.adapters.store.statements import on_both
from mailbot.adapters.store.tables import facts
from mailbot.domain.facts import Fact, FactKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

_ADD = on_both(lambda insert: insert(facts).on_conflict_do_nothing())
_OF_TICKET = select(facts.c.kind, facts.c.value).where(facts.c.ticket_id == bindparam("ticket")).order_by(facts.c.id)


def keep_facts(connection: Connection, ticket_id: int, found: Sequence[Fact], mail_id: int | None) -> None:
    """Add facts to a ticket; one that it has already stays with the mail that named it first."""
    rows = [{"ticket_id": ticket_id, "kind": fact.kind, "value": fact.value, "mail_id": mail_id} for fact in found]
    if rows:
        connection.execute(_ADD[connection.dialect.name], rows)


def find_ticket_facts(connection: Connection, ticket_id: int) -> tuple[Fact, ...]:
    """Return the facts of a ticket, in the order in which they were named."""
    found = connection.execute(_OF_TICKET, {"ticket": ticket_id})
    return tuple(Fact(FactKind(kind), value) for kind, value in found)
