"""What goes wrong in a call, as RFC 9457 has it (application/problem+json); never with anything of the inside."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from fastapi.responses import JSONResponse

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.requests import Request

MEDIA_TYPE = "application/problem+json"
DOCS = "/api/v1/docs"
REQUEST_ID = "X-Request-Id"


class Code(StrEnum):
    """Every kind of problem; it stays the same, so that programs can rely on it."""

    UNREADABLE = "unreadable"
    NO_KEY = "no-key"
    NOT_ALLOWED = "not-allowed"
    NOT_FOUND = "not-found"
    NO_METHOD = "no-method"
    NOT_NOW = "not-now"
    BEING_ANSWERED = "being-answered"
    TOO_LARGE = "too-large"
    NO_TYPE = "no-type"
    WRONG_FIELDS = "wrong-fields"
    KEY_REUSED = "key-reused"
    TOO_MANY = "too-many"
    BROKEN = "broken"
    LATER = "later"


# Status and title of each kind.
KINDS: dict[Code, tuple[int, str]] = {
    Code.UNREADABLE: (400, "The request cannot be read"),
    Code.NO_KEY: (401, "No valid API key"),
    Code.NOT_ALLOWED: (403, "The API key does not allow this"),
    Code.NOT_FOUND: (404, "There is no such thing"),
    Code.NO_METHOD: (405, "Not with this method"),
    Code.NOT_NOW: (409, "This cannot be done now"),
    Code.BEING_ANSWERED: (409, "The same call is being answered"),
    Code.TOO_LARGE: (413, "The request is too large"),
    Code.NO_TYPE: (415, "The content type is not taken"),
    Code.WRONG_FIELDS: (422, "Some fields are wrong"),
    Code.KEY_REUSED: (422, "The Idempotency-Key was used for another call"),
    Code.TOO_MANY: (429, "Too many calls"),
    Code.BROKEN: (500, "The desk made a mistake"),
    Code.LATER: (503, "The desk cannot do this just now"),
}
NOT_HERE = "There is no such thing, or it is not this officer's."


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with one field; `field` is its path in the body, the query or the headers."""

    field: str
    detail: str


@dataclass(eq=False)
class Problem(Exception):  # noqa: N818 - not an error of the program: the caller reads it
    """Ends a call with this answer."""

    code: Code
    detail: str
    wrong: Sequence[Wrong] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def status(self) -> int:
        """The status of the answer."""
        return KINDS[self.code][0]


def as_document(problem: Problem, request_id: str) -> dict[str, Any]:
    """Return a problem as the caller gets it."""
    status, title = KINDS[problem.code]
    document: dict[str, Any] = {
        "type": f"{DOCS}#{problem.code}",
        "title": title,
        "status": status,
        "detail": problem.detail,
        "request_id": request_id,
    }
    if problem.wrong:
        document["errors"] = [{"field": one.field, "detail": one.detail} for one in problem.wrong]
    return document


def answer_problem(problem: Problem, request_id: str) -> JSONResponse:
    """Return the answer to a call that had a problem."""
    document = as_document(problem, request_id)
    return JSONResponse(document, problem.status, dict(problem.headers), media_type=MEDIA_TYPE)


def request_id_of(request: Request) -> str:
    """Return the id under which the log knows a call."""
    return str(request.scope.get(REQUEST_ID, ""))


def not_found() -> Problem:
    """Return the one answer to what is missing and to what is somebody else's."""
    return Problem(Code.NOT_FOUND, NOT_HERE)


def wrong_field(name: str, detail: str) -> Problem:
    """Return the answer to one wrong field."""
    return Problem(Code.WRONG_FIELDS, f"{name}: {detail}", (Wrong(name, detail),))
