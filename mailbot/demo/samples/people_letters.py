"""Letters about people: whose an address is, and whose tickets are after an import of the directory."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mailbot.demo.samples.figures import MORNING
from mailbot.demo.samples.people import LEAD, OFFICERS, STAFF
from mailbot.demo.samples.regular import make_late_ticket
from mailbot.domain.challenge import Stage, challenge_letter
from mailbot.domain.claiming import binding_letter
from mailbot.domain.decision import Binding
from mailbot.domain.letter import Audience, LetterKind, LetterOrder
from mailbot.domain.numbering import ticket_number
from mailbot.domain.ticket import Status
from mailbot.domain.transfers import Follow, compare_people, decide_import, move_tickets

if TYPE_CHECKING:
    from mailbot.domain.desk import Desk
    from mailbot.domain.people import Language


def people_letter(kind: LetterKind, desk: Desk, language: Language, audience: Audience) -> dict[str, Any]:
    """Return what the order of a letter about people holds; nothing for another kind."""
    officer = OFFICERS[language]
    if kind is LetterKind.CHALLENGE:
        order = LetterOrder(kind, officer.email, officer.name, language, audience)
        asked = challenge_letter(Stage.ASKED, order, "RESOLVED", ticket_number(desk.prefix, MORNING, 41))
        return {"values": asked.values, "answers": asked.answers}
    if kind is LetterKind.SIGN_IN:
        return {"values": (("link", f"https://helpdesk.tax.up.example/sign-in/{'q7Rk' * 10}w2E"), ("minutes", "10"))}
    if kind not in {LetterKind.BINDING, LetterKind.MOVED}:
        return {}
    binding = Binding("officer.1979@mail.example", officer.employee_id, "abcdefgh")
    known = {person.employee_id: person for person in (officer, STAFF, LEAD)}
    heir = replace(officer, employee_id="112969", email="deepak.tiwari@tax.up.example", name="Deepak Tiwari")
    # The IT section reads who is missing, an officer which tickets came with the office.
    after = [LEAD] if audience is Audience.STAFF else [LEAD, STAFF, heir]
    renewal = compare_people(known, after, full=True)
    ticket = make_late_ticket(Status.IN_PROGRESS, ticket_number(desk.prefix, MORNING, 41), officer)
    moves = move_tickets(renewal, [ticket], Follow.OFFICE)
    orders = (
        *binding_letter(officer, binding, "asked", language, "a"),
        *decide_import(renewal, moves, desk, "import").letters,
    )
    found = next(order for order in orders if order.kind is kind)
    return {name: getattr(found, name) for name in ("values", "tables", "answers")}
