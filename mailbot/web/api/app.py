"""The API as an application of its own, below /api/v1 of the pages."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Mount, Route

from mailbot.domain.errors import UnreadableMailError, WorldError
from mailbot.web.api import catalogue, describe, hooks, tickets
from mailbot.web.api.bodies import wrong_fields
from mailbot.web.api.describe import PREFIX
from mailbot.web.api.frame import Frame
from mailbot.web.api.pace import Buckets
from mailbot.web.api.problems import Code, Problem, answer_problem, not_found, request_id_of
from mailbot.web.errors import NotThere

if TYPE_CHECKING:
    from typing import Any

    from starlette.requests import Request
    from starlette.responses import Response

    from mailbot.web.desk import WebDesk

log = logging.getLogger(__name__)

# A key that is guessed at this rate is not found in the age of the world; the bound is for the log and the database.
STRANGERS_PER_MINUTE = 30
_OF_HTTP = {404: Code.NOT_FOUND, 405: Code.NO_METHOD}


def mount_api(api: FastAPI) -> Mount:
    """Return the route of everything below the API, whatever stands in an address: also a break of a line."""
    below = Mount(PREFIX, api)
    below.path_regex = re.compile(rf"^{PREFIX}/(?P<path>.*)$", re.DOTALL)
    return below


def make_api(web: WebDesk) -> FastAPI:
    """Return the API."""
    api = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    for kind, handler in _HANDLERS.items():
        api.add_exception_handler(kind, handler)
    for module in (catalogue, tickets, hooks):
        api.include_router(module.router)
    api.router.routes += [
        Route("/openapi.json", describe.openapi, methods=["GET"]),
        Route("/docs", describe.docs, methods=["GET"]),
    ]
    api.add_middleware(Frame)
    api.state.web = web
    api.state.callers = Buckets(web.settings.api.calls_per_minute)
    api.state.strangers = Buckets(STRANGERS_PER_MINUTE)

    def openapi() -> dict[str, Any]:
        if api.openapi_schema is None:
            api.openapi_schema = describe.make_openapi(api, web)
        return api.openapi_schema

    api.openapi = openapi  # type: ignore[method-assign]
    return api


def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return answer_problem(error, request_id_of(request))


def _wrong(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return answer_problem(wrong_fields(error.errors()), request_id_of(request))


def _not_there(request: Request, _error: Exception) -> Response:
    return answer_problem(not_found(), request_id_of(request))


def _unreadable(request: Request, _error: Exception) -> Response:
    problem = Problem(Code.WRONG_FIELDS, "A file cannot be read: it is damaged, or larger than the desk takes.")
    return answer_problem(problem, request_id_of(request))


def _of_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = _OF_HTTP.get(error.status_code, Code.UNREADABLE)
    if code is Code.NOT_FOUND:
        return _not_there(request, error)
    problem = Problem(code, "See the description of the API.", headers=error.headers or {})
    return answer_problem(problem, request_id_of(request))


def _later(request: Request, error: Exception) -> Response:
    log.warning("call %s of the API could not be answered: %s", request_id_of(request), error)
    problem = Problem(Code.LATER, "Nothing was lost. Try again in a moment.", headers={"Retry-After": "30"})
    return answer_problem(problem, request_id_of(request))


_HANDLERS = {
    Problem: _problem,
    RequestValidationError: _wrong,
    NotThere: _not_there,
    UnreadableMailError: _unreadable,
    HTTPException: _of_http,
    WorldError: _later,
}
