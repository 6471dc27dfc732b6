"""Unknown addresses: who says to be an officer is believed only when the officer's stored address confirms it.

A claim counts when it comes in answer to a letter of ours, so that nobody can claim an address that is not theirs. What
the unknown address is told is the same whether the directory has the Employee ID or not.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mailbot.domain.addressing import concerned_staff, to_person, to_staff
from mailbot.domain.decision import Binding, BindingState, Change, Decision, Event, EventKind, Outcome
from mailbot.domain.effects import Effects
from mailbot.domain.letter import LetterKind, LetterOrder, Notice
from mailbot.domain.own_numbers import confirm_employee_id
from mailbot.domain.trust import DESK_DIGITS, make_nonce
from mailbot.domain.yes_no import NO, YES, find_answer

if TYPE_CHECKING:
    from mailbot.domain.desk import Desk, Known
    from mailbot.domain.mail import IncomingMail
    from mailbot.domain.people import Language, Person
    from mailbot.domain.scene import Scene
    from mailbot.domain.ticket import Ticket
    from mailbot.domain.understanding import Understanding


def claim_identity(mail: IncomingMail, understanding: Understanding, scene: Scene) -> Effects:
    """Return what comes of an Employee ID that an unknown address gives in answer to a letter of ours."""
    known = scene.known
    lined, lone, named = understanding.lined, understanding.lone, understanding.employee_ids.named
    given = lined.employee_id or lone.employee_id or next(iter(named), "")
    if known.person is not None or not given or not scene.is_proven or scene.ticket.verified:
        return Effects()
    officer = known.employee if known.employee and known.employee.employee_id == given else None
    if officer is None and confirm_employee_id(understanding.employee_ids, known) == given:
        officer = next((person for person in known.employees if person.employee_id == given), None)
    reason = f"Its unknown sender says to be employee {given}."
    effects = Effects(
        events=(Event(EventKind.FIELDS_SET, scene.sender, given, reason, internal=True),),
        reasons=(reason,),
        notices=(Notice("employee_id_taken"),),
    )
    if officer is None or officer.is_staff or not known.stranger.may_claim:
        return effects
    return effects + _ask_stored_address(mail, officer, scene)


def _ask_stored_address(mail: IncomingMail, officer: Person, scene: Scene) -> Effects:
    """Ask the officer at the stored address; nothing the unknown sender wrote goes into the letter but the address."""
    key = f"{scene.sender} {mail.content_key} {mail.message_id}"
    binding = Binding(scene.sender, officer.employee_id, nonce_of(officer, key))
    letters = binding_letter(officer, binding, "asked", officer.language or scene.desk.language, key)
    return Effects(letters=letters, binding=binding, reasons=("The stored address of that person is asked.",))


def decide_claim(mail: IncomingMail, understanding: Understanding, known: Known, desk: Desk) -> Decision | None:
    """Return what an answer to the question "is this your address?" brings about, or None when it is no answer."""
    claim, officer = known.claim, known.person
    is_yes = find_answer(understanding)
    if claim is None or officer is None or is_yes is None:
        return None
    address = claim.binding.address
    key = f"{address} {mail.content_key} {mail.message_id}"
    language = officer.language or understanding.script
    if is_yes and not claim.is_free:
        letters = binding_letter(officer, claim.binding, "taken", language, key)
        return Decision(Outcome.ANSWERED, (f"{address} belongs to somebody else already.",), letters=letters)
    state = BindingState.BOUND if is_yes else BindingState.REFUSED
    also = tuple(_give(ticket, officer, known, desk) for ticket in claim.tickets) if is_yes else ()
    said_so = "is theirs" if is_yes else "is not theirs"
    return Decision(
        outcome=Outcome.ANSWERED,
        reasons=(f"The stored address of employee {officer.employee_id} says that {address} {said_so}.",),
        letters=binding_letter(officer, claim.binding, state.value, language, key, count=len(also)),
        also=also,
        binding=replace(claim.binding, state=state),
    )


def binding_letter(
    officer: Person, binding: Binding, stage: str, language: Language, key: str, *, count: int = 0
) -> tuple[LetterOrder, ...]:
    """Return the letter to the stored address: the question, or what became of it."""
    yes, no = YES[language], NO[language]
    answers = {"asked": (yes, no), "bound": (no,), "refused": (yes,)}.get(stage, ())
    stages = tuple((name, "yes" if name == stage else "") for name in ("asked", "bound", "refused", "taken"))
    values = (("sender", binding.address), ("yes", yes), ("no", no), ("count", str(count or "")), *stages)
    (letter,) = to_person(LetterKind.BINDING, officer, language, values=values, key=key)
    return (replace(letter, answers=answers),)


def nonce_of(officer: Person, key: str) -> str:
    """Return the nonce that the letter with this key carries: an answer to it is about this request and no other."""
    return make_nonce(DESK_DIGITS, officer.email, LetterKind.BINDING, key)


def _give(ticket: Ticket, officer: Person, known: Known, desk: Desk) -> Decision:
    """Return the decision that makes a ticket of the bound address the officer's."""
    reason = f"{ticket.requester} is another address of employee {officer.employee_id}."
    staff = concerned_staff(ticket, known, officer.email)
    return Decision(
        outcome=Outcome.UPDATED,
        reasons=(reason,),
        ticket=ticket.number,
        expected_version=ticket.version,
        change=Change(
            requester=officer.email,
            requester_name=officer.name,
            employee_id=officer.employee_id,
            office=officer.office,
            zone=officer.zone,
            verified=True,
        ),
        events=(Event(EventKind.FIELDS_SET, officer.email, officer.name, reason),),
        letters=to_staff(LetterKind.STATUS_CHANGED, staff, desk, notices=(Notice("now_known", officer.name),)),
    )
