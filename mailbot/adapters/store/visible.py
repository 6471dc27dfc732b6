"""Which tickets a person may see: one condition, which every query of a page or of the API carries.

The IT section sees all. An officer sees the own ones, those written for others as an integrator, and those into which
an own one was merged. What is not seen does not exist, for a page as for a count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, true, union_all

from mailbot.adapters.store.tables import tickets
from mailbot.domain.people import Role

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from mailbot.domain.people import Person


def is_visible_to(person: Person) -> ColumnElement[bool]:
    """Return the condition on `tickets` for what somebody may see.

    The ways to a ticket are found by an index each and put together as ids: with an `or` between them every list would
    walk through all tickets of the desk.
    """
    if person.is_staff:
        return true()
    whole, part = tickets.alias("whole"), tickets.alias("part")
    ids = select(whole.c.id)
    followed = select(part.c.merged_into).where(part.c.requester == person.email, part.c.merged_into != "")
    ways = [ids.where(whole.c.requester == person.email), ids.where(whole.c.number.in_(followed))]
    if person.role is Role.INTEGRATOR:
        ways.append(ids.where(whole.c.copy_to == person.email))
    return tickets.c.id.in_(union_all(*ways))
