"""Ticket Dashboard: the own tickets with their present status, how many stand where, filters and search."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from mailbot.adapters.store.ticket_lists import RUNNING, CursorError, Sort, TicketQuery, count_tickets, find_part
from mailbot.domain.people import Role
from mailbot.domain.ticket import Status
from mailbot.web.forms import Form
from mailbot.web.routes import MenuItem, get
from mailbot.web.session import require
from mailbot.web.spans import NAMES, Span, read_span
from mailbot.web.talk import tongue_of
from mailbot.web.views import go, language_of, page, web_desk

if TYPE_CHECKING:
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response

    from mailbot.adapters.store.ticket_lists import Counts
    from mailbot.web.session import Viewer

PATH = "/tickets"
LINES = 25
RUNS = "running"
# What the tiles and the filter offer; a merged ticket is shown among all.
STATUSES = (Status.NEW, Status.IN_PROGRESS, Status.WAITING, Status.RESOLVED, Status.CLOSED)
SORTS = (Sort.NEWEST, Sort.CHANGED, Sort.DUE, Sort.OLDEST)
_LONGEST_SEARCH = 200


def tickets(request: Request) -> Response:
    """Show one part of the own tickets."""
    who, desk = require(request), web_desk(request)
    form = form_of(request)
    catalogue, now = desk.desk.catalogue, desk.now()
    modules = {entry.code: entry.name(language_of(request)) for entry in catalogue.modules.entries}
    span = read_span(form, now.astimezone(desk.timezone).date())
    chosen = _choose(form, frozenset(modules))
    wanted = _wanted(chosen, span, who, request)
    try:
        found = find_part(desk.engine, who.person, wanted, now)
    except CursorError:
        return go(request, _link(chosen, span))
    counts = count_tickets(desk.engine, who.person, now, whose(who))
    return page(
        request,
        "ticket/list.html",
        422 if form.errors else 200,
        form=form,
        lines=found.lines,
        now=now,
        tiles=_tiles(counts, chosen),
        total=sum(counts.by_status.values()),
        chosen=chosen,
        span=span,
        spans=NAMES,
        is_narrowed=any(value for name, value in chosen.items() if name != "sort") or bool(span.name),
        modules=list(modules.items()),
        statuses=(RUNS, *STATUSES),
        sorts=SORTS,
        tongue_of=tongue_of,
        next_link=_link(chosen, span, found.next_cursor) if found.next_cursor else "",
        first_link=_link(chosen, span) if wanted.cursor else "",
    )


def form_of(request: Request) -> Form:
    """Return the fields of an address as a form, so that they are checked and shown again like one."""
    return Form({name: tuple(request.query_params.getlist(name)) for name in request.query_params})


def whose(who: Viewer) -> str:
    """Return whose tickets are the own ones where somebody may see more; others see what concerns them."""
    return who.person.email if who.is_staff else ""


def _choose(form: Form, modules: frozenset[str]) -> dict[str, str]:
    """Return what was chosen; what nobody can choose counts as nothing."""
    return {
        "status": form.choice("status", (RUNS, *STATUSES)),
        "module": form.choice("module", modules),
        "words": form.line("words", _LONGEST_SEARCH),
        "sort": form.choice("sort", SORTS),
    }


def _wanted(chosen: dict[str, str], span: Span, who: Viewer, request: Request) -> TicketQuery:
    period, zone = span.period, web_desk(request).timezone
    statuses: tuple[Status, ...] = RUNNING if chosen["status"] == RUNS else ()
    if not statuses and chosen["status"]:
        statuses = (Status(chosen["status"]),)
    begin: datetime | None = period.begin(zone) if period else None
    end: datetime | None = period.end(zone) if period else None
    return TicketQuery(
        statuses=statuses,
        modules=(chosen["module"],) if chosen["module"] else (),
        requester=whose(who),
        words=chosen["words"],
        opened_from=begin,
        opened_to=end,
        sort=Sort(chosen["sort"] or Sort.NEWEST),
        cursor=request.query_params.get("cursor", ""),
        limit=LINES,
    )


def _tiles(counts: Counts, chosen: dict[str, str]) -> list[dict[str, Any]]:
    """Return the figures above the list; each leads to the list of its status."""
    figures = {status: counts.by_status.get(status, 0) for status in STATUSES}
    every = [{"status": "", "count": sum(counts.by_status.values()), "is_now": not chosen["status"]}]
    return every + [
        {"status": status, "count": count, "is_now": chosen["status"] == status} for status, count in figures.items()
    ]


def _link(chosen: dict[str, str], span: Span, cursor: str = "") -> str:
    values = {name: value for name, value in chosen.items() if value} | dict(span.values)
    values |= {"cursor": cursor} if cursor else {}
    return f"{PATH}?{urlencode(values)}" if values else PATH


ROUTES = (get(PATH, tickets),)
MENU = (MenuItem(PATH, "list.menu", (Role.OFFICER, Role.INTEGRATOR)),)
