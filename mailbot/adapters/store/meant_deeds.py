"""Which command a mail takes back, and everything that this command did; other mails ask nothing of the tables."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select

from mailbot.adapters.store.deeds import digest_of, fields_of, timers_of
from mailbot.adapters.store.kin import find_parts
from mailbot.adapters.store.meanwhile import TOLD
from mailbot.adapters.store.people_rows import find_people
from mailbot.adapters.store.rows import TICKET_COLUMNS, ticket_of
from mailbot.adapters.store.tables import events, letters, tickets
from mailbot.adapters.store.tables_undo import deeds
from mailbot.domain.authority import Action
from mailbot.domain.deeds import AnsweredLetter, Deed, Trace, find_meant
from mailbot.domain.desk import Happened, Target
from mailbot.domain.people import Role
from mailbot.domain.trust import normal_address
from mailbot.domain.verbs import Verb

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, RowMapping

    from mailbot.domain.desk import Known
    from mailbot.domain.people import Person
    from mailbot.domain.thread import Clues

MOST_LOOKED_AT = 30


def with_deeds(connection: Connection, clues: Clues, known: Known, sender: str) -> Known:
    """Return what is known of a mail with what the commands did that it takes back."""
    if Verb.UNDO not in clues.verbs or not sender:
        return known
    commands = _find_commands(connection, clues, known, sender)
    if not commands:
        return known
    query = select(deeds, *TICKET_COLUMNS).join(tickets).where(deeds.c.mail_id.in_(commands)).order_by(deeds.c.id)
    rows = connection.execute(query).mappings().all()
    addresses = {normal_address(row[name]) for row in rows for name in ("requester", "actor")}
    people = find_people(connection, addresses)
    parts = find_parts(connection, {row["number"] for row in rows})
    found = tuple(_deed_of(connection, row, people) for row in rows)
    return replace(known, deeds=found, followers={**known.followers, **parts})


def _find_commands(connection: Connection, clues: Clues, known: Known, sender: str) -> set[int]:
    """Return the command mails that are meant: one for each ticket that the mail names, else one in all."""
    person = known.person
    own = frozenset(normal_address(address) for address in (sender, person.email if person else sender))
    is_lead = person is not None and person.role is Role.LEAD
    letter, ticket_id = _find_letter(connection, clues.answered)

    def meant(which: ColumnElement[bool], letter: AnsweredLetter | None) -> int | None:
        return find_meant(_find_traces(connection, which), letter, own, is_lead=is_lead)

    if clues.targets:
        named = (_is_about(number) for number in clues.targets if number in known.targets)
        found = {meant(which, None) for which in named}
    elif known.ticket is not None:
        found = {meant(or_(_is_about(known.ticket.number), deeds.c.ticket_id == ticket_id), letter)}
    else:
        found = {meant(deeds.c.actor.in_(own), letter)}
    return {command for command in found if command is not None}


def _find_letter(connection: Connection, message_ids: Sequence[str]) -> tuple[AnsweredLetter | None, int | None]:
    """Return the nearest letter of ours that the mail answers, and the id of its ticket."""
    if not message_ids:
        return None, None
    columns = (letters.c.message_id, letters.c.kind, letters.c.written_at, letters.c.ticket_id)
    rows = connection.execute(select(*columns).where(letters.c.message_id.in_(message_ids)))
    found = {row.message_id: row for row in rows}
    row = next((found[message_id] for message_id in message_ids if message_id in found), None)
    return (AnsweredLetter(row.kind, row.written_at), row.ticket_id) if row else (None, None)


def _is_about(number: str) -> ColumnElement[bool]:
    return deeds.c.ticket_id == select(tickets.c.id).where(tickets.c.number == number).scalar_subquery()


def _find_traces(connection: Connection, which: ColumnElement[bool]) -> list[Trace]:
    """Return the last commands, newest first, each once."""
    last = func.max(deeds.c.id)
    query = select(deeds.c.mail_id, deeds.c.actor, deeds.c.at, func.max(deeds.c.undone_at).label("undone_at"))
    grouped = query.where(which).group_by(deeds.c.mail_id, deeds.c.actor, deeds.c.at).order_by(last.desc())
    rows = connection.execute(grouped.limit(MOST_LOOKED_AT))
    return [Trace(row.mail_id, row.actor, row.at, row.undone_at) for row in rows]


def _deed_of(connection: Connection, row: RowMapping, people: Mapping[str, Person]) -> Deed:
    ticket = ticket_of(row)
    actor = people.get(normal_address(row["actor"]))
    is_untouched = digest_of(ticket) == row["digest"]
    return Deed(
        id=row["id"],
        command=row["mail_id"],
        actor=row["actor"],
        actor_name=actor.name if actor else "",
        words=row["words"],
        action=Action(row["action"]),
        at=row["at"],
        target=Target(ticket, people.get(normal_address(ticket.requester))),
        fields=fields_of(row["fields"]),
        timers=timers_of(row["timers"]),
        undone_at=row["undone_at"],
        is_untouched=is_untouched,
        since=() if is_untouched else _find_since(connection, row["ticket_id"], row["at"]),
        told=frozenset(row["told"]),
    )


def _find_since(connection: Connection, ticket_id: int, at: datetime) -> tuple[Happened, ...]:
    """Return the last thing that happened to a ticket after that moment."""
    query = select(events.c.kind, events.c.actor, events.c.at).where(events.c.ticket_id == ticket_id, events.c.at > at)
    row = connection.execute(query.where(events.c.kind.in_(TOLD)).order_by(events.c.sequence.desc()).limit(1)).first()
    if row is None:
        return ()
    person = find_people(connection, {normal_address(row.actor)}).get(normal_address(row.actor))
    return (Happened(row.kind, person.name if person else "", row.at),)
