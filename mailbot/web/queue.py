"""The queue of the IT section: all tickets in one dense list, filtered, sorted, and never moved under the reader."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from mailbot.adapters.store.engine import reading
from mailbot.adapters.store.people_rows import find_staff
from mailbot.adapters.store.saved_filters import MOST_FILTERS, drop_filter, find_filters, keep_filter, use_filter
from mailbot.adapters.store.ticket_lists import (
    MOST_LINES,
    CursorError,
    count_newer,
    count_tickets,
    find_newest_id,
    find_part,
    find_zones,
)
from mailbot.domain.people import Role
from mailbot.domain.ticket import Status
from mailbot.web.desk import web_desk
from mailbot.web.errors import NotThere
from mailbot.web.queue_filters import ALL, ME, NONE, PATH, SORTS, QueueFilter, parse_filter, parse_query
from mailbot.web.routes import MenuItem, get, post
from mailbot.web.session import require
from mailbot.web.views import go, page, part, say, words

if TYPE_CHECKING:
    from starlette.requests import Request

    from mailbot.domain.catalogue import Choices
    from mailbot.domain.people import Person
    from mailbot.web.forms import Form
    from mailbot.web.session import Viewer

STAFF = (Role.STAFF, Role.LEAD)
_LONGEST_ID = 18


def queue(request: Request) -> Response:
    """Show one part of the list."""
    viewer, web = require(request, *STAFF), web_desk(request)
    chosen = parse_filter(request.query_params, web.desk.catalogue)
    cursor = request.query_params.get("cursor", "")
    # Before the list is read: what arrives in between is announced, and nothing is overlooked.
    newest, now = find_newest_id(web.engine), web.now()
    try:
        found = find_part(web.engine, viewer.person, chosen.wanted(viewer.person, web.desk.catalogue, cursor), now)
    except CursorError:
        return go(request, chosen.address())
    return page(
        request,
        "staff/queue.html",
        found=found,
        chosen=chosen,
        cursor=cursor,
        now=now,
        news_address=f"{PATH}/news?since={newest}&{chosen.query}",
        filters=find_filters(web.engine, viewer.person.email),
        tiles=_tiles(request, viewer, chosen),
        **_choices(request, viewer, chosen),
    )


def news(request: Request) -> Response:
    """Tell how many tickets came since a page was made; nothing at all when that was told already."""
    viewer, web = require(request, *STAFF), web_desk(request)
    since, told = id_of_query(request, "since"), id_of_query(request, "told")
    chosen = parse_filter(request.query_params, web.desk.catalogue)
    wanted = chosen.wanted(viewer.person, web.desk.catalogue)
    count = count_newer(web.engine, viewer.person, wanted, since, web.now())
    if count == told:
        return Response(status_code=204)
    address = f"{PATH}/news?since={since}&told={count}&{chosen.query}"
    show = chosen.address(sort="newest")
    return part(request, "staff/news.html", count=count, is_more=count == MOST_LINES, address=address, show=show)


def keep(request: Request, form: Form) -> Response:
    """Keep the present filter under a name."""
    viewer, web = require(request, *STAFF), web_desk(request)
    chosen = parse_query(form.old("query"), web.desk.catalogue)
    name = form.line("name", 60, required=True)
    if form.errors:
        say(request, "bad", "queue.filter_needs_name")
    elif keep_filter(web.engine, viewer.person.email, name, chosen.query, web.now()):
        say(request, "good", "queue.filter_kept", name=name)
    else:
        say(request, "bad", "queue.filters_full", most=MOST_FILTERS)
    return go(request, chosen.address())


def show_kept(request: Request) -> Response:
    """Lead to the list that a kept filter shows."""
    viewer, web = require(request, *STAFF), web_desk(request)
    kept = use_filter(web.engine, viewer.person.email, filter_id_of(request), web.now())
    if kept is None:
        raise NotThere
    return go(request, parse_query(kept.query, web.desk.catalogue).address())


def drop(request: Request, form: Form) -> Response:
    """Remove a kept filter."""
    viewer, web = require(request, *STAFF), web_desk(request)
    if not drop_filter(web.engine, viewer.person.email, filter_id_of(request)):
        raise NotThere
    say(request, "good", "queue.filter_gone")
    return go(request, parse_query(form.old("query"), web.desk.catalogue).address())


def filter_id_of(request: Request) -> int:
    """Return the number in a path. Raises NotThere for what is none that a database could hold."""
    written = request.path_params["id"]
    if not written.isascii() or not written.isdecimal() or len(written) > _LONGEST_ID:
        raise NotThere
    return int(written)


def find_colleagues(request: Request) -> tuple[Person, ...]:
    """Return the people of the IT section."""
    with reading(web_desk(request).engine) as connection:
        return find_staff(connection)


def colleague_names(request: Request, viewer: Viewer) -> list[tuple[str, str]]:
    """Return the addresses and names of the IT section for lists to choose from: oneself first, absent people named."""
    now = web_desk(request).now()
    own = viewer.person.email
    people = sorted(find_colleagues(request), key=lambda one: (one.email != own, one.name))

    def name(one: Person) -> str:
        if one.email == own:
            return words(request, "queue.myself", name=one.name)
        return words(request, "queue.is_away", name=one.name) if one.is_away(now) else one.name

    return [(one.email, name(one)) for one in people]


def _choices(request: Request, viewer: Viewer, chosen: QueueFilter) -> dict[str, Any]:
    """Return what the lists of the toolbar offer; what is chosen stands there also when nobody has it any more."""
    web, language = web_desk(request), viewer.language
    templates, colleagues = web.templates, colleague_names(request, viewer)

    def names(choices: Choices) -> list[tuple[str, str]]:
        return [(entry.code, entry.name(language)) for entry in choices.entries]

    def t(key: str) -> str:
        return words(request, f"queue.{key}")

    people = [("", t("everybody")), (NONE, t("nobody")), (ME, t("mine")), *colleagues[1:]]
    zones = [("", t("all_zones")), *((zone, zone) for zone in find_zones(web.engine))]
    statuses = [(status.value, templates.mail_word("status", status.value, language)) for status in Status]
    return {
        "statuses": [("", t("all_running")), *statuses, (ALL, t("all_statuses"))],
        "people": _with(people, chosen.who),
        "colleagues": colleagues,
        "modules": [("", t("all_modules")), *names(web.desk.catalogue.modules)],
        "priorities": [("", t("all_priorities")), *names(web.desk.catalogue.priorities)],
        "zones": _with(zones, chosen.zone),
        "sorts": [("" if sort is SORTS[0] else sort.value, t(f"sort_{sort.value}")) for sort in SORTS],
    }


def _with(offered: list[tuple[str, str]], chosen: str) -> list[tuple[str, str]]:
    return offered if chosen in dict(offered) else [*offered, (chosen, chosen)]


def _tiles(request: Request, viewer: Viewer, chosen: QueueFilter) -> list[dict[str, Any]]:
    """Return the quick filters with how many tickets each shows."""
    web = web_desk(request)
    counts = count_tickets(web.engine, viewer.person, web.now(), only_running=True)
    offered = (
        ("running", counts.running, QueueFilter()),
        ("mine", counts.mine, QueueFilter(who=ME)),
        ("unassigned", counts.unassigned, QueueFilter(who=NONE)),
        ("overdue", counts.overdue, QueueFilter(overdue="yes")),
        ("reopened", counts.reopened, QueueFilter(reopened="yes")),
    )
    return [
        {"name": name, "count": count, "address": one.address(), "is_here": one == chosen}
        for name, count, one in offered
    ]


def id_of_query(request: Request, name: str) -> int:
    """Return a number behind the question mark of an address; 0 for what is none."""
    written = request.query_params.get(name, "")
    return int(written) if written.isascii() and written.isdecimal() and len(written) <= _LONGEST_ID else 0


ROUTES = (
    get(PATH, queue),
    get(f"{PATH}/news", news, quiet=True),
    post(f"{PATH}/filters", keep),
    get(PATH + "/filters/{id}", show_kept),
    post(PATH + "/filters/{id}/drop", drop),
)
MENU = (MenuItem(PATH, "queue.menu", STAFF),)
