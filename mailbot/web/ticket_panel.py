"""What the IT section has beside a ticket: steps to take, prepared answers, who else looks, and what belongs to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailbot.adapters.store.canned_answers import find_answers
from mailbot.adapters.store.ticket_mails import find_last_deed, find_ticket_mails
from mailbot.adapters.store.web_presence import find_looking, keep_presence
from mailbot.domain.number_lists import pick_numbers
from mailbot.domain.people import Language
from mailbot.domain.trust import normal_address
from mailbot.web.canned_words import fill, values_for
from mailbot.web.desk import web_desk
from mailbot.web.queue import colleague_names
from mailbot.web.session import require

if TYPE_CHECKING:
    from starlette.requests import Request

    from mailbot.adapters.store.ticket_mails import KeptMail, LastDeed
    from mailbot.adapters.store.ticket_pages import TicketPage
    from mailbot.adapters.store.web_presence import Looking
    from mailbot.domain.catalogue import Choices
    from mailbot.domain.ticket import Step, Ticket
    from mailbot.web.session import Viewer

_LONGEST = 60
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A prepared answer with its variables filled in, in both languages; the officer's own stands first."""

    id: int
    name: str
    texts: tuple[tuple[Language, str], ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """Everything that stands there; `other` is the ticket to connect this one with, when it was chosen from a list."""

    steps: frozenset[Step]
    is_mine: bool
    colleagues: Pairs
    modules: Pairs
    priorities: Pairs
    types: Pairs
    prepared: tuple[Prepared, ...]
    draft: str
    other: str
    deed: LastDeed | None
    mails: tuple[KeptMail, ...]
    looking: tuple[Looking, ...]
    mark: str
    cases: tuple[Ticket, ...]
    parts: tuple[Ticket, ...]


def find_panel(request: Request, found: TicketPage) -> Panel:
    """Return what the IT section has beside a ticket, and note that it is looked at."""
    viewer, web, ticket = require(request), web_desk(request), found.ticket
    catalogue, looking = web.desk.catalogue, look(request, found.ticket.number)
    prepared = _find_prepared(request, viewer, ticket)
    return Panel(
        steps=frozenset(found.steps),
        is_mine=normal_address(ticket.assignee) == normal_address(viewer.person.email),
        colleagues=tuple(colleague_names(request, viewer)),
        modules=_names(catalogue.modules, ticket.module, viewer.language),
        priorities=_names(catalogue.priorities, ticket.priority, viewer.language),
        types=_names(catalogue.request_types, ticket.request_type, viewer.language),
        prepared=prepared,
        draft=_chosen(request, prepared),
        other=next(iter(pick_numbers(request.query_params.get("other", "")[:_LONGEST], web.desk.prefix)[0]), ""),
        deed=find_last_deed(web.engine, viewer.person, ticket.number, web.now()),
        mails=find_ticket_mails(web.engine, viewer.person, ticket.number),
        looking=looking,
        mark=mark_of(looking),
        cases=tuple(one for one in found.children if one.parent == ticket.number),
        parts=tuple(one for one in found.children if one.merged_into == ticket.number),
    )


def look(request: Request, number: str) -> tuple[Looking, ...]:
    """Note that the viewer has a ticket open, and return who else has."""
    viewer, web = require(request), web_desk(request)
    keep_presence(web.engine, number, viewer.person.email, web.now())
    return find_looking(web.engine, number, viewer.person.email, web.now())


def mark_of(looking: tuple[Looking, ...]) -> str:
    """Return what is the same as long as the same people look."""
    return "-".join(str(int(one.since.timestamp())) for one in looking)


def _find_prepared(request: Request, viewer: Viewer, ticket: Ticket) -> tuple[Prepared, ...]:
    web = web_desk(request)
    values = {
        language: values_for(ticket, viewer.person, web.desk, language)
        for language in (ticket.language, ticket.language.other)
    }
    return tuple(
        Prepared(
            answer.id,
            answer.name,
            tuple((language, fill(answer.text(language), values[language])) for language in values),
        )
        for answer in find_answers(web.engine, ticket.module)
    )


def _chosen(request: Request, prepared: tuple[Prepared, ...]) -> str:
    """Return the prepared answer that the address names; that is how one is chosen without a script."""
    wanted, language = request.query_params.get("canned", ""), request.query_params.get("tongue", "")
    texts = (dict(answer.texts) for answer in prepared if str(answer.id) == wanted)
    return next((found[Language(language)] for found in texts if language in set(Language)), "")


def _names(choices: Choices, present: str, language: Language) -> Pairs:
    """Return the choices with their names; one that the settings do not have any more stays as it is."""
    names = {entry.code: entry.name(language) for entry in choices.entries}
    return tuple(({present: present} | names).items() if present not in names else names.items())
