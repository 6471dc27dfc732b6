"""Fields that a reply fills: labelled lines, one-line answers to what a letter asked for, and running words."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

from mailbot.domain.decision import Change, Event, EventKind
from mailbot.domain.effects import NO_CHANGE, Effects
from mailbot.domain.letter import LetterKind, Notice
from mailbot.domain.opening import field_notices
from mailbot.domain.own_numbers import confirm_employee_id
from mailbot.domain.people import Role
from mailbot.domain.ticket import Step, status_after

if TYPE_CHECKING:
    from mailbot.domain.scene import Scene
    from mailbot.domain.tags import Fields
    from mailbot.domain.understanding import Understanding

PERSONAL = frozenset({"mobile_malformed", "employee_id_malformed", "employee_id_unknown"})


def own_fields(given: Fields, scene: Scene) -> Fields:
    """Return the fields this sender may set: the number in the signature of the IT section is not the officer's."""
    if scene.known.person is not None and scene.known.person.role is Role.INTEGRATOR:
        return replace(given, employee_id=None)  # says for whom the ticket is
    if not scene.is_staff:
        return given
    notices = tuple(notice for notice in given.notices if notice.code not in PERSONAL)
    return replace(given, mobile=None, employee_id=None, on_behalf=None, notices=notices)


def set_fields(understanding: Understanding, scene: Scene, *, tell_staff: bool) -> Effects:
    """Take over labelled lines such as "Module: E-way Bill" in a reply, if the ticket is still open."""
    given = own_fields(understanding.lined, scene)
    notices = field_notices(given, scene.known) if scene.known.person else given.notices
    if given.is_empty:
        return Effects(notices=notices)
    if not scene.may_fill:
        return Effects(reasons=("Its labelled lines are not taken over, because no reply token of ours proves them.",))
    if status_after(Step.SET, scene.ticket.status, scene.actors) is None:
        return Effects(reasons=("Its labelled lines are not taken over because the ticket is closed.",))
    change = Change(
        request_type=given.request_type,
        module=given.module,
        priority=given.priority,
        # An address that nobody knows only claims an Employee ID; what comes of that is decided in claiming.py.
        employee_id=given.employee_id if scene.known.employee and scene.known.person else None,
        mobile=given.mobile,
    )
    if change == NO_CHANGE:
        return Effects(notices=notices)
    done = Notice("done_fields_set", spell_out(change, scene))
    return _filled(
        change, done, scene, "Its labelled lines set", tell_staff=tell_staff and not scene.is_staff
    ) + Effects(notices=notices)


def fill_lone(understanding: Understanding, scene: Scene) -> Effects | None:
    """Take a one-line answer such as "E-way Bill" or "high" for a field that was asked for and is still missing.

    None when the mail is no such answer; then its words are a comment.
    """
    lone, ticket = understanding.lone, scene.ticket
    is_possible = scene.may_fill and status_after(Step.SET, ticket.status, scene.actors) is not None
    if lone.is_empty or scene.is_staff or not is_possible:
        return None
    asked = ticket.missing.split()
    change = Change(
        request_type=lone.request_type if "request_type" in asked else None,
        module=lone.module if "module" in asked else None,
        priority=lone.priority if "priority" in asked else None,
        mobile=lone.mobile if not ticket.mobile else None,
        employee_id=lone.employee_id if _may_fill_id(scene) else None,
    )
    if change == NO_CHANGE:
        return None
    done = Notice("done_filled", spell_out(change, scene))
    return _filled(change, done, scene, "It answers with one line what was asked:", tell_staff=True)


def fill_from_words(understanding: Understanding, scene: Scene) -> Effects:
    """Take a mobile number and Employee ID from the officer's running words where the ticket has none."""
    ticket = scene.ticket
    if scene.is_staff or not scene.may_fill or status_after(Step.SET, ticket.status, scene.actors) is None:
        return Effects()
    is_known = scene.known.person is not None
    employee_id = confirm_employee_id(understanding.employee_ids, scene.known) if is_known else ""
    change = Change(
        mobile=understanding.mobile if not ticket.mobile and not understanding.lined.mobile else None,
        employee_id=employee_id if employee_id and not ticket.employee_id else None,
    )
    if change == NO_CHANGE:
        return Effects()
    reason = "What the ticket did not have yet is taken from its words."
    event = Event(EventKind.FIELDS_SET, scene.sender, spell_out(change, scene), reason)
    return Effects(change, (event,), reasons=(reason,))


def spell_out(change: Change, scene: Scene) -> str:
    """Return what a change sets, in the words of its sender's language."""
    catalogue = scene.desk.catalogue
    lists = {"request_type": catalogue.request_types, "module": catalogue.modules, "priority": catalogue.priorities}
    said = []
    for field in fields(change):
        value = getattr(change, field.name)
        if field.name in lists and value:
            said.append(lists[field.name].find(value).name(scene.language))
        elif value and isinstance(value, str):
            said.append(value)
    return ", ".join(said)


def _may_fill_id(scene: Scene) -> bool:
    return not scene.ticket.employee_id and scene.known.person is not None and scene.known.employee is not None


def _filled(change: Change, done: Notice, scene: Scene, reason: str, *, tell_staff: bool) -> Effects:
    return Effects(
        change=change,
        events=(Event(EventKind.FIELDS_SET, scene.sender, done.given, f"{reason} {done.given}."),),
        letters=scene.tell_staff(LetterKind.STATUS_CHANGED, notices=(done,)) if tell_staff else (),
        reasons=(f"{reason} {done.given}.",),
        notices=(done,),
    )
