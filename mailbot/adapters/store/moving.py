"""How much moved lately, as far as it matters for one mail: counted over indexes, and nothing for mail of machines."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, exists, func, select

from mailbot.adapters.store.rows import TICKET_COLUMNS, ticket_of
from mailbot.adapters.store.sending_room import find_room
from mailbot.adapters.store.tables import events, letters, mails, people, tickets
from mailbot.adapters.store.tables_energy import answer_stops, bound_hits
from mailbot.domain.breaker import FEWEST_MAILS, QUIET, RATIO, WINDOW, Energy
from mailbot.domain.decision import EventKind
from mailbot.domain.energy import normal_subject
from mailbot.domain.stepping import REOPENED_AT_MOST
from mailbot.domain.ticket import Status
from mailbot.domain.trust import normal_address

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Select

    from mailbot.domain.desk import Desk, Known
    from mailbot.domain.mail import IncomingMail
    from mailbot.domain.ticket import Ticket

HOUR, SUBJECTS_FOR, DAY = timedelta(hours=1), timedelta(hours=3), timedelta(days=1)
# Where a count ends: more than any bound, and what a flood costs to be counted.
MOST_COUNTED = 1_000
MOST_SUBJECTS = 100
_OPEN = [Status.NEW, Status.IN_PROGRESS, Status.WAITING]


def with_energy(connection: Connection, mail: IncomingMail, known: Known, desk: Desk, now: datetime) -> Known:
    """Return what is known with what moved lately."""
    address = known.alias or (mail.sender.address if mail.sender and mail.sender_count == 1 else "")
    energy = _count_answers(connection, address if known.person is None else "", now)
    last_stop, stopped, hits, sent = _find_stirs(connection, mail, now)
    energy = replace(energy, stopped=int(stopped), hits=hits)
    since = max(now - WINDOW, last_stop or now - DAY)
    lately = energy.answers_lately if since == now - WINDOW else 0
    if lately > RATIO * FEWEST_MAILS:
        energy = replace(energy, mails_lately=_count_mails(connection, since))
    energy = replace(energy, mails_last_hour=sent, saving=_is_saving(connection, desk, now))
    if sent >= desk.energy.flood_mails:
        energy = replace(energy, fold_into=_find_open(connection, known.person.email if known.person else address))
    if known.person is None and address:
        energy = replace(energy, same_subject=_count_subject(connection, mail, now))
    return replace(known, energy=energy, reopened_last_day=_count_reopened(connection, known, now))


def _find_stirs(connection: Connection, mail: IncomingMail, now: datetime) -> tuple[datetime | None, bool, int, int]:
    """Return when answers began again last, whether they are stopped, and two counts, all in one question.

    Counted are the addresses that reached a bound lately, and the mails of this sender handled within the hour.
    """
    stopped = exists().where(answer_stops.c.ended_at.is_(None), answer_stops.c.last_at > now - QUIET)
    hits = select(bound_hits.c.address).where(bound_hits.c.at > now - WINDOW).limit(MOST_COUNTED).subquery()
    sender = mail.sender.address if mail.sender else ""
    sent = select(mails.c.id).where(mails.c.sender == sender, mails.c.done_at > now - HOUR)
    row = connection.execute(
        select(
            select(func.max(answer_stops.c.ended_at)).scalar_subquery(),
            stopped,
            select(func.count()).select_from(hits).scalar_subquery(),
            select(func.count()).select_from(sent.limit(MOST_COUNTED).subquery()).scalar_subquery(),
        )
    ).one()
    return row[0], bool(row[1]), row[2], row[3]


def _count_answers(connection: Connection, stranger: str, now: datetime) -> Energy:
    """Count the automatic answers of the last hour; the bounds keep them few."""
    domain = normal_address(stranger).rpartition("@")[2]
    outside = ~exists().where(people.c.email == letters.c.to)
    columns = [
        func.count(),
        func.coalesce(func.sum(case((letters.c.written_at > now - WINDOW, 1), else_=0)), 0),
    ]
    if domain:
        of_domain = letters.c.to.endswith(f"@{domain}", autoescape=True)
        columns += [
            func.coalesce(func.sum(case((outside, 1), else_=0)), 0),
            func.coalesce(func.sum(case((and_(of_domain, outside), 1), else_=0)), 0),
        ]
    query = select(*columns).where(letters.c.replied, letters.c.written_at > now - HOUR)
    total, lately, *others = connection.execute(query).one()
    strangers, of_one_domain = others or (0, 0)
    return Energy(
        desk_last_hour=total,
        answers_lately=lately,
        strangers_last_hour=strangers,
        domain_last_hour=of_one_domain,
    )


def _count_mails(connection: Connection, since: datetime) -> int:
    newest = select(func.max(mails.c.id)).scalar_subquery()
    return _count(connection, select(mails.c.id).where(mails.c.id > newest - MOST_COUNTED, mails.c.done_at > since))


def _count_subject(connection: Connection, mail: IncomingMail, now: datetime) -> int:
    """Return how many of this sender's last mails had the same subject, but for numbers and signs."""
    assert mail.sender is not None, "only a mail with a sender is counted"
    query = select(mails.c.subject).where(mails.c.sender == mail.sender.address, mails.c.done_at > now - SUBJECTS_FOR)
    subjects = connection.execute(query.limit(MOST_SUBJECTS)).scalars()
    wanted = normal_subject(mail.subject)
    return sum(normal_subject(subject or "") == wanted for subject in subjects)


def _is_saving(connection: Connection, desk: Desk, now: datetime) -> bool:
    """Tell whether what may still be sent today is kept for what people write."""
    room = find_room(connection, desk.energy.quota, now)
    return room is not None and not room.others


def _find_open(connection: Connection, requester: str) -> Ticket | None:
    """Return the newest open ticket of a day that this address opened."""
    if not requester:
        return None
    query = select(*TICKET_COLUMNS).where(tickets.c.requester == normal_address(requester), tickets.c.status.in_(_OPEN))
    row = connection.execute(query.order_by(tickets.c.id.desc()).limit(1)).mappings().first()
    return ticket_of(row) if row else None


def _count_reopened(connection: Connection, known: Known, now: datetime) -> int:
    """Return how often the ticket was re-opened within a day; most tickets never were, and cost no query."""
    ticket = known.ticket
    if ticket is None or ticket.reopen_count < REOPENED_AT_MOST:
        return 0
    query = (
        select(events.c.id)
        .join(tickets)
        .where(tickets.c.number == ticket.number, events.c.kind == EventKind.REOPENED, events.c.at > now - DAY)
    )
    return _count(connection, query)


def _count(connection: Connection, query: Select[tuple[Any, ...]]) -> int:
    return connection.execute(select(func.count()).select_from(query.limit(MOST_COUNTED).subquery())).scalar_one()
