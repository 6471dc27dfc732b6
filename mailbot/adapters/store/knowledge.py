"""What the tables know that matters for one mail: its sender, its ticket, whether it was handled before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import case, exists, func, literal, select, union_all

from mailbot.adapters.store.bindings import find_bound, find_claim, find_stranger
from mailbot.adapters.store.challenges import may_ask
from mailbot.adapters.store.engine import reading
from mailbot.adapters.store.kin import follow_merged, is_followed_by, with_kin
from mailbot.adapters.store.lookalikes import with_alike
from mailbot.adapters.store.meanwhile import find_meanwhile
from mailbot.adapters.store.moving import with_energy
from mailbot.adapters.store.named_tickets import find_near, find_targets
from mailbot.adapters.store.own_lists import count_own, find_lists
from mailbot.adapters.store.rows import PERSON_COLUMNS, TICKET_COLUMNS, person_of, ticket_of
from mailbot.adapters.store.searching import find_searches
from mailbot.adapters.store.tables import files, letters, mails, people, tickets
from mailbot.adapters.store.workload import find_absent, find_own_work, with_workload
from mailbot.domain.desk import NOBODY, Known
from mailbot.domain.evidence import may_be_logo
from mailbot.domain.likeness import may_repeat
from mailbot.domain.scene import is_copied, is_requester
from mailbot.domain.thread import prove_for
from mailbot.domain.trust import normal_address, usable_address

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Engine

    from mailbot.domain.desk import Desk
    from mailbot.domain.mail import IncomingMail
    from mailbot.domain.people import Person
    from mailbot.domain.thread import Clues
    from mailbot.domain.ticket import Ticket
    from mailbot.ports import Entry


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Answers the questions that the rules ask of the tables."""

    engine: Engine
    desk: Desk

    def find_known(self, mail: IncomingMail, clues: Clues, entry: Entry, now: datetime) -> Known:
        """Return what the tables know that matters for this mail."""
        sender = usable_address(mail.sender.address) if mail.sender and mail.sender_count == 1 else ""
        with reading(self.engine) as connection:
            person, clues = self._find_writer(connection, clues, sender)
            address = person.email if person else sender
            ticket, by_token = _find_ticket(connection, clues, address, person)
            employees = _find_employees(connection, (clues.employee_id, *clues.guesses))
            staff = find_staff(connection)
            targets = find_targets(connection, clues, address, person)
            named = (*targets, ticket.number) if ticket else tuple(targets)
            hour, day = _count_answers(connection, {sender, address}, now)
            known = Known(
                person=person,
                staff=staff,
                ticket=ticket,
                requester=find_requester(connection, ticket) if ticket else None,
                by_token=by_token,
                duplicate_of=_find_duplicate(connection, mail, entry),
                mentioned=_find_mentioned(connection, clues, ticket),
                answers_last_hour=hour,
                answers_last_day=day,
                employee=next((one for one in employees if one.employee_id == clues.employee_id), None),
                employees=tuple(one for one in employees if one.employee_id in clues.guesses),
                reported=_find_reported(connection, clues.reported),
                sender_proven=clues.sender_proven,
                targets=targets,
                lists=find_lists(connection, clues, person, named, self.desk, now),
                own_counts=count_own(connection, clues, person),
                near_numbers=find_near(connection, clues, named, address, person),
                meanwhile=find_meanwhile(connection, clues, ticket, address, person),
                absent=find_absent(staff, now),
                own_work=find_own_work(connection, clues, person),
                searches=find_searches(connection, clues, person),
                seen_before=_find_seen_before(connection, mail, entry, sender),
                alias=sender if address != sender else "",
                claim=find_claim(connection, clues.desk_nonces, person),
                stranger=NOBODY if person else find_stranger(connection, sender, employees, self.desk, now),
                may_ask=_may_lack_proof(clues, ticket) and may_ask(connection, address, now),
            )
            known = with_workload(connection, clues, with_kin(connection, clues, known, address), now)
            return self._with_circumstances(connection, mail, clues, known, now)

    def _with_circumstances(
        self, connection: Connection, mail: IncomingMail, clues: Clues, known: Known, now: datetime
    ) -> Known:
        """Return what is known of a mail with what depends on its place among the others of these days."""
        if not clues.is_automatic:
            known = with_energy(connection, mail, known, self.desk, now)
        return with_alike(connection, mail, clues, known, self.desk, now=now)

    def _find_writer(self, connection: Connection, clues: Clues, sender: str) -> tuple[Person | None, Clues]:
        """Return who writes, also from another address that was confirmed; then letters to the stored one prove it."""
        person = _find_person(connection, people.c.email == sender) if sender else None
        bound = find_bound(connection, sender) if sender and person is None else None
        return (bound, prove_for(clues, bound.email, self.desk)) if bound else (person, clues)

    def find_staff(self) -> tuple[Person, ...]:
        """Return the people of the IT section."""
        with reading(self.engine) as connection:
            return find_staff(connection)


def find_staff(connection: Connection) -> tuple[Person, ...]:
    """Return the active people of the IT section, in a stable order."""
    query = select(*PERSON_COLUMNS).where(people.c.role.in_(["staff", "lead"]), people.c.active)
    return tuple(person_of(row) for row in connection.execute(query.order_by(people.c.employee_id)).mappings())


def find_requester(connection: Connection, ticket: Ticket) -> Person | None:
    """Return the directory's row of a ticket's requester; bare addresses have none."""
    return _find_person(connection, people.c.email == normal_address(ticket.requester)) if ticket.requester else None


