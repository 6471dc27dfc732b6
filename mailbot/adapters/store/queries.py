"""The read side: what the commands (and later the web pages) show. Nothing here writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from mailbot.adapters.store.engine import reading
from mailbot.adapters.store.facts import find_ticket_facts
from mailbot.adapters.store.rows import TICKET_COLUMNS, ticket_of
from mailbot.adapters.store.tables import events, facts, files, letters, mails, tickets
from mailbot.adapters.store.tables_scans import scans
from mailbot.adapters.store.ticket_rows import find_stored

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Engine, Select

    from mailbot.adapters.store.challenges import OpenQuestion
    from mailbot.domain.facts import Fact
    from mailbot.domain.ticket import Ticket


@dataclass(frozen=True, slots=True)
class TicketFilter:
    """Which tickets to list; empty values do not filter. `facts` are values of which one is enough."""

    status: str = ""
    module: str = ""
    requester: str = ""
    facts: tuple[str, ...] = ()
    limit: int = 50


@dataclass(frozen=True, slots=True)
class EventLine:
    """One line of a ticket's history."""

    at: datetime
    kind: str
    actor: str
    text: str
    reason: str
    internal: bool
    mail_id: int | None = None


@dataclass(frozen=True, slots=True)
class FileLine:
    """One file of a ticket; its bytes lie in the file store under `sha256`, those of its preview under `preview`.

    `evidence` is false for logos and tracking pixels, which are kept and not shown as screenshots. `sender` is whoever
    sent it, as our tables compare addresses.
    """

    name: str
    content_type: str
    size: int
    sha256: str
    inline: bool
    width: int
    height: int
    preview: str
    evidence: bool
    verdict: str = ""
    threat: str = ""
    mail_id: int | None = None
    sender: str = ""


@dataclass(frozen=True, slots=True)
class LetterLine:
    """One letter of a ticket and how it fares."""

    to: str
    kind: str
    subject: str
    state: str
    attempts: int
    answer: str
    written_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class TicketHistory:
    """Everything that is kept about one ticket.

    `alike` are the numbers of tickets that look like it, `questions` those to people that wait for an answer.
    """

    ticket: Ticket
    events: tuple[EventLine, ...]
    files: tuple[FileLine, ...]
    letters: tuple[LetterLine, ...]
    facts: tuple[Fact, ...] = ()
    alike: tuple[str, ...] = ()
    questions: tuple[OpenQuestion, ...] = ()


@dataclass(frozen=True, slots=True)
class MailLine:
    """One mail of the ledger."""

    id: int
    state: str
    outcome: str
    ticket: str
    sender: str | None
    subject: str | None
    arrived_at: datetime
    attempts: int
    error: str
    sha256: str
    reasons: list[str]


@dataclass(frozen=True, slots=True)
class LedgerSums:
    """How many mails are in each state and have each outcome."""

    states: dict[str, int]
    outcomes: dict[str, int]
    letters: dict[str, int]


def find_tickets(engine: Engine, wanted: TicketFilter) -> list[Ticket]:
    """Return tickets, newest first."""
    query = select(*TICKET_COLUMNS).order_by(tickets.c.id.desc()).limit(wanted.limit)
    for column, value in (
        (tickets.c.status, wanted.status),
        (tickets.c.module, wanted.module),
        (tickets.c.requester, wanted.requester),
    ):
        query = query.where(column == value) if value else query
    if wanted.facts:
        query = query.where(tickets.c.id.in_(select(facts.c.ticket_id).where(facts.c.value.in_(wanted.facts))))
    with reading(engine) as connection:
        return [ticket_of(row) for row in connection.execute(query).mappings()]


def find_history(engine: Engine, number: str) -> TicketHistory | None:
    """Return a ticket with its history, files and letters, or None when there is no such number."""
    with reading(engine) as connection:
        stored = find_stored(connection, number)
        if stored is None:
            return None

        def lines(kind: type, query: Select[Any]) -> tuple[Any, ...]:
            return tuple(kind(*row) for row in connection.execute(query))

        e, f, m = events.c, files.c, letters.c
        return TicketHistory(
            ticket=stored.ticket,
            events=lines(
                EventLine,
                select(e.at, e.kind, e.actor, e.text, e.reason, e.internal, e.mail_id)
                .where(e.ticket_id == stored.id)
                .order_by(e.sequence),
            ),
            files=lines(
                FileLine,
                _file_lines().where(f.ticket_id == stored.id).order_by(f.id),
            ),
            letters=lines(LetterLine, _letter_lines().where(m.ticket_id == stored.id)),
            facts=find_ticket_facts(connection, stored.id),
        )


def find_desk_letters(engine: Engine) -> tuple[LetterLine, ...]:
    """Return the letters that belong to no single ticket, oldest first."""
    with reading(engine) as connection:
        rows = connection.execute(_letter_lines().where(letters.c.ticket_id.is_(None)))
        return tuple(LetterLine(*row) for row in rows)


def find_mails(engine: Engine, state: str, limit: int = 200) -> list[MailLine]:
    """Return the mails of one state, oldest first."""
    query = _mail_lines().where(mails.c.state == state).order_by(mails.c.id).limit(limit)
    with reading(engine) as connection:
        return [MailLine(*row) for row in connection.execute(query)]


def find_mail(engine: Engine, mail_id: int) -> MailLine | None:
    """Return one mail of the ledger."""
    with reading(engine) as connection:
        row = connection.execute(_mail_lines().where(mails.c.id == mail_id)).first()
        return MailLine(*row) if row else None


def find_sums(engine: Engine) -> LedgerSums:
    """Return the sums of the ledger and of the outbox."""
    with reading(engine) as connection:

        def count(column: Any) -> dict[str, int]:
            return dict(connection.execute(select(column, func.count()).group_by(column)).all())

        return LedgerSums(count(mails.c.state), count(mails.c.outcome), count(letters.c.state))


def _file_lines() -> Select[Any]:
    f, said = files.c, (func.coalesce(column, "") for column in (scans.c.verdict, scans.c.threat))
    columns = (f.name, f.content_type, f.size, f.sha256, f.inline, f.width, f.height, f.preview, f.evidence, *said)
    return select(*columns, f.mail_id, f.sender).outerjoin_from(files, scans, f.sha256 == scans.c.sha256)


def _letter_lines() -> Select[Any]:
    m = letters.c
    columns = (m.to, m.kind, m.subject, m.state, m.attempts, m.answer, m.written_at, m.sent_at)
    return select(*columns).order_by(m.id)


def _mail_lines() -> Select[Any]:
    m = mails.c
    return select(
        m.id, m.state, m.outcome, m.ticket, m.sender, m.subject, m.arrived_at, m.attempts, m.error, m.sha256, m.reasons
    )
