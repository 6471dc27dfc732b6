"""Writing for an officer: a system integrator at a field office names the Employee ID, and the ticket is theirs.

The letters go to the officer; the integrator gets a copy of each. Nobody else can write for others.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mailbot.domain.decision import Change, Event, EventKind
from mailbot.domain.effects import Effects
from mailbot.domain.letter import Audience, LetterKind, LetterOrder, Notice
from mailbot.domain.people import Role
from mailbot.domain.trust import normal_address

if TYPE_CHECKING:
    from mailbot.domain.desk import Known
    from mailbot.domain.people import Person
    from mailbot.domain.scene import Scene
    from mailbot.domain.tags import Fields
    from mailbot.domain.understanding import Understanding


@dataclass(frozen=True, slots=True)
class Ownership:
    """Whose a new ticket is: `owner` when the sender writes for somebody, and what is told about it otherwise."""

    owner: Person | None = None
    notices: tuple[Notice, ...] = ()


def find_ownership(fields: Fields, known: Known) -> Ownership:
    """Return for whom a mail is written, as far as its sender may write for others.

    An integrator's labelled Employee ID of somebody else means the same as "For:".
    """
    writer = known.person
    if writer is None or writer.role is not Role.INTEGRATOR:
        refused = (Notice("behalf_refused", fields.on_behalf),) if fields.on_behalf else ()
        return Ownership(notices=refused)
    named = fields.on_behalf or fields.employee_id
    if not named or named == writer.employee_id:
        return Ownership()
    if known.employee is None or known.employee.employee_id != named:
        return Ownership(notices=(Notice("behalf_unknown", named),))
    return Ownership(owner=known.employee)


def with_copy(letter: LetterOrder, writer: Person) -> tuple[LetterOrder, ...]:
    """Return the first letter to the officer, which tells who wrote, and the writer's copy of it."""
    told = replace(letter, notices=(Notice("written_for_you", writer.name), *letter.notices))
    copy = replace(letter, to=writer.email, to_name="", audience=Audience.COPY)
    return told, replace(copy, language=writer.language or letter.language)


def hand_over(understanding: Understanding, scene: Scene) -> Effects:
    """Give a ticket to the officer for whom its integrator says, in a proven reply, that it was written."""
    given = understanding.lined
    if scene.is_staff or not scene.may_fill or not (given.on_behalf or given.employee_id):
        return Effects()
    found = find_ownership(given, scene.known)
    owner, writer = found.owner, scene.known.person
    if owner is None or writer is None:
        return Effects(notices=found.notices, refused=bool(found.notices))
    if normal_address(owner.email) == normal_address(scene.ticket.requester):
        return Effects()
    change = Change(
        requester=owner.email,
        requester_name=owner.name,
        employee_id=owner.employee_id,
        office=owner.office,
        zone=owner.zone,
        copy_to=writer.email,
        verified=True,
    )
    letter = LetterOrder(
        kind=LetterKind.ACKNOWLEDGEMENT,
        to=owner.email,
        to_name=owner.name,
        language=owner.language or scene.ticket.language,
        audience=Audience.REQUESTER,
        text=scene.ticket.description,
        notices=(Notice("written_for_you", writer.name),),
    )
    done = Notice("done_handed_over", owner.name)
    reason = f"Its integrator says that it belongs to employee {owner.employee_id}."
    return Effects(
        change=change,
        events=(Event(EventKind.FIELDS_SET, scene.sender, owner.name, reason),),
        letters=(letter, *scene.tell_staff(LetterKind.STATUS_CHANGED, notices=(done,))),
        reasons=(reason,),
        notices=(done,),
    )
