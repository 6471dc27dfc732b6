"""Reading the tickets of a database into the index of their words, a few hundred at a time."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sqlalchemy import select

from mailbot.adapters.store.searching import begin_words, readable, ticket_texts
from mailbot.adapters.store.tables import events, facts, tickets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection


BATCH = 500
T = tickets.c
# Named one by one: a migration must not ask for columns that a later one adds.
_COLUMNS = (T.id, T.number, T.requester_name, T.requester, T.employee_id, T.office, T.zone, T.title)


def fill_search(connection: Connection) -> int:
    """Write the words of every ticket to the empty index; return how many tickets there are."""
    count = last = 0
    while rows := connection.execute(select(*_COLUMNS).where(T.id > last).order_by(T.id).limit(BATCH)).all():
        texts = _texts_of(connection, [row.id for row in rows])
        for row in rows:
            begin_words(connection, row.id, [*ticket_texts(row), *texts[row.id]])
        count, last = count + len(rows), rows[-1].id
    return count


def _texts_of(connection: Connection, ids: Sequence[int]) -> dict[int, list[str]]:
    """Return the facts and the history of these tickets."""
    texts: dict[int, list[str]] = defaultdict(list)
    of_facts = select(facts.c.ticket_id, facts.c.value).where(facts.c.ticket_id.in_(ids)).order_by(facts.c.id)
    for ticket_id, value in connection.execute(of_facts):
        texts[ticket_id].append(value)
    of_events = select(events.c.ticket_id, events.c.text).where(events.c.ticket_id.in_(ids)).order_by(events.c.id)
    for ticket_id, text in connection.execute(of_events):
        texts[ticket_id] += readable(text)
    return texts
