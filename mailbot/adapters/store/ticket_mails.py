"""What the IT section sees of a ticket beyond its history: the mails as they came, and what can be taken back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import false, select, true

from mailbot.adapters.store.engine import reading
from mailbot.adapters.store.tables import files, mails, people, tickets
from mailbot.adapters.store.tables_scans import scans
from mailbot.adapters.store.tables_undo import deeds
from mailbot.domain.act import Door
from mailbot.domain.deeds import WITHIN
from mailbot.domain.mail import Verdict
from mailbot.domain.people import Role
from mailbot.domain.trust import normal_address

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Engine, Select

    from mailbot.domain.people import Person

MOST_MAILS = 500
_NO_MAIL = [door.value for door in Door if door is not Door.MAIL]
_M = mails.c


@dataclass(frozen=True, slots=True)
class KeptMail:
    """A mail of the ledger whose bytes are kept; `mailbox` is the door for what came in by a form or a call."""

    id: int
    ticket: str
    mailbox: str
    sender: str
    subject: str
    arrived_at: datetime
    size: int
    sha256: str
    oversized: bool
    state: str


@dataclass(frozen=True, slots=True)
class LastDeed:
    """The last command about a ticket that its viewer may take back."""

    words: str
    actor: str
    at: datetime


def find_ticket_mails(engine: Engine, viewer: Person, number: str) -> tuple[KeptMail, ...]:
    """Return the mails of a ticket, oldest first; none for somebody who is not of the IT section.

    What came in by a form or a call stands in the history as it was written, and is left out.
    """
    query = _kept(viewer).where(_M.ticket == number, _M.mailbox.not_in(_NO_MAIL)).order_by(_M.id).limit(MOST_MAILS)
    with reading(engine) as connection:
        return tuple(KeptMail(*row) for row in connection.execute(query))


def find_kept_mail(engine: Engine, viewer: Person, mail_id: int, number: str = "") -> KeptMail | None:
    """Return one mail, of this ticket if one is named; None when there is none for the viewer."""
    query = _kept(viewer).where(_M.id == mail_id)
    query = query.where(_M.ticket == number) if number else query
    with reading(engine) as connection:
        row = connection.execute(query).first()
        return KeptMail(*row) if row else None


def find_last_deed(engine: Engine, viewer: Person, number: str, now: datetime) -> LastDeed | None:
    """Return the last command about a ticket that the viewer may take back now: an own one, or anybody's for a lead."""
    query = (
        select(deeds.c.words, people.c.name, deeds.c.actor, deeds.c.at)
        .select_from(deeds.join(tickets).outerjoin(people, people.c.email == deeds.c.actor))
        .where(tickets.c.number == number, deeds.c.undone_at.is_(None), deeds.c.at >= now - WITHIN)
        .order_by(deeds.c.id.desc())
        .limit(1)
    )
    if viewer.role is not Role.LEAD:
        query = query.where(deeds.c.actor == normal_address(viewer.email))
    with reading(engine) as connection:
        row = connection.execute(query).first()
    return LastDeed(row.words, row.name or row.actor, row.at) if row else None


def _kept(viewer: Person) -> Select[Any]:
    columns = (
        _M.id, _M.ticket, _M.mailbox, _M.sender, _M.subject, _M.arrived_at, _M.size, _M.sha256, _M.oversized, _M.state,
    )  # fmt: skip
    is_staff: ColumnElement[bool] = true() if viewer.is_staff else false()
    return select(*columns).where(is_staff, _M.sha256 != "")


def has_malware(engine: Engine, mail_id: int) -> bool:
    """Tell whether the scanner found something in a file of a mail, or has not looked into one of them yet."""
    held_back = [Verdict.INFECTED, Verdict.UNSCANNED]
    query = select(files.c.id).join(scans, scans.c.sha256 == files.c.sha256)
    with reading(engine) as connection:
        found = connection.execute(query.where(files.c.mail_id == mail_id, scans.c.verdict.in_(held_back)).limit(1))
        return found.first() is not None
