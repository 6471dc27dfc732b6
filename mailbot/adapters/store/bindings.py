"""Other addresses of people of the directory: whose they are, what was asked about them, and how often."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, exists, func, insert, select, update

from mailbot.adapters.store.leases import take_turn
from mailbot.adapters.store.rows import PERSON_COLUMNS, TICKET_COLUMNS, person_of, ticket_of
from mailbot.adapters.store.tables import bindings, people, tickets
from mailbot.domain.decision import Binding, BindingState
from mailbot.domain.desk import NOBODY, Claim, Stranger
from mailbot.domain.errors import ChangedMeanwhileError
from mailbot.domain.ticket import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from mailbot.domain.desk import Desk
    from mailbot.domain.people import Person
    from mailbot.domain.ticket import Ticket

# What is settled stays with who wrote it; no more than these are moved by one answer.
OPEN = (Status.NEW, Status.IN_PROGRESS, Status.WAITING, Status.RESOLVED)
MOST_TICKETS = 50
ASKING = "asking about an address"  # one at a time, so that the questions of a day are counted rightly

_BOUND = (
    select(*PERSON_COLUMNS)
    .join(bindings, bindings.c.employee_id == people.c.employee_id)
    .where(bindings.c.address == bindparam("address"), bindings.c.state == BindingState.BOUND, people.c.active)
)
_HAS_TICKETS = select(exists().where(tickets.c.requester == bindparam("address")))


def find_bound(connection: Connection, address: str) -> Person | None:
    """Return who confirmed that this is another address of theirs; nobody of the IT section speaks from one."""
    row = connection.execute(_BOUND, {"address": address}).mappings().first()
    person = person_of(row) if row else None
    return None if person is None or person.is_staff else person


def find_claim(connection: Connection, nonces: Sequence[str], person: Person | None) -> Claim | None:
    """Return the question that a mail of this person answers; the letters it carries the tokens of say which."""
    if not nonces or person is None:
        return None
    query = select(bindings).where(bindings.c.nonce.in_(nonces), bindings.c.employee_id == person.employee_id)
    row = connection.execute(query.order_by(bindings.c.id.desc()).limit(1)).mappings().first()
    if row is None:
        return None
    binding = Binding(row["address"], row["employee_id"], row["nonce"], BindingState(row["state"]))
    is_free = _is_free(connection, binding)
    return Claim(binding, is_free=is_free, tickets=_open_tickets(connection, binding.address) if is_free else ())


def find_stranger(
    connection: Connection, address: str, officers: Iterable[Person], desk: Desk, now: datetime
) -> Stranger:
    """Return what is known of an address without a person, and whether one of these officers may be asked about it."""
    if not address:
        return NOBODY
    ids = {officer.employee_id for officer in officers}
    return Stranger(
        was_asked=bool(connection.execute(_HAS_TICKETS, {"address": address}).scalar()),
        may_claim=bool(ids) and all(_may_ask(connection, address, one, desk.claims_per_day, now) for one in ids),
    )


def keep_binding(connection: Connection, binding: Binding, per_day: int, now: datetime) -> None:
    """Remember a question, or what the stored address answered.

    Raises ChangedMeanwhileError when the address became somebody else's meanwhile, or was asked about often enough.
    """
    if binding.state is BindingState.ASKED:
        take_turn(connection, ASKING, now)
        if not _may_ask(connection, binding.address, binding.employee_id, per_day, now):
            raise ChangedMeanwhileError("as many questions as one day may have were asked meanwhile")
        values = {"address": binding.address, "employee_id": binding.employee_id, "nonce": binding.nonce}
        connection.execute(insert(bindings).values(**values, state=binding.state, asked_at=now))
        return
    # Two answers about one address wait for each other here.
    connection.execute(select(bindings.c.id).where(bindings.c.address == binding.address).with_for_update()).all()
    if binding.state is BindingState.BOUND and not _is_free(connection, binding):
        raise ChangedMeanwhileError("the address became somebody else's meanwhile")
    mine = (bindings.c.address == binding.address) & (bindings.c.employee_id == binding.employee_id)
    connection.execute(update(bindings).where(mine).values(state=binding.state, answered_at=now))


def _is_free(connection: Connection, binding: Binding) -> bool:
    """Tell whether an address belongs to nobody else, neither in the directory nor by another answer."""
    other = (bindings.c.address == binding.address) & (bindings.c.employee_id != binding.employee_id)
    taken = exists().where(other, bindings.c.state == BindingState.BOUND)
    stored = exists().where(people.c.email == binding.address, people.c.active)
    return not connection.execute(select(taken | stored)).scalar()


def _open_tickets(connection: Connection, address: str) -> tuple[Ticket, ...]:
    query = select(*TICKET_COLUMNS).where(tickets.c.requester == address, tickets.c.status.in_(OPEN))
    rows = connection.execute(query.order_by(tickets.c.id.desc()).limit(MOST_TICKETS)).mappings()
    return tuple(ticket_of(row) for row in rows)


def _may_ask(connection: Connection, address: str, employee_id: str, per_day: int, now: datetime) -> bool:
    """Tell whether this person may be asked about this address: not often, not twice a day, not after a no."""
    pair = (bindings.c.address == address) & (bindings.c.employee_id == employee_id)
    lately = bindings.c.asked_at > now - timedelta(days=1)
    settled = exists().where(pair, (bindings.c.state != BindingState.ASKED) | lately)
    of_address = select(func.count()).where(bindings.c.address == address, lately).scalar_subquery()
    of_person = select(func.count()).where(bindings.c.employee_id == employee_id, lately).scalar_subquery()
    is_settled, by_address, by_person = connection.execute(select(settled, of_address, of_person)).one()
    return not is_settled and by_address < per_day and by_person < per_day
