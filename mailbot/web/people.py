"""The directory: who is who, which address letters go to, and who of the IT section is away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailbot.adapters.store.directory import keep_settings
from mailbot.adapters.store.engine import writing
from mailbot.adapters.store.people_search import MOST_FOUND, search_people
from mailbot.domain.decision import Settings
from mailbot.domain.own_absence import day_after, find_fault
from mailbot.domain.people import Role
from mailbot.web.desk import web_desk
from mailbot.web.errors import NotThere
from mailbot.web.queue import STAFF, find_colleagues
from mailbot.web.routes import MenuItem, get, post
from mailbot.web.session import require
from mailbot.web.views import go, page, say

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from mailbot.domain.people import Person
    from mailbot.web.forms import Form

PATH = "/people"
READERS = (*STAFF, Role.AGENT)
_SHOWN_DIGITS = 2


def people(request: Request) -> Response:
    """Search the directory; without words only the IT section stands there."""
    return _page(request)


def away(request: Request, form: Form) -> Response:
    """Set the last day of somebody's absence: one's own, or anybody's by a lead."""
    who, web = _of_form(request), web_desk(request)
    last = form.day("last")
    if last is None:
        form.wrong("last", "common.no_day")
    elif find_fault(last, web.now().astimezone(web.desk.timezone).date(), ""):
        form.wrong("last", "people.wrong_day")
    if last is None or form.errors:
        return _page(request, form, who)
    with writing(web.engine) as connection:
        keep_settings(connection, Settings(who.email, away_until=day_after(last, web.desk.timezone)))
    say(request, "good", "people.is_away", name=who.name)
    return go(request, PATH)


def back(request: Request, form: Form) -> Response:
    """End somebody's absence."""
    who = _of_form(request)
    del form
    with writing(web_desk(request).engine) as connection:
        keep_settings(connection, Settings(who.email, back=True))
    say(request, "good", "people.is_back", name=who.name)
    return go(request, PATH)


def masked(mobile: str) -> str:
    """Return a mobile number of which only the end can be read."""
    return "•" * max(0, len(mobile) - _SHOWN_DIGITS) + mobile[-_SHOWN_DIGITS:]


def _page(request: Request, form: Form | None = None, wrong: Person | None = None) -> Response:
    viewer, web = require(request, *READERS), web_desk(request)
    words = " ".join(request.query_params.get("words", "").split())[:100]
    found = search_people(web.engine, words, web.now()) if words else ()
    staff = sorted(find_colleagues(request), key=lambda one: one.name) if viewer.is_staff else ()
    return page(
        request,
        "staff/people.html",
        422 if form else 200,
        words=words,
        found=found[:MOST_FOUND],
        is_more=len(found) > MOST_FOUND,
        staff=staff,
        now=web.now(),
        wrong=wrong.employee_id if wrong else "",
        mobile_of=(lambda one: one.mobile) if viewer.is_staff else (lambda one: masked(one.mobile)),
        **({"form": form} if form else {}),
    )


def _of_form(request: Request) -> Person:
    """Return whose absence a form is about. Raises NotThere for somebody else's, unless a lead asks."""
    viewer = require(request, *STAFF)
    wanted = request.path_params["id"]
    found = next((one for one in find_colleagues(request) if one.employee_id == wanted), None)
    if found is None or (found.employee_id != viewer.person.employee_id and not viewer.is_lead):
        raise NotThere
    return found


ROUTES = (
    get(PATH, people),
    post(PATH + "/{id}/away", away),
    post(PATH + "/{id}/back", back),
)
MENU = (MenuItem(PATH, "people.menu", READERS),)
