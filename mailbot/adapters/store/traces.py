"""What is kept of people beside tickets: erased on demand, by rule, and when it serves nothing any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, func, or_, select, update

from mailbot.adapters.store.api_traces import drop_spent_api, erase_api_of
from mailbot.adapters.store.erasing import ERASED, HANDLED, NO_LETTER, SENT, Removed, erase_mails
from mailbot.adapters.store.tables import bindings, letters, mails, tickets
from mailbot.adapters.store.tables_challenges import challenges
from mailbot.adapters.store.tables_energy import bounces, bound_hits, mutes
from mailbot.adapters.store.tables_watch import alarms
from mailbot.adapters.store.web_traces import drop_old_web, drop_spent_web, erase_web_of
from mailbot.domain.breaker import WINDOW
from mailbot.domain.muting import COUNTED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

_UNTIED = and_(mails.c.ticket == "", HANDLED)
# Digests, reports and lists of tickets: they name many people, and are about no single ticket.
_LIST = and_(letters.c.ticket_id.is_(None), SENT)
# A mute goes with the rest, also while it lasts. A keyed hash of the address would still be about that person, because
# the desk holds the key. And nothing loops without it: a bounce is never answered, and one final refusal mutes anew.
_BY_ADDRESS = (bindings.c.address, challenges.c.actor, bound_hits.c.address, bounces.c.address, mutes.c.address)


def erase_traces_of(connection: Connection, address: str) -> Removed:
    """Erase a person's mails and letters that belong to no ticket, other addresses of theirs, and what they met."""
    theirs = and_(mails.c.sender == address, _UNTIED)
    count = connection.execute(select(func.count()).select_from(mails).where(theirs)).scalar_one()
    named = erase_mails(connection, theirs)
    count += connection.execute(update(letters).where(_LIST, letters.c.to == address).values(NO_LETTER)).rowcount
    for column in _BY_ADDRESS:
        count += connection.execute(delete(column.table).where(column == address)).rowcount
    count += erase_web_of(connection, address) + erase_api_of(connection, address)
    told = update(alarms).where(alarms.c.text.contains(address, autoescape=True))
    count += connection.execute(told.values(text=func.replace(alarms.c.text, address, ERASED))).rowcount
    return Removed(count, named)


def erase_lists_about(connection: Connection, ids: Sequence[int]) -> None:
    """Drop the texts of digests, reports and lists since the first of these tickets was opened: they may name it."""
    since = connection.execute(select(func.min(tickets.c.opened_at)).where(tickets.c.id.in_(ids))).scalar_one()
    if since is not None:
        connection.execute(update(letters).where(_LIST, letters.c.written_at >= since).values(raw=b"", subject=""))


def erase_old_traces(connection: Connection, before: datetime, limit: int) -> Removed:
    """Erase mails and letters of no ticket, questions to people and settled alarms that are older than that moment."""
    holds = or_(mails.c.sender.is_not(None), mails.c.sha256 != "")
    old_mails = select(mails.c.id).where(_UNTIED, holds, mails.c.done_at < before).limit(limit)
    mail_ids = list(connection.execute(old_mails).scalars())
    old_lists = select(letters.c.id).where(_LIST, letters.c.to != "", letters.c.written_at < before).limit(limit)
    letter_ids = list(connection.execute(old_lists).scalars())
    named = erase_mails(connection, mails.c.id.in_(mail_ids))
    connection.execute(update(letters).where(letters.c.id.in_(letter_ids)).values(NO_LETTER))
    count = len(mail_ids) + len(letter_ids)
    for old in (
        delete(challenges).where(challenges.c.asked_at < before),
        delete(bindings).where(bindings.c.state != "bound", bindings.c.asked_at < before),
        delete(alarms).where(alarms.c.settled_at < before),
    ):
        count += connection.execute(old).rowcount
    return Removed(count + drop_old_web(connection, before), named)


def drop_spent(connection: Connection, now: datetime) -> int:
    """Delete what no bound looks at any more: reached bounds, old bounces, mutes that ended. Return how many rows."""
    spent = (
        delete(bound_hits).where(bound_hits.c.at <= now - WINDOW),
        delete(bounces).where(bounces.c.at <= now - COUNTED),
        delete(mutes).where(mutes.c.until <= now),
    )
    count = sum(connection.execute(statement).rowcount for statement in spent)
    return count + drop_spent_web(connection, now) + drop_spent_api(connection, now)
