"""One ticket as a page shows it: what its reader may see of it and may do with it now, or nothing at all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import select

from mailbot.adapters.store.engine import reading
from mailbot.adapters.store.people_rows import find_people
from mailbot.adapters.store.queries import find_history
from mailbot.adapters.store.rows import TICKET_COLUMNS, ticket_of
from mailbot.adapters.store.tables import tickets
from mailbot.adapters.store.visible import is_visible_to
from mailbot.domain.desk import Known, Target
from mailbot.domain.scene import make_scene
from mailbot.domain.ticket import allowed_steps
from mailbot.domain.trust import normal_address

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection, Engine

    from mailbot.adapters.store.queries import FileLine, TicketHistory
    from mailbot.domain.desk import Desk
    from mailbot.domain.people import Person
    from mailbot.domain.ticket import Step, Ticket


@dataclass(frozen=True, slots=True)
class TicketPage:
    """A ticket for one reader.

    `history` has no internal line, no letter and no reason for whom they are not. `steps` are those that the reader may
    take now. `people` are the rows of the directory for everybody who did something, by address.
    """

    history: TicketHistory
    steps: tuple[Step, ...]
    people: Mapping[str, Person]
    children: tuple[Ticket, ...] = ()

    @property
    def ticket(self) -> Ticket:
        """The ticket itself."""
        return self.history.ticket

    def name_of(self, address: str) -> str:
        """Return the name of somebody who did something; without a row of the directory the address."""
        person = self.people.get(normal_address(address))
        return person.name if person else address


def find_page(engine: Engine, viewer: Person, number: str, desk: Desk) -> TicketPage | None:
    """Return a ticket as somebody may see it; None when there is none of that number for them."""
    with reading(engine) as connection:
        if not _is_there(connection, viewer, number):
            return None
    history = find_history(engine, number)
    if history is None:
        return None
    ticket = history.ticket
    with reading(engine) as connection:
        addresses = {normal_address(line.actor) for line in history.events if line.actor}
        addresses |= {normal_address(one) for one in (ticket.requester, ticket.assignee, ticket.copy_to) if one}
        known = find_people(connection, addresses)
        parts = _find_tied(connection, number)
    own = tuple(part for part in parts if part.merged_into == number)
    followers = tuple(Target(part, known.get(normal_address(part.requester))) for part in own)
    scene = make_scene(
        ticket,
        Known(person=viewer, requester=known.get(normal_address(ticket.requester)), followers={number: followers}),
        desk,
        viewer.email,
    )
    shown = history if viewer.is_staff else _for_officers(history, viewer)
    return TicketPage(shown, allowed_steps(ticket.status, scene.actors), known, parts if viewer.is_staff else ())


def find_file(engine: Engine, viewer: Person, number: str, sha256: str) -> FileLine | None:
    """Return a file of a ticket, by its SHA-256 or that of its preview, for somebody who may see the ticket."""
    with reading(engine) as connection:
        if not _is_there(connection, viewer, number):
            return None
    history = find_history(engine, number) if sha256 else None
    if history is None:
        return None
    shown = history if viewer.is_staff else _for_officers(history, viewer)
    return next((file for file in shown.files if sha256 in {file.sha256, file.preview}), None)


def _is_there(connection: Connection, viewer: Person, number: str) -> bool:
    if not number.isprintable():  # PostgreSQL takes no NUL, not even to say that nothing has it
        return False
    query = select(tickets.c.id).where(tickets.c.number == number, is_visible_to(viewer))
    return connection.execute(query).first() is not None


def _find_tied(connection: Connection, number: str) -> tuple[Ticket, ...]:
    """Return the cases of a parent problem, and what became a part of the ticket."""
    tied = (tickets.c.parent == number) | (tickets.c.merged_into == number)
    query = select(*TICKET_COLUMNS).where(tied).order_by(tickets.c.id)
    return tuple(ticket_of(row) for row in connection.execute(query).mappings())


def _for_officers(history: TicketHistory, viewer: Person) -> TicketHistory:
    """Return a history without what is the IT section's matter, such as a note and the file that came with it."""
    events = tuple(replace(line, reason="") for line in history.events if not line.internal)
    told, own = {line.mail_id for line in events}, normal_address(viewer.email)
    shown = tuple(file for file in history.files if file.evidence and (file.mail_id in told or file.sender == own))
    return replace(history, events=events, files=shown, letters=(), alike=(), questions=())