def find_assignee(connection: Connection, ticket: Ticket) -> Person | None:
    """Return the directory's row of who works on a ticket."""
    return _find_person(connection, people.c.email == normal_address(ticket.assignee)) if ticket.assignee else None


def find_ticket(connection: Connection, number: str) -> Ticket | None:
    """Return the ticket of that number."""
    row = connection.execute(select(*TICKET_COLUMNS).where(tickets.c.number == number)).mappings().first()
    return ticket_of(row) if row else None


def _find_person(connection: Connection, condition: ColumnElement[bool]) -> Person | None:
    query = select(*PERSON_COLUMNS).where(condition, people.c.active)
    row = connection.execute(query).mappings().first()
    return person_of(row) if row else None


def _find_employees(connection: Connection, ids: Sequence[str]) -> tuple[Person, ...]:
    """Return the active people with these Employee IDs; an empty one is nobody's."""
    given = [one for one in ids if one]
    if not given:
        return ()
    query = select(*PERSON_COLUMNS).where(people.c.employee_id.in_(given), people.c.active)
    return tuple(person_of(row) for row in connection.execute(query.order_by(people.c.employee_id)).mappings())


def _find_ticket(
    connection: Connection, clues: Clues, sender: str, person: Person | None
) -> tuple[Ticket | None, bool]:
    """Return the ticket a mail belongs to, and whether a token proved it; the strongest clue decides."""
    if not sender:
        return None, False
    for number in clues.proven:
        ticket = find_ticket(connection, number)
        if ticket is not None:
            return follow_merged(connection, ticket), True
    for number in (*_answered_tickets(connection, clues.message_ids), *clues.numbers):
        ticket = find_ticket(connection, number)
        if ticket is not None and _belongs(connection, ticket, sender, person):
            return follow_merged(connection, ticket), False
    return None, False


def _may_lack_proof(clues: Clues, ticket: Ticket | None) -> bool:
    """Tell whether a mail may ask for something that it does not prove; most mails do not."""
    has_token = clues.sender_proven or clues.proven
    return not has_token and not clues.is_automatic and bool(ticket or clues.verbs)


def _belongs(connection: Connection, ticket: Ticket, sender: str, person: Person | None) -> bool:
    if person is not None and person.is_staff:
        return True
    requester = find_requester(connection, ticket)
    is_own = is_requester(ticket, sender, requester.email if requester else "") or is_copied(ticket, sender, person)
    return is_own or is_followed_by(connection, ticket, sender)


def _answered_tickets(connection: Connection, message_ids: Sequence[str]) -> list[str]:
    """Return the tickets of the mails and letters with these Message-IDs, in the order of the ids."""
    if not message_ids:
        return []
    of_mails = select(mails.c.message_id, mails.c.ticket).where(
        mails.c.message_id.in_(message_ids), mails.c.ticket != ""
    )
    of_letters = (
        select(letters.c.message_id, tickets.c.number).join(tickets).where(letters.c.message_id.in_(message_ids))
    )
    found = dict(connection.execute(of_mails).all()) | dict(connection.execute(of_letters).all())
    return [found[message_id] for message_id in message_ids if message_id in found]


def _find_reported(connection: Connection, message_ids: Sequence[str]) -> tuple[str, str] | None:
    """Return ticket and recipient of the first of these letters that we wrote."""
    if not message_ids:
        return None
    query = select(letters.c.message_id, tickets.c.number, letters.c.to).outerjoin(tickets)
    rows = connection.execute(query.where(letters.c.message_id.in_(message_ids)))
    found = {message_id: (number or "", to) for message_id, number, to in rows}
    return next((found[message_id] for message_id in message_ids if message_id in found), None)


def _find_mentioned(connection: Connection, clues: Clues, ticket: Ticket | None) -> tuple[str, ...]:
    others = [number for number in clues.numbers if ticket is None or number != ticket.number]
    if not others:
        return ()
    return tuple(connection.execute(select(tickets.c.number).where(tickets.c.number.in_(others))).scalars())


def _find_duplicate(connection: Connection, mail: IncomingMail, entry: Entry) -> str | None:
    query = select(mails.c.id).where(mails.c.content_key == mail.content_key, mails.c.id != entry.id)
    found = connection.execute(query).scalar()
    return f"mail {found}" if found is not None else None


def _find_seen_before(connection: Connection, mail: IncomingMail, entry: Entry, sender: str) -> frozenset[str]:
    """Return which pictures of this mail's text came with earlier mails of its sender; most mails need no query."""
    names = {file.sha256 for file in mail.attachments if may_be_logo(file) or may_repeat(file)}
    if not names or not sender:
        return frozenset()

    def is_there(name: str) -> ColumnElement[bool]:
        # Ends with the first row of the index, however many mails with this logo there are.
        return exists().where(files.c.sender == sender, files.c.sha256 == name, files.c.mail_id != entry.id)

    query = union_all(*(select(literal(name)).where(is_there(name)) for name in sorted(names)))
    return frozenset(connection.execute(query).scalars())


def _count_answers(connection: Connection, addresses: set[str], now: datetime) -> tuple[int, int]:
    lately = func.coalesce(func.sum(case((letters.c.written_at > now - timedelta(hours=1), 1), else_=0)), 0)
    query = select(lately, func.count()).where(
        letters.c.to.in_(addresses - {""}), letters.c.replied, letters.c.written_at > now - timedelta(days=1)
    )
    hour, day = connection.execute(query).one()
    return hour, day
