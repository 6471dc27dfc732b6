"""The tickets that somebody asks for by mail: those named, all own ones, those resolved in a month.

Nothing is looked up for a mail that asks nothing, and each query starts from an index: a number, an address, an id.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, func, or_, select

from mailbot.adapters.store.deeds import still_holds
from mailbot.adapters.store.tables import events, people, tickets
from mailbot.domain.desk import TicketLine
from mailbot.domain.months import parse_month
from mailbot.domain.resolved_answers import RESOLVED
from mailbot.domain.status_answers import ASKED, MOST_LINES, OPEN_FIRST, OWN
from mailbot.domain.ticket import Status
from mailbot.domain.verbs import Verb

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Select

    from mailbot.domain.desk import Desk
    from mailbot.domain.people import Person
    from mailbot.domain.reporting.periods import Period
    from mailbot.domain.thread import Clues

MOST_RESOLVED = 2_000
_LAST_WORD_LIMIT = 300
# What the IT section says to an officer.
_WORDS_OF_STAFF = ("commented", "asked", "resolved", "reopened")
_STAFF = ("staff", "lead")
_NOT_STORED = frozenset({"last_word"})
_COLUMNS = tuple(tickets.c[field.name] for field in fields(TicketLine) if field.name not in _NOT_STORED)
_RANK = case({str(status): place for place, status in enumerate(OPEN_FIRST)}, value=tickets.c.status, else_=9)


def find_lists(  # noqa: PLR0917 - what is asked, by whom, and of which desk
    connection: Connection, clues: Clues, person: Person | None, named: Sequence[str], desk: Desk, now: datetime
) -> dict[str, tuple[TicketLine, ...]]:
    """Return the tickets that the questions of a mail ask for; `named` are those it names and its sender may see."""
    lists: dict[str, tuple[TicketLine, ...]] = {}
    verbs = {question.verb for question in clues.questions}
    if Verb.STATUS in verbs and named:
        query = select(tickets.c.id, *_COLUMNS).where(tickets.c.number.in_(named))
        lists[ASKED] = _lines(connection, query)
    if person is not None and asks_for_own(clues):
        query = select(tickets.c.id, *_COLUMNS).where(_is_own(person))
        lists[OWN] = _lines(connection, query.order_by(_RANK, tickets.c.id.desc()).limit(MOST_LINES))
    if person is not None and Verb.REPORT in verbs:
        lists[RESOLVED] = _find_resolved(connection, clues, person, desk, now)
    return lists


def count_own(connection: Connection, clues: Clues, person: Person | None) -> dict[str, int]:
    """Return how many tickets of who asks stand where, if that is asked."""
    if person is None or not asks_for_own(clues):
        return {}
    query = select(tickets.c.status, func.count()).where(_is_own(person)).group_by(tickets.c.status)
    return dict(connection.execute(query).all())


def asks_for_own(clues: Clues) -> bool:
    """Tell whether a mail asks for all tickets of its sender; STATUS without a number may do so."""
    status = [question for question in clues.questions if question.verb is Verb.STATUS]
    beside = len(status) > 1 and any(not question.argument for question in status)
    asks_my_tickets = any(question.verb is Verb.MY_TICKETS for question in clues.questions)
    return asks_my_tickets or beside or (bool(status) and not clues.targets)


def _is_own(person: Person) -> ColumnElement[bool]:
    """Return which tickets are meant: those an officer asked for, those one of the IT section works on."""
    if not person.is_staff:
        return tickets.c.requester == person.email
    working = tickets.c.status.in_([Status.NEW, Status.IN_PROGRESS, Status.WAITING, Status.RESOLVED])
    return (tickets.c.assignee == person.email) & working


def _find_resolved(
    connection: Connection, clues: Clues, person: Person, desk: Desk, now: datetime
) -> tuple[TicketLine, ...]:
    today = now.astimezone(desk.timezone).date()
    asked = (question.argument.strip(" ?") for question in clues.questions if question.verb is Verb.REPORT)
    periods = {period for argument in asked if (period := parse_month(argument, today, desk.grammar)) is not None}
    return find_resolved(connection, person, periods, desk)


def find_resolved(
    connection: Connection, person: Person, periods: Collection[Period], desk: Desk
) -> tuple[TicketLine, ...]:
    """Return what was resolved in some periods: of an officer's tickets, or by somebody of the IT section."""
    if not periods:
        return ()
    ended = tickets.c.status.in_([Status.RESOLVED, Status.CLOSED])
    whose = tickets.c.assignee == person.email if person.is_staff else tickets.c.requester == person.email
    resolved_at, zone = tickets.c.resolved_at, desk.timezone
    when = or_(*((resolved_at >= one.begin(zone)) & (resolved_at < one.end(zone)) for one in periods))
    query = select(tickets.c.id, *_COLUMNS).where(whose, ended, when)
    return _lines(connection, query.order_by(tickets.c.resolved_at, tickets.c.id).limit(MOST_RESOLVED), words=False)


def _lines(connection: Connection, query: Select[Any], *, words: bool = True) -> tuple[TicketLine, ...]:
    """Return the lines of a query, with the names of those who work on them and the last words of the IT section."""
    rows = [dict(row) for row in connection.execute(query).mappings()]
    ids = [row.pop("id") for row in rows]
    names = _find_names(connection, {row["assignee"] for row in rows})
    said = _find_last_words(connection, ids) if words else {}
    lines = (TicketLine(**row, last_word=said.get(ticket_id, "")) for ticket_id, row in zip(ids, rows, strict=True))
    return tuple(replace(line, assignee=names.get(line.assignee, line.assignee)) for line in lines)


def _find_names(connection: Connection, addresses: Iterable[str]) -> dict[str, str]:
    wanted = sorted(address for address in addresses if address)
    if not wanted:
        return {}
    return dict(connection.execute(select(people.c.email, people.c.name).where(people.c.email.in_(wanted))).all())


def _find_last_words(connection: Connection, ids: Sequence[int]) -> dict[int, str]:
    """Return the last thing that somebody of the IT section wrote to the requester of each of these tickets."""
    if not ids:
        return {}
    staff = select(people.c.email).where(people.c.role.in_(_STAFF))
    said = (
        events.c.ticket_id.in_(ids),
        events.c.kind.in_(_WORDS_OF_STAFF),
        events.c.internal.is_(False),
        events.c.text != "",
        still_holds(),
        func.lower(events.c.actor).in_(staff),
    )
    last = (
        select(events.c.ticket_id, func.max(events.c.sequence).label("sequence"))
        .where(*said)
        .group_by(events.c.ticket_id)
        .subquery()
    )
    query = select(events.c.ticket_id, func.substr(events.c.text, 1, _LAST_WORD_LIMIT)).join(
        last, (events.c.ticket_id == last.c.ticket_id) & (events.c.sequence == last.c.sequence)
    )
    return {ticket_id: " ".join(text.split()) for ticket_id, text in connection.execute(query)}
