"""Tickets of the last days that look like the one a mail may open; every query is bounded and goes over an index."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, bindparam, select

from mailbot.adapters.store.columns import UtcDateTime
from mailbot.adapters.store.engine import reading
from mailbot.adapters.store.facts import find_ticket_facts
from mailbot.adapters.store.tables import facts, files, tickets
from mailbot.domain.decide import is_past_reopening
from mailbot.domain.facts import FactKind
from mailbot.domain.likeness import Look, LookAlike, find_alike, find_fingerprints, make_look
from mailbot.domain.mail import Attachment
from mailbot.domain.ticket import Status

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Engine, Select

    from mailbot.domain.desk import Desk, Known
    from mailbot.domain.likeness import LookRules
    from mailbot.domain.mail import IncomingMail
    from mailbot.domain.thread import Clues
    from mailbot.domain.ticket import Ticket

_T, _F, _P = tickets.c, facts.c, files.c
_CANDIDATE = (_T.id, _T.number, _T.status, _T.opened_at, _T.parent, _T.module, _T.title, _T.description)
_SINCE, _MOST = bindparam("since", type_=UtcDateTime), bindparam("most", type_=Integer)

# The statements are made once, because making one takes as long as carrying it out.
_IN_SPAN = select(*_CANDIDATE).where(
    _T.opened_at > _SINCE, _T.opened_at <= bindparam("until", type_=UtcDateTime), _T.status != Status.MERGED
)
_OF_MODULE = _IN_SPAN.where(_T.module == bindparam("module")).order_by(_T.opened_at.desc()).limit(_MOST)
_WITH_IDS = _IN_SPAN.where(_T.id.in_(bindparam("ids", expanding=True)))
# The oldest ticket of the span: what is kept for older ones stands below its id.
_FIRST = select(_T.id).where(_T.opened_at > _SINCE).order_by(_T.opened_at).limit(1).scalar_subquery()
_THAT_NAME = (
    select(_F.ticket_id)
    .join(tickets)
    .where(_F.value.in_(bindparam("errors", expanding=True)), _F.kind == FactKind.ERROR, _F.ticket_id >= _FIRST)
    .where(_T.module == bindparam("module"))
    .order_by(_F.ticket_id.desc())
    .limit(_MOST)
)
_THAT_SHOW = (
    select(_P.ticket_id)
    .where(_P.fingerprint.in_(bindparam("fingerprints", expanding=True)), _P.ticket_id >= _FIRST)
    .order_by(_P.ticket_id.desc())
    .limit(_MOST)
)
_SHOWN = select(_P.ticket_id, _P.fingerprint).where(
    _P.ticket_id.in_(bindparam("ids", expanding=True)), _P.fingerprint != ""
)


@dataclass(frozen=True, slots=True)
class Span:
    """Which tickets are compared: those opened after `since` and until `until`, at most so many in each way."""

    since: datetime
    until: datetime
    most: int


def with_alike(
    connection: Connection, mail: IncomingMail, clues: Clues, known: Known, desk: Desk, *, now: datetime
) -> Known:
    """Return what is known of a mail with the tickets that look like the one it opens, if it may open one."""
    if clues.look is None or not _may_open(mail, clues, known, desk, now):
        return known
    shown = find_fingerprints(file for file in mail.attachments if file.sha256 not in known.seen_before)
    span = Span(now - desk.similar.within, now, desk.similar.most_candidates)
    found = find_lookalikes(connection, replace(clues.look, fingerprints=shown), span)
    own = known.ticket.number if known.ticket else ""
    return replace(known, alike=tuple(one for one in found if one.number != own))


def find_lookalikes(connection: Connection, look: Look, span: Span) -> tuple[LookAlike, ...]:
    """Return the tickets that look like this, oldest first; what became a part of another ticket is left out."""
    asked: dict[str, Any] = {"since": span.since, "until": span.until, "most": span.most, "module": look.module}
    rows = connection.execute(_OF_MODULE, asked).all()
    newest = [row[0] for row in rows]
    named = _find_ids(connection, _THAT_NAME, {**asked, "errors": sorted(look.errors)}) if look.errors else set()
    prints = {**asked, "fingerprints": sorted(look.fingerprints)}
    shown = _find_ids(connection, _THAT_SHOW, prints) if look.fingerprints else set()
    if more := (named | shown).difference(newest):
        rows = [*rows, *connection.execute(_WITH_IDS, {**asked, "ids": sorted(more)})]
    # What names one of the codes is found above, so the codes of the newest tickets need not be read.
    pictures = _find_pictures(connection, newest) if look.fingerprints else {}
    nothing: frozenset[str] = frozenset()
    # In the order of _CANDIDATE: there are many rows for each mail, and names would cost as much as all else here.
    candidates = (
        LookAlike(
            number,
            Status(status),
            opened_at,
            parent,
            Look(
                module,
                f"{title}\n{description}",
                look.errors if ticket_id in named else nothing,
                look.fingerprints if ticket_id in shown else pictures.get(ticket_id, nothing),
            ),
        )
        for ticket_id, number, status, opened_at, parent, module, title, description in rows
    )
    return find_alike(look, candidates)


def find_alike_to(engine: Engine, ticket: Ticket, rules: LookRules) -> tuple[LookAlike, ...]:
    """Return the tickets that look like a ticket and were opened near it, before or after, oldest first."""
    if not rules.within:
        return ()
    span = Span(ticket.opened_at - rules.within, ticket.opened_at + rules.within, rules.most_candidates)
    with reading(engine) as connection:
        ticket_id = connection.execute(select(_T.id).where(_T.number == ticket.number)).scalar_one()
        named = find_ticket_facts(connection, ticket_id)
        look = make_look(
            ticket.module, f"{ticket.title}\n{ticket.description}", named, _pictures(connection, ticket_id)
        )
        return tuple(one for one in find_lookalikes(connection, look, span) if one.number != ticket.number)


def _pictures(connection: Connection, ticket_id: int) -> list[Attachment]:
    columns = [_P[field.name] for field in fields(Attachment) if field.name in _P]
    rows = connection.execute(select(*columns).where(_P.ticket_id == ticket_id).order_by(_P.id)).mappings()
    return [Attachment(**row) for row in rows]


def _may_open(mail: IncomingMail, clues: Clues, known: Known, desk: Desk, now: datetime) -> bool:
    """Tell whether a mail may open a ticket, as far as it can be known before it is decided."""
    asks_only = bool(clues.questions) and not mail.attachments
    if known.duplicate_of is not None or asks_only:
        return False
    return known.ticket is None or is_past_reopening(known.ticket, desk, now)


def _find_ids(connection: Connection, query: Select[int], asked: dict[str, Any]) -> set[int]:
    return set(connection.execute(query, asked).scalars())


def _find_pictures(connection: Connection, ticket_ids: list[int]) -> dict[int, frozenset[str]]:
    """Return what the pictures of each of these tickets look like; those without any are left out."""
    found: dict[int, frozenset[str]] = {}
    for ticket_id, fingerprint in connection.execute(_SHOWN, {"ids": ticket_ids}):
        found[ticket_id] = found.get(ticket_id, frozenset()) | {fingerprint}
    return found
