"""How much moved lately, as far as it matters for one mail: counted over indexes, and nothing for mail of machines."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from math import ceil
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, select

from mailbot.adapters.store.lately import DAY, MOST_COUNTED
from mailbot.adapters.store.rows import TICKET_COLUMNS, ticket_of
from mailbot.adapters.store.sending_room import find_room
from mailbot.adapters.store.tables import events, mails, tickets
from mailbot.domain.breaker import FEWEST_MAILS, RATIO, WINDOW, Energy
from mailbot.domain.decision import EventKind
from mailbot.domain.energy import normal_subject
from mailbot.domain.stepping import REOPENED_AT_MOST
from mailbot.domain.ticket import Status
from mailbot.domain.trust import normal_address

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from mailbot.adapters.store.lately import Lately
    from mailbot.domain.desk import Desk, Known
    from mailbot.domain.mail import IncomingMail
    from mailbot.domain.ticket import Ticket

SUBJECTS_FOR = timedelta(hours=3)
MOST_SUBJECTS = 100
_OPEN = [Status.NEW, Status.IN_PROGRESS, Status.WAITING]


_HANDLED = select(func.count().label("handled")).select_from(
    select(mails.c.id).where(mails.c.done_at > bindparam("since")).limit(bindparam("enough")).subquery()
)
_SUBJECTS = (
    select(mails.c.subject)
    .where(mails.c.sender == bindparam("sender"), mails.c.done_at > bindparam("since"))
    .limit(MOST_SUBJECTS)
)


def with_energy(
    connection: Connection, mail: IncomingMail, known: Known, lately: Lately, desk: Desk, *, now: datetime
) -> Known:
    """Return what is known with what moved lately."""
    address = known.alias or (mail.sender.address if mail.sender and mail.sender_count == 1 else "")
    is_stranger = known.person is None and bool(address)
    writer = known.person.email if known.person else address
    since = max(now - WINDOW, lately.last_stop or now - DAY)
    answers = lately.answers_window if since == now - WINDOW else 0
    energy = Energy(
        domain_last_hour=lately.of_domain,
        strangers_last_hour=lately.strangers,
        desk_last_hour=lately.answers,
        same_subject=_count_subject(connection, address, mail.subject, now) if is_stranger else 0,
        mails_last_hour=lately.sent,
        fold_into=_find_open(connection, writer) if lately.sent >= desk.energy.flood_mails else None,
        hits=lately.hits,
        answers_lately=lately.answers_window,
        mails_lately=_count_handled(connection, since, answers) if answers > RATIO * FEWEST_MAILS else 0,
        stopped=int(lately.is_stopped),
        saving=_is_saving(connection, desk, now),
    )
    return replace(known, energy=energy, reopened_last_day=_count_reopened(connection, known, now))


def _count_handled(connection: Connection, since: datetime, answers: int) -> int:
    """Return how many mails were handled, counted until they are enough for so many answers."""
    return connection.execute(_HANDLED, {"since": since, "enough": ceil(answers / RATIO)}).scalar_one()


def _count_subject(connection: Connection, address: str, subject: str, now: datetime) -> int:
    """Return how many of this sender's last mails had the same subject, but for numbers and signs."""
    asked = {"sender": address, "since": now - SUBJECTS_FOR}
    wanted = normal_subject(subject)
    return sum(normal_subject(one or "") == wanted for one in connection.execute(_SUBJECTS, asked).scalars())


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
        .limit(MOST_COUNTED)
    )
    return len(connection.execute(query).all())
