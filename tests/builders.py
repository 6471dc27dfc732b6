"""Mails, tickets and people for tests, each with believable values and only the differences named.

Asha owns the tickets, Bharat is another officer, Chitra works in the IT section, Dev leads it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from mailbot.adapters.keys import make_keys
from mailbot.domain.decide import decide
from mailbot.domain.desk import Known
from mailbot.domain.evidence import judge_pictures
from mailbot.domain.mail import Address, Attachment, IncomingMail
from mailbot.domain.numbering import number_digits
from mailbot.domain.people import Language, Person, Role
from mailbot.domain.ticket import Status, Ticket
from mailbot.domain.trust import make_nonce, make_token
from mailbot.domain.understanding import understand
from mailbot.settings import load_settings
from mailbot.settings.desk import make_desk

if TYPE_CHECKING:
    from mailbot.domain.decision import Decision
    from mailbot.domain.desk import Desk
    from mailbot.domain.letter import LetterKind

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
DESK_ADDRESS = "support@tax.up.example"
NUMBER = "TMS-2611-00042-7"
OTHER_NUMBER = "TMS-2611-00043-4"
STRANGER = "complaints.dealer@shop.example"


def make_person(name: str = "Asha Verma", **changes: Any) -> Person:
    """Return a person of the directory; without changes an officer."""
    first = name.split(" ", maxsplit=1)[0].lower()
    values: dict[str, Any] = {
        "employee_id": "104872",
        "name": name,
        "email": f"{first}@tax.up.example",
        "role": Role.OFFICER,
        "designation": "Deputy Commissioner",
        "office": "Sector 2, Moradabad",
        "zone": "Moradabad",
        "mobile": "+919412233445",
    }
    return Person(**(values | changes))


ASHA = make_person()
BHARAT = make_person("Bharat Singh", employee_id="108213", office="खण्ड 2, वाराणसी", mobile="+919450123409")
CHITRA = make_person("Chitra Rao", employee_id="200001", role=Role.STAFF, office="IT section, Lucknow", mobile="")
DEV = make_person("Dev Tiwari", employee_id="200002", role=Role.LEAD, office="IT section, Lucknow", mobile="")
STAFF = (CHITRA, DEV)


@cache
def the_desk() -> Desk:
    """Return the desk of the packaged settings, with an address of its own."""
    desk = make_desk(load_settings(None), make_keys("a secret of the tests that nobody else knows"))
    return replace(desk, address=DESK_ADDRESS, own_addresses=frozenset({DESK_ADDRESS}))


def make_mail(reply: str = "", *, sender: Person | str | None = ASHA, **changes: Any) -> IncomingMail:
    """Return a mail with this new text; the whole text is the same unless it is given."""
    address = sender.email if isinstance(sender, Person) else sender
    name = sender.name if isinstance(sender, Person) else ""
    values: dict[str, Any] = {
        "message_id": "<20261123.1131@mail.example>",
        "sender": Address(address, name) if address else None,
        "sender_count": 1 if address else 0,
        "recipients": (DESK_ADDRESS,),
        "subject": "Cannot file GSTR-3B",
        "date": NOW,
        "thread_ids": (),
        "text": reply,
        "reply": reply,
    }
    return IncomingMail(**(values | changes))


def make_answer(reply: str = "", *, sender: Person | str | None = ASHA, **changes: Any) -> IncomingMail:
    """Return a mail that answers a letter about the ticket NUMBER."""
    values: dict[str, Any] = {"subject": f"Re: [{NUMBER}] Cannot file the return", "thread_ids": ("<letter@x>",)}
    return make_mail(reply, sender=sender, **(values | changes))


def make_picture(name: str = "error.png", **changes: Any) -> Attachment:
    """Return a screenshot that came with a mail."""
    values: dict[str, Any] = {"name": name, "content_type": "image/png", "size": 48_213, "sha256": "ab" * 32}
    return Attachment(**(values | changes))


def make_ticket(status: Status = Status.NEW, **changes: Any) -> Ticket:
    """Return a ticket of Asha's; a resolved or closed one was settled yesterday."""
    settled = NOW - timedelta(days=1)
    values: dict[str, Any] = {
        "number": NUMBER,
        "status": status,
        "requester": ASHA.email,
        "requester_name": ASHA.name,
        "language": Language.ENGLISH,
        "request_type": "problem",
        "module": "return-filing",
        "priority": "normal",
        "title": "Cannot file the return",
        "description": "The portal says: Error 500.",
        "opened_at": NOW - timedelta(days=2),
        "changed_at": settled,
        "employee_id": ASHA.employee_id,
        "resolved_at": settled if status in {Status.RESOLVED, Status.CLOSED} else None,
        "closed_at": settled if status in {Status.CLOSED, Status.MERGED} else None,
        "version": 3,
    }
    return Ticket(**(values | changes))


def make_known(person: Person | None = ASHA, ticket: Ticket | None = None, **changes: Any) -> Known:
    """Return what the tables know: the sender, both people of the IT section and, with a ticket, its requester."""
    values: dict[str, Any] = {"person": person, "staff": STAFF, "ticket": ticket}
    if ticket is not None:
        values |= {"requester": ASHA if ticket.requester == ASHA.email else None, "by_token": True}
    return Known(**(values | changes))


def token_for(recipient: str, number: str = NUMBER, desk: Desk | None = None) -> str:
    """Return the written reply token that a letter to this recipient about this ticket carries."""
    keys = (desk or the_desk()).keys
    return str(make_token(keys, number_digits(number), recipient, make_nonce(number, recipient)))


def decide_mail(mail: IncomingMail, known: Known, desk: Desk | None = None) -> Decision:
    """Return the decision about a mail, as the receiving story comes to it."""
    desk = desk or the_desk()
    return decide(judge_pictures(mail, known.seen_before), understand(mail, desk), known, desk, NOW)


def when(sender: Person | str, says: str, status: Status = Status.NEW, **known: Any) -> Decision:
    """Return what happens when somebody answers, with a reply token unless `by_token=False`, on Asha's ticket."""
    person = sender if isinstance(sender, Person) else None
    ticket = known.pop("ticket", None) or make_ticket(status)
    return decide_mail(make_answer(says, sender=sender), make_known(person, ticket, **known))


def letters(decision: Decision) -> set[tuple[str, LetterKind]]:
    """Return who gets which letter."""
    return {(letter.to, letter.kind) for letter in decision.letters}


def codes(decision: Decision, recipient: Person | str) -> list[str]:
    """Return the codes of the notices in the letters to one person."""
    address = recipient.email if isinstance(recipient, Person) else recipient
    return [notice.code for letter in decision.letters if letter.to == address for notice in letter.notices]
