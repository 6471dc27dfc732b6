"""How a module of pages says which it has: GET shows something, POST changes something and is checked first."""

from __future__ import annotations

from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.routing import Route

from mailbot.web.csrf import require_token
from mailbot.web.forms import read_form
from mailbot.web.session import QUIET, viewer
from mailbot.web.views import part

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from mailbot.domain.people import Role
    from mailbot.web.forms import Form

    Page = Callable[[Request], Response]
    Action = Callable[[Request, Form], Response]

CHECKED = "checks_its_token"


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One entry of the menu of these roles; `words` is the key of its name."""

    path: str
    words: str
    roles: tuple[Role, ...]


def get(path: str, page: Page, *, quiet: bool = False) -> Route:
    """Return the route of a page; a quiet one is asked for by a page itself, and keeps no session alive."""
    return Route(path, _quiet(page) if quiet else page, methods=["GET"])


def post(path: str, action: Action, *, files: bool = False) -> Route:
    """Return the route of a form: it is read, and its token checked, before `action` is called."""
    return Route(path, _checked(action, files=files), methods=["POST"])


def _quiet(page: Page) -> Page:
    @wraps(page)
    def answer(request: Request) -> Response:
        request.scope[QUIET] = True
        if viewer(request) is None:
            # Leading to the sign-in page would throw away what somebody is writing.
            return part(request, "parts/session_over.html")
        return page(request)

    return answer


def _checked(action: Action, *, files: bool) -> Callable[[Request], Awaitable[Response]]:
    @wraps(action)
    async def answer(request: Request) -> Response:
        form = await read_form(request, files=files)
        require_token(request, form.token)
        return await run_in_threadpool(action, request, form)

    setattr(answer, CHECKED, True)
    return answer
