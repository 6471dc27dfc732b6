"""To whom a ticket goes: modules have owners, who get new tickets in turn; whoever is away gets none."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mailbot.domain.addressing import to_staff
from mailbot.domain.decision import Change, Event, EventKind
from mailbot.domain.effects import Effects
from mailbot.domain.letter import LetterKind, Notice
from mailbot.domain.ticket import Status
from mailbot.domain.trust import normal_address

if TYPE_CHECKING:
    from mailbot.domain.catalogue import Catalogue
    from mailbot.domain.decision import Decision
    from mailbot.domain.desk import Desk, Known
    from mailbot.domain.letter import LetterOrder
    from mailbot.domain.people import Person
    from mailbot.domain.scene import Scene

ASSIGNING_NAME = "assignment"
# Why a re-opened ticket can not go on with who had it.
NOBODY_HAD_IT = "Nobody had it."
IS_AWAY = "Who had it is away."
HAS_LEFT = "Who had it is no longer in the IT section."


def find_owners(module: str, catalogue: Catalogue, known: Known) -> tuple[Person, ...]:
    """Return the people of the IT section who own a module, in the order of the settings."""
    staff = {person.employee_id: person for person in known.staff}
    return tuple(staff[owner] for owner in catalogue.modules.find(module).owners if owner in staff)


def choose_assignee(module: str, catalogue: Catalogue, known: Known, requester: str = "") -> Person | None:
    """Return which owner of the module gets a ticket, or None when the module has no owner who is there.

    Least open tickets first; of those with as many, whoever got the last ticket longest ago; then the order of the
    settings. Nobody gets the ticket that they reported themselves.
    """
    own = normal_address(requester)
    present = [
        person
        for person in find_owners(module, catalogue, known)
        if normal_address(person.email) not in known.absent | {own}
    ]
    return min(present, key=lambda person: _burden(person, known), default=None)


def assign_new(decision: Decision, known: Known, desk: Desk) -> Decision:
    """Give the ticket that a decision opens to the owner whose turn it is; the other owners hear nothing."""
    draft = decision.draft
    chosen = choose_assignee(draft.module, desk.catalogue, known, draft.requester) if draft else None
    if draft is None or draft.assignee or chosen is None:
        return decision
    letters = tuple(
        replace(letter, notices=(Notice("assigned_to_you"), *letter.notices)) if _is_news(letter) else letter
        for letter in decision.letters
        if not _is_news(letter) or normal_address(letter.to) == normal_address(chosen.email)
    )
    reason = f"It is the turn of {chosen.name}, who owns its module."
    event = Event(EventKind.ASSIGNED, ASSIGNING_NAME, chosen.name, reason, internal=True)
    return replace(
        decision,
        draft=replace(draft, assignee=chosen.email),
        events=(*decision.events, event),
        letters=letters,
        reasons=(*decision.reasons, reason),
    )


def assign_again(effects: Effects, scene: Scene) -> Effects:
    """Return what follows for the assignment when a mail moved or re-opened its ticket.

    A ticket that nobody took yet follows its module. A re-opened ticket keeps its assignee who is there; else it
    goes to the owner whose turn it is, and to nobody when who had it left and no owner is there.
    """
    change, ticket = effects.change, scene.ticket
    if change.assignee is not None:
        return Effects()
    untaken = ticket.status is Status.NEW and change.status in {None, Status.NEW}
    if change.module is not None and change.module != ticket.module and untaken:
        return _follow_module(change.module, effects, scene)
    missing = _why_missing(ticket.assignee, scene.known) if change.reopened else ""
    return _hand_over(change.module or ticket.module, missing, effects, scene) if missing else Effects()


def _is_news(letter: LetterOrder) -> bool:
    return letter.kind is LetterKind.NEW_TICKET


def _burden(person: Person, known: Known) -> tuple[int, int]:
    address = normal_address(person.email)
    return known.workload.get(address, 0), known.turns.get(address, 0)


def _follow_module(module: str, effects: Effects, scene: Scene) -> Effects:
    ticket, catalogue = scene.ticket, scene.desk.catalogue
    if normal_address(ticket.assignee) in {
        normal_address(p.email) for p in find_owners(module, catalogue, scene.known)
    }:
        return Effects()
    chosen = choose_assignee(module, catalogue, scene.known, ticket.requester)
    if chosen is None and not ticket.assignee:
        return Effects()
    notes = [event.text.partition("\n")[2] for event in effects.events if event.kind is EventKind.FIELDS_SET]
    text = "\n\n".join(part for part in (*notes, ticket.description) if part)
    given = _give(chosen, scene, "Its new module has other owners.", LetterKind.NEW_TICKET, text)
    left = tuple(p for p in scene.known.staff if normal_address(p.email) == normal_address(ticket.assignee))
    notices = (Notice("done_assigned", chosen.name),) if chosen else (Notice("assigned_to_nobody"),)
    return given + Effects(letters=_news(LetterKind.STATUS_CHANGED, left, scene, notices=notices))


def _why_missing(assignee: str, known: Known) -> str:
    """Return why nobody is there to go on with a ticket; nothing when its assignee is."""
    address = normal_address(assignee)
    if not address:
        return NOBODY_HAD_IT
    if address in known.absent:
        return IS_AWAY
    return "" if any(normal_address(person.email) == address for person in known.staff) else HAS_LEFT


def _hand_over(module: str, missing: str, effects: Effects, scene: Scene) -> Effects:
    chosen = choose_assignee(module, scene.desk.catalogue, scene.known, scene.ticket.requester)
    if chosen is None and missing != HAS_LEFT:
        return Effects(reasons=(f"{missing} No owner of its module is there.",) if missing == IS_AWAY else ())
    words = next((event.text for event in effects.events if event.kind is EventKind.REOPENED), "")
    return _give(chosen, scene, missing, LetterKind.REOPENED, words)


def _give(chosen: Person | None, scene: Scene, reason: str, kind: LetterKind, text: str) -> Effects:
    """Give the ticket to somebody, or to nobody, and tell those whom it then concerns."""
    people = (chosen,) if chosen else scene.known.staff
    notices = (Notice("assigned_to_you"),) if chosen else (Notice("assigned_to_nobody"),)
    event = Event(EventKind.ASSIGNED, ASSIGNING_NAME, chosen.name if chosen else "", reason, internal=True)
    told = (Notice("done_assigned", chosen.name),) if chosen and scene.is_staff else ()
    return Effects(
        Change(assignee=chosen.email if chosen else ""),
        (event,),
        _news(kind, people, scene, text, notices),
        (reason,),
        told,
    )


def _news(
    kind: LetterKind, people: tuple[Person, ...], scene: Scene, text: str = "", notices: tuple[Notice, ...] = ()
) -> tuple[LetterOrder, ...]:
    others = tuple(person for person in people if normal_address(person.email) != normal_address(scene.sender))
    return to_staff(kind, others, scene.desk, actor=scene.name, text=text, notices=notices)
