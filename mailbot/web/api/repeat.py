"""Calls that may be repeated: with the same Idempotency-Key a call is made once, and answered each time the same."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Header
from fastapi.responses import JSONResponse

from mailbot.adapters.store.api_calls import Call, Earlier, begin_call, forget_call, settle_call
from mailbot.web.api.problems import MEDIA_TYPE, Code, Problem, as_document, request_id_of
from mailbot.web.desk import web_desk

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from mailbot.domain.api_keys import ApiKey

_REPLAYED = "Idempotency-Replayed"
_FIRST_PROBLEM, _BEYOND_RULES = 400, 500

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[A-Za-z0-9._:\-]{8,128}$",
        description="A random name of this call, such as a UUID. The same name with the same call is done once, and "
        "answered the same for 24 hours; with another call it is refused (422).",
        examples=["3f0c8a52-9d0e-4d3c-8f6e-2b1f7a4c5d60"],
    ),
]


@dataclass(frozen=True, slots=True)
class Done:
    """The answer to a call; `location` is where what it made can be read."""

    status: int
    body: dict[str, Any]
    location: str = ""


def answer_once(  # noqa: PLR0917 - what a call is made of
    request: Request, key: ApiKey, name: str | None, asked: Any, person: str, work: Callable[[str], Done]
) -> JSONResponse:
    """Do the work of a call unless it was done before; `work` gets a name of the act that is the same each time."""
    if name is None:
        return _respond(work(secrets.token_urlsafe(24)))
    engine = web_desk(request).engine
    digest = sha256(json.dumps([request.method, request.url.path, asked], sort_keys=True).encode()).hexdigest()
    call = Call(key.id, name, digest, person)
    if earlier := begin_call(engine, call, web_desk(request).now()):
        return _again(earlier)
    try:
        done = work(f"{key.prefix}:{name}:{digest}")
    except Problem as problem:
        # What the rules said stands; what only went wrong just now may be tried again.
        if problem.status >= _BEYOND_RULES or problem.code is Code.TOO_MANY:
            forget_call(engine, call)
        else:
            document = as_document(problem, request_id_of(request))
            settle_call(engine, call, problem.status, {"body": document, "location": ""})
        raise
    except BaseException:
        forget_call(engine, call)
        raise
    settle_call(engine, call, done.status, {"body": done.body, "location": done.location})
    return _respond(done)


def _again(earlier: Earlier) -> JSONResponse:
    if not earlier.is_same:
        raise Problem(Code.KEY_REUSED, "This Idempotency-Key belongs to another call. Choose a new one for each call.")
    if earlier.status == 0:
        raise Problem(Code.BEING_ANSWERED, "Try again in a moment.", headers={"Retry-After": "1"})
    response = _respond(Done(earlier.status, earlier.answer["body"], earlier.answer["location"]))
    response.headers[_REPLAYED] = "true"
    return response


def _respond(done: Done) -> JSONResponse:
    headers = {"Location": done.location} if done.location else {}
    media_type = MEDIA_TYPE if done.status >= _FIRST_PROBLEM else "application/json"
    return JSONResponse(done.body, done.status, headers, media_type=media_type)
