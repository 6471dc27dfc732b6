"""A new list of people: who moved, who has another address, who left, and what that means for their tickets.

With "person" the open tickets of an officer follow to the new office, because whoever met the problem is who can answer
about it. With "office" they stay where they are and go to the officer who now has the same post there; when it is not
plain who that is, they stay with the old officer and the leads are told.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from mailbot.domain.addressing import to_person
from mailbot.domain.decision import Change, Decision, Event, EventKind, Outcome
from mailbot.domain.letter import LetterKind
from mailbot.domain.people import Role
from mailbot.domain.table import CellKind, Column, Table
from mailbot.domain.ticket import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mailbot.domain.desk import Desk
    from mailbot.domain.letter import LetterOrder
    from mailbot.domain.people import Person
    from mailbot.domain.ticket import Ticket

IMPORT_NAME = "directory"
SETTLED = frozenset({Status.CLOSED, Status.MERGED})
_COLUMNS = (
    Column("number", CellKind.TICKET),
    Column("title"),
    Column("requester"),
    Column("office"),
    Column("assignee"),
)


class Follow(StrEnum):
    """With whom the open tickets go when an officer is transferred."""

    PERSON = "person"
    OFFICE = "office"


@dataclass(frozen=True, slots=True)
class Renewal:
    """The directory before and after an import, for each person whom it changes.

    `moved` have another office or zone, `readdressed` another address, `left` are no longer in a full list.
    """

    new: tuple[Person, ...]
    moved: tuple[tuple[Person, Person], ...]
    readdressed: tuple[tuple[Person, Person], ...]
    left: tuple[Person, ...]
    after: tuple[Person, ...]

    @property
    def addresses(self) -> frozenset[str]:
        """The addresses whose open tickets an import concerns."""
        changed = (*self.moved, *self.readdressed)
        return frozenset({before.email for before, _ in changed} | {person.email for person in self.left})


@dataclass(frozen=True, slots=True)
class TicketMove:
    """What an import does to one ticket; `needs_somebody` tells that the leads have to decide."""

    ticket: Ticket
    change: Change = Change()  # noqa: RUF009 - frozen
    reason: str = ""
    needs_somebody: bool = False
    holder: Person | None = None


def compare_people(known: Mapping[str, Person], listed: Sequence[Person], *, full: bool) -> Renewal:
    """Return what a list of people changes; a full list means that whoever is not in it has left."""
    pairs = [(known[person.employee_id], person) for person in listed if person.employee_id in known]
    in_list = {person.employee_id for person in listed}
    missing = [person for person in known.values() if person.active and person.employee_id not in in_list]
    return Renewal(
        new=tuple(person for person in listed if person.employee_id not in known),
        moved=tuple((old, now) for old, now in pairs if (old.office, old.zone) != (now.office, now.zone)),
        readdressed=tuple((old, now) for old, now in pairs if old.email != now.email),
        left=tuple(missing) if full else (),
        after=(*listed, *(() if full else missing)),
    )


def move_tickets(renewal: Renewal, tickets: Iterable[Ticket], follow: Follow) -> tuple[TicketMove, ...]:
    """Return what becomes of these tickets; those that stay as they are are left out."""
    moves = (_move(ticket, renewal, follow) for ticket in tickets)
    return tuple(move for move in moves if move.change != Change() or move.needs_somebody)


def decide_import(renewal: Renewal, moves: Sequence[TicketMove], desk: Desk, key: str) -> Decision:
    """Return one decision for the whole import: a change for each ticket, letters to leads and new holders."""
    return Decision(
        outcome=Outcome.ANSWERED,
        reasons=("A new list of people was imported.",),
        letters=(*_letters_to_leads(renewal, moves, desk, key), *_letters_to_holders(moves, desk, key)),
        also=tuple(_decision(move) for move in moves if move.change != Change()),
    )


def find_successor(left: Person, renewal: Renewal) -> Person | None:
    """Return the one officer who came to the post that somebody left, or None when that is not plain."""
    post = (left.office, left.zone, left.designation)
    came = {person.employee_id for person in renewal.new} | {now.employee_id for _, now in renewal.moved}
    found = [
        person
        for person in renewal.after
        if person.employee_id in came - {left.employee_id}
        and person.role is Role.OFFICER
        and (person.office, person.zone, person.designation) == post
    ]
    return found[0] if len(found) == 1 and left.office else None


def _move(ticket: Ticket, renewal: Renewal, follow: Follow) -> TicketMove:
    values: dict[str, Any] = dict(_new_addresses(ticket, renewal))
    reasons = ["An address in the directory changed."] if values else []
    if ticket.status in SETTLED:
        return TicketMove(ticket, Change(**values), " ".join(reasons))
    gone = next((person for person in renewal.left if person.email == ticket.requester), None)
    moved = next((pair for pair in renewal.moved if pair[0].email == ticket.requester), None)
    needs_somebody, holder = False, None
    if moved and follow is Follow.PERSON:
        values |= {"office": moved[1].office, "zone": moved[1].zone}
        reasons.append(f"The officer moved to {moved[1].office}.")
    elif moved or gone:
        left = moved[0] if moved else gone
        holder = find_successor(left, renewal) if left and follow is Follow.OFFICE else None
        needs_somebody = holder is None
        if holder is not None:
            values |= {"requester": holder.email, "requester_name": holder.name, "employee_id": holder.employee_id}
            reasons.append(f"{holder.name} now holds {holder.office}.")
    if any(person.email == ticket.assignee for person in renewal.left):
        values["assignee"] = ""
        needs_somebody = True
        reasons.append("Who worked on it is no longer in the directory.")
    return TicketMove(ticket, Change(**values), " ".join(reasons), needs_somebody, holder)


def _new_addresses(ticket: Ticket, renewal: Renewal) -> dict[str, str]:
    moved = {before.email: after.email for before, after in renewal.readdressed}
    named = {name: moved.get(getattr(ticket, name)) for name in ("requester", "assignee", "copy_to")}
    return {name: address for name, address in named.items() if address}


def _decision(move: TicketMove) -> Decision:
    said = ", ".join(
        value for field in fields(Change) if isinstance(value := getattr(move.change, field.name), str) and value
    )
    return Decision(
        outcome=Outcome.UPDATED,
        reasons=(move.reason,),
        ticket=move.ticket.number,
        expected_version=move.ticket.version,
        change=move.change,
        events=(Event(EventKind.FIELDS_SET, IMPORT_NAME, said, move.reason, internal=True),),
    )


def _letters_to_leads(renewal: Renewal, moves: Sequence[TicketMove], desk: Desk, key: str) -> tuple[LetterOrder, ...]:
    table = _table([move for move in moves if move.needs_somebody])
    leads = [person for person in renewal.after if person.role is Role.LEAD] if table.rows else []
    return tuple(order for lead in leads for order in _letter(lead, table, desk, key))


def _letters_to_holders(moves: Sequence[TicketMove], desk: Desk, key: str) -> tuple[LetterOrder, ...]:
    holders = {move.holder.employee_id: move.holder for move in moves if move.holder}
    return tuple(
        order
        for employee_id, holder in holders.items()
        for order in _letter(
            holder, _table([m for m in moves if m.holder and m.holder.employee_id == employee_id]), desk, key
        )
    )


def _letter(person: Person, table: Table, desk: Desk, key: str) -> tuple[LetterOrder, ...]:
    language = person.language or desk.language
    values = (("office", person.office),)
    return to_person(LetterKind.MOVED, person, language, values=values, tables=(table,), key=key)


def _table(moves: Sequence[TicketMove]) -> Table:
    rows = tuple(
        (m.ticket.number, m.ticket.title, m.ticket.requester_name, m.ticket.office, m.ticket.assignee) for m in moves
    )
    return Table("moved", _COLUMNS, rows)
