"""What the tables know that matters for one mail: its sender, its ticket, whether it was handled before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, exists, literal, select, union_all

from mailbot.adapters.store.bindings import find_bound, find_claim, find_stranger
from mailbot.adapters.store.challenges import may_ask
from mailbot.adapters.store.engine import reading
from mailbot.adapters.store.kin import follow_merged, is_followed_by, with_kin
from mailbot.adapters.store.lately import find_lately
from mailbot.adapters.store.lookalikes import with_alike
from mailbot.adapters.store.meant_deeds import with_deeds
from mailbot.adapters.store.meanwhile import find_meanwhile
from mailbot.adapters.store.moving import with_energy
from mailbot.adapters.store.named_tickets import find_near, find_targets
from mailbot.adapters.store.own_lists import count_own, find_lists
from mailbot.adapters.store.people_rows import find_concerned, find_requester, find_staff
from mailbot.adapters.store.searching import find_searches
from mailbot.adapters.store.tables import files, letters, mails, tickets
from mailbot.adapters.store.ticket_rows import find_ticket
from mailbot.adapters.store.token_letters import find_live
from mailbot.adapters.store.workload import find_absent, find_own_work, with_workload
from mailbot.domain.desk import NOBODY, Known
from mailbot.domain.evidence import may_be_logo
from mailbot.domain.likeness import may_repeat
from mailbot.domain.scene import is_copied, is_requester
from mailbot.domain.thread import prove_for
from mailbot.domain.trust import usable_address

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Engine

    from mailbot.adapters.store.lately import Lately
    from mailbot.domain.desk import Desk
    from mailbot.domain.mail import IncomingMail
    from mailbot.domain.people import Person
    from mailbot.domain.thread import Clues
    from mailbot.domain.ticket import Ticket
    from mailbot.ports import Entry

_WITH_CONTENT = select(mails.c.id).where(mails.c.content_key == bindparam("content"), mails.c.id != bindparam("own"))


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Answers the questions that the rules ask of the tables."""

    engine: Engine
    desk: Desk

    def find_known(self, mail: IncomingMail, clues: Clues, entry: Entry, now: datetime) -> Known:
        """Return what the tables know that matters for this mail."""
        sender = usable_address(mail.sender.address) if mail.sender and mail.sender_count == 1 else ""
        with reading(self.engine) as connection:
            concerned = find_concerned(connection, sender, (clues.employee_id, *clues.guesses))
            person, clues = self._find_writer(connection, clues, sender, concerned.sender)
            clues = find_live(connection, clues, self.desk, now)
            address = person.email if person else sender
            ticket, by_token = _find_ticket(connection, clues, address, person)
            targets = find_targets(connection, clues, address, person)
            named = (*targets, ticket.number) if ticket else tuple(targets)
            lately = _find_lately(connection, mail, (sender, address), person, now)
            known = Known(
                person=person,
                staff=concerned.staff,
                ticket=ticket,
                requester=find_requester(connection, ticket) if ticket else None,
                by_token=by_token,
                duplicate_of=_find_duplicate(connection, mail, entry),
                mentioned=_find_mentioned(connection, clues, ticket),
                answers_last_hour=lately.to_one_hour,
                answers_last_day=lately.to_one_day,
                employee=next((one for one in concerned.employees if one.employee_id == clues.employee_id), None),
                employees=tuple(one for one in concerned.employees if one.employee_id in clues.guesses),
                reported=_find_reported(connection, clues.reported),
                sender_proven=clues.sender_proven,
                is_token_old=clues.is_token_old,
                targets=targets,
                lists=find_lists(connection, clues, person, named, self.desk, now),
                own_counts=count_own(connection, clues, person),
                near_numbers=find_near(connection, clues, named, address, person),
                meanwhile=find_meanwhile(connection, clues, ticket, address, person),
                absent=find_absent(concerned.staff, now),
                own_work=find_own_work(connection, clues, person),
                searches=find_searches(connection, clues, person),
                seen_before=_find_seen_before(connection, mail, entry, sender),
                alias=sender if address != sender else "",
                claim=find_claim(connection, clues.desk_nonces, person),
                stranger=NOBODY if person else find_stranger(connection, sender, concerned.employees, self.desk, now),
                may_ask=_may_lack_proof(clues, ticket) and may_ask(connection, address, now),
            )
            known = _with_others(connection, clues, known, address, now)
            if not clues.is_automatic:
                known = with_energy(connection, mail, known, lately, self.desk, now=now)
            return with_alike(connection, mail, clues, known, self.desk, now=now)

    def _find_writer(
        self, connection: Connection, clues: Clues, sender: str, person: Person | None
    ) -> tuple[Person | None, Clues]:
        """Return who writes, also from another address that was confirmed; then letters to the stored one prove it."""
        bound = find_bound(connection, sender) if sender and person is None else None
        return (bound, prove_for(clues, bound.email, self.desk)) if bound else (person, clues)

    def find_staff(self) -> tuple[Person, ...]:
        """Return the people of the IT section."""
        with reading(self.engine) as connection:
            return find_staff(connection)


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


def _with_others(connection: Connection, clues: Clues, known: Known, address: str, now: datetime) -> Known:
    """Return what is known of a mail with what it may need of other tickets, and of what was commanded before."""
    known = with_deeds(connection, clues, with_kin(connection, clues, known, address), address)
    return with_workload(connection, clues, known, now)


def _may_lack_proof(clues: Clues, ticket: Ticket | None) -> bool:
    """Tell whether a mail may ask for something that it does not prove; most mails do not."""
    has_token = (clues.sender_proven or clues.proven) and not clues.is_token_old
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
    found = connection.execute(_WITH_CONTENT, {"content": mail.content_key, "own": entry.id}).scalar()
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


def _find_lately(
    connection: Connection, mail: IncomingMail, addresses: tuple[str, str], person: Person | None, now: datetime
) -> Lately:
    writer = mail.sender.address if mail.sender else ""
    stranger = writer if person is None and mail.sender_count == 1 else ""
    return find_lately(connection, addresses, writer, stranger, now)
