"""Who calls: the key of a request, what it may do, and how often."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from mailbot.adapters.store.api_keys import find_api_key
from mailbot.adapters.store.engine import reading
from mailbot.adapters.store.people_rows import find_person
from mailbot.domain.api_keys import ApiKey, Scope
from mailbot.domain.people import Person, Role
from mailbot.web.api.frame import SAID
from mailbot.web.api.problems import Code, Problem, Wrong
from mailbot.web.desk import WebDesk, web_desk

if TYPE_CHECKING:
    from collections.abc import Callable

    from mailbot.web.api.pace import Buckets, Pace

_BEARER = HTTPBearer(
    auto_error=False,
    scheme_name="apiKey",
    bearerFormat="mbk_...",
    description="A key of this desk, as `Authorization: Bearer mbk_...`. The desk makes one with `mailbot api-key`.",
)
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="mailbot"'}
_SHOWN = 100
_AS_THEY_ARE = frozenset({Role.OFFICER, Role.INTEGRATOR})
_UNKNOWN = "Send a key that counts as `Authorization: Bearer mbk_...`; it may have ended or been revoked."


def allowed(scope: Scope) -> "Callable[..., ApiKey]":
    """Return what finds the key of a call, which has to have this scope."""

    def find(request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]) -> ApiKey:
        web = web_desk(request)
        key = find_api_key(web.engine, given.credentials, web.now()) if given else None
        if key is None:
            _count(request, request.app.state.strangers, request.client.host if request.client else "")
            raise Problem(Code.NO_KEY, _UNKNOWN, headers=_CHALLENGE)
        request.scope[SAID] |= _count(request, request.app.state.callers, key.id).headers
        if scope not in key.scopes:
            raise Problem(Code.NOT_ALLOWED, f"This needs a key with the scope {scope}.")
        _refuse_unknown(request)
        return key

    return find


def _refuse_unknown(request: Request) -> None:
    """Raise Problem for what the query of a call does not have: a filter with a slip would be no filter at all."""
    known = {field.alias for field in request.scope["route"].dependant.query_params}
    if unknown := sorted(set(request.query_params) - known):
        wrong = [Wrong(f"query.{name}"[:_SHOWN], "This call has no such parameter.") for name in unknown[:_SHOWN]]
        raise Problem(Code.WRONG_FIELDS, "Correct the parameters that `errors` names.", wrong)


def _count(request: Request, buckets: "Buckets", who: object) -> "Pace":
    pace = buckets.take(who, web_desk(request).now())
    if pace.wait:
        detail = f"At most {pace.limit} calls a minute. Wait {pace.wait} s."
        raise Problem(Code.TOO_MANY, detail, headers=pace.headers)
    return pace


def find_officer(web: WebDesk, employee_id: str) -> Person | None:
    """Return the active person of an Employee ID, as whom a call is made.

    By the API nobody sees more than an officer: a key must not become the IT section, or a call desk, by naming one.
    """
    with reading(web.engine) as connection:
        person = find_person(connection, employee_id)
    return replace(person, role=Role.OFFICER) if person and person.role not in _AS_THEY_ARE else person


Creator = Annotated[ApiKey, Depends(allowed(Scope.CREATE))]
Looker = Annotated[ApiKey, Depends(allowed(Scope.READ))]
Writer = Annotated[ApiKey, Depends(allowed(Scope.WRITE))]
HookKeeper = Annotated[ApiKey, Depends(allowed(Scope.WEBHOOKS))]
