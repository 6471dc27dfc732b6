"""One's own page: who one is to the desk, and where one is signed in; the language; the way to the first page."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from starlette.routing import Match

from mailbot.adapters.store.directory import keep_settings
from mailbot.adapters.store.engine import writing
from mailbot.adapters.store.web_sessions import find_sessions_of
from mailbot.domain.decision import Settings
from mailbot.domain.people import Language, Role
from mailbot.web.cookies import put_cookie
from mailbot.web.desk import web_desk
from mailbot.web.errors import Refused
from mailbot.web.paths import own_path
from mailbot.web.routes import get, post
from mailbot.web.session import require, viewer
from mailbot.web.views import go, page

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from mailbot.web.forms import Form

HOME = {
    Role.OFFICER: "/tickets",
    Role.INTEGRATOR: "/tickets",
    Role.STAFF: "/queue",
    Role.LEAD: "/queue",
    Role.AGENT: "/desk",
}
ACCOUNT = "/account"


def home(request: Request) -> Response:
    """Lead to the page that this role begins with."""
    wanted = HOME.get(require(request).role, ACCOUNT)
    return go(request, wanted if _is_page(request, wanted) else ACCOUNT)


def account(request: Request) -> Response:
    """Show who one is to the desk, and where one is signed in."""
    who, web = require(request), web_desk(request)
    idle = timedelta(minutes=web.settings.web.idle_minutes)
    sessions = find_sessions_of(web.engine, who.person.employee_id, web.now(), idle)
    return page(request, "account.html", sessions=sessions, idle_minutes=web.settings.web.idle_minutes)


def choose_language(request: Request, form: Form) -> Response:
    """Keep the language: of a person for letters and pages alike, of a visitor in a cookie."""
    chosen = form.choice("language", tuple(Language), required=True)
    if form.errors:
        raise Refused(400, "common.stale_form")
    if who := viewer(request):
        with writing(web_desk(request).engine) as connection:
            keep_settings(connection, Settings(who.person.email, language=Language(chosen)))
    response = go(request, own_path(form.old("back")))
    put_cookie(request, response, "language", chosen)
    return response


def _is_page(request: Request, path: str) -> bool:
    scope = {"type": "http", "method": "GET", "path": path, "headers": [], "root_path": ""}
    return any(route.matches(scope)[0] is Match.FULL for route in request.app.routes)


ROUTES = (
    get("/", home),
    get(ACCOUNT, account),
    post("/language", choose_language),
)
