"""The application: the routes of all pages, what stands in front of them, and the pages for what went wrong."""

from __future__ import annotations

import logging
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from anyio.to_thread import current_default_thread_limiter
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from mailbot.acting import NotYoursError
from mailbot.domain.errors import UnreadableMailError, WorldError
from mailbot.web.api.app import make_api, mount_api
from mailbot.web.errors import NotThere, Refused, SignInFirst
from mailbot.web.pages import PAGES
from mailbot.web.paths import with_next
from mailbot.web.routes import CHECKED
from mailbot.web.security import Guard
from mailbot.web.session import forget
from mailbot.web.templates import STATIC
from mailbot.web.views import page

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from starlette.requests import Request
    from starlette.routing import BaseRoute
    from starlette.types import ASGIApp, Receive, Scope, Send

    from mailbot.web.desk import WebDesk
    from mailbot.web.routes import MenuItem

log = logging.getLogger(__name__)

# Pages that are made at once: each may hold a connection of the database, of which there are 15, and some go to others.
THREADS = 12
_WORTH_SQUEEZING = 1_000
# Pictures and documents are squeezed already.
_FILES, _OF_PROGRAMS = "/files/", "/api/"


class Squeeze:
    """Squeezes pages for slow lines (gzip), but not the files that go through here."""

    def __init__(self, app: ASGIApp) -> None:
        self._plain = app
        self._squeezed = GZipMiddleware(app, minimum_size=_WORTH_SQUEEZING)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = scope.get("path", "")
        is_plain = scope["type"] != "http" or _FILES in path or path.startswith(_OF_PROGRAMS)
        await (self._plain if is_plain else self._squeezed)(scope, receive, send)


def make_app(web: WebDesk) -> Starlette:
    """Return the application."""
    routes = [route for module in PAGES for route in module.ROUTES]
    refuse_unchecked(routes)
    app = Starlette(
        routes=[
            *routes,
            mount_api(make_api(web)),
            Mount("/static", StaticFiles(directory=STATIC), name="static"),
        ],
        middleware=[Middleware(Guard, chosen=web.settings.web), Middleware(Squeeze)],
        exception_handlers=_HANDLERS,
        lifespan=_lifespan,
    )
    app.state.web = web
    app.state.menu = _menu(PAGES)
    return app


def refuse_unchecked(routes: Iterable[BaseRoute]) -> None:
    """Raise AssertionError for a route that changes something and was not made by routes.post()."""
    for route in routes:
        if isinstance(route, Route) and (route.methods or set()) - {"GET", "HEAD"}:
            assert getattr(route.endpoint, CHECKED, False), f"{route.path} takes forms without a token"


def _menu(modules: Iterable[Any]) -> tuple[MenuItem, ...]:
    return tuple(item for module in modules for item in getattr(module, "MENU", ()))


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    del app
    current_default_thread_limiter().total_tokens = THREADS
    yield


def _sign_in_first(request: Request, _error: Exception) -> Response:
    wanted = request.url.path if request.method == "GET" else ""
    target = with_next("/sign-in", wanted)
    if request.headers.get("hx-request") == "true":
        return Response(status_code=204, headers={"HX-Redirect": target})
    return RedirectResponse(target, 303)


def _not_there(request: Request, _error: Exception) -> Response:
    return page(request, "trouble.html", 404, trouble="not_there")


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return page(request, "refused.html", error.status, sentence=error.words)


def _unreadable(request: Request, _error: Exception) -> Response:
    return page(request, "refused.html", 422, sentence="common.unreadable_file")


def _of_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return page(request, "trouble.html", error.status_code, trouble="not_there")


def _later(request: Request, error: Exception) -> Response:
    log.warning("a page could not be shown: %s", error)
    forget(request)
    return page(request, "trouble.html", 503, trouble="later")


def _broken(request: Request, _error: Exception) -> Response:
    # The server writes the error itself into the log.
    forget(request)
    return page(request, "trouble.html", 500, trouble="broken")


_HANDLERS = {
    SignInFirst: _sign_in_first,
    NotThere: _not_there,
    NotYoursError: _not_there,
    Refused: _refused,
    UnreadableMailError: _unreadable,
    WorldError: _later,
    HTTPException: _of_http,
    Exception: _broken,
}
