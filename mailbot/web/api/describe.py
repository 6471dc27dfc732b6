"""The description of the API (OpenAPI 3.1), from the code and the desk's own catalogue, and a page that shows it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from fastapi.openapi.utils import get_openapi
from starlette.responses import HTMLResponse, JSONResponse

from mailbot.web.api import models
from mailbot.web.api.problems import KINDS, MEDIA_TYPE, NOT_HERE, Code
from mailbot.web.desk import web_desk

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.responses import Response

    from mailbot.web.desk import WebDesk

PREFIX = "/api/v1"
_SUMMARY = (
    "Tickets of this desk for the central software of the department. A key calls in the name of an officer, whose "
    "Employee ID each call names: it may do what its scopes allow and what that officer may do."
)
_BODIES = (models.NewTicket, models.NewComment, models.NewReopening, models.NewConfirmation, models.NewWebhook)
_METHODS = ("get", "post", "delete")
_ALWAYS = (Code.NO_KEY, Code.NOT_ALLOWED, Code.WRONG_FIELDS, Code.TOO_MANY, Code.LATER)
_WITH_PATH = (Code.NOT_FOUND,)
_WITH_BODY = (Code.UNREADABLE, Code.NOT_NOW, Code.TOO_LARGE, Code.NO_TYPE)
_SCHEMA = "#/components/schemas/ProblemDocument"
_HEADERS: dict[str, dict[str, Any]] = {
    "X-Request-Id": {"description": "Under which the desk's log knows this call.", "schema": {"type": "string"}},
    "RateLimit-Limit": {"description": "How many calls a minute.", "schema": {"type": "string"}},
    "RateLimit-Remaining": {"description": "How many are left at once.", "schema": {"type": "string"}},
    "RateLimit-Reset": {"description": "In how many seconds all are left.", "schema": {"type": "string"}},
}


def make_openapi(api: FastAPI, web: WebDesk) -> dict[str, Any]:
    """Return the document."""
    document = get_openapi(
        title=f"{web.settings.desk.name_en}: API",
        version="1",
        summary="Tickets for the central software",
        description=_SUMMARY,
        routes=api.routes,
    )
    document["servers"] = [{"url": PREFIX}]
    schemas = document["components"]["schemas"]
    for gone in ("HTTPValidationError", "ValidationError"):
        schemas.pop(gone, None)
    for model in (*_BODIES, models.ProblemDocument):
        schema = models.fields_of(model)
        schemas.update(schema.pop("$defs", {}))
        schemas[model.__name__] = schema
    document["components"]["responses"] = {_name(code): _response(code) for code in KINDS}
    for path, operations in document["paths"].items():
        for method in _METHODS:
            if operation := operations.get(method):
                _complete(operation, path)
    _add_catalogue(document, web)
    return document


def _complete(operation: dict[str, Any], path: str) -> None:
    """Add what can go wrong in a call, and the headers of its answer."""
    codes = [*_ALWAYS, *(_WITH_PATH if "{" in path else ()), *(_WITH_BODY if "requestBody" in operation else ())]
    responses = operation["responses"]
    for answer in responses.values():
        answer["headers"] = _HEADERS
    for code in codes:
        responses[str(KINDS[code][0])] = {"$ref": f"#/components/responses/{_name(code)}"}


def _add_catalogue(document: dict[str, Any], web: WebDesk) -> None:
    """Write the desk's own codes and limits into the schemas, wherever a ticket is opened."""
    catalogue, limit = web.desk.catalogue, web.settings.desk.description_limit
    content = document["paths"]["/tickets"]["post"]["requestBody"]["content"]
    form = content["multipart/form-data"]["schema"] = json.loads(json.dumps(content["multipart/form-data"]["schema"]))
    for schema in (document["components"]["schemas"]["NewTicket"], form):
        fields = schema["properties"]
        fields["description"]["maxLength"] = limit
        for name, choices in (
            ("request_type", catalogue.request_types),
            ("module", catalogue.modules),
            ("priority", catalogue.priorities),
        ):
            codes = {"type": "string", "enum": [entry.code for entry in choices.entries]}
            fields[name]["anyOf"] = [codes, {"type": "null"}]
            fields[name]["examples"] = [choices.default]


def _name(code: Code) -> str:
    return "".join(part.capitalize() for part in code.value.split("-"))


def _response(code: Code) -> dict[str, Any]:
    status, title = KINDS[code]
    example: dict[str, Any] = {
        "type": f"{PREFIX}/docs#{code}",
        "title": title,
        "status": status,
        "detail": NOT_HERE if code is Code.NOT_FOUND else f"{title}.",
        "request_id": "4f1c2f0f4a6e4d6c9f0b1d7e8a2b3c4d",
    }
    if code is Code.WRONG_FIELDS:
        example["errors"] = [{"field": "employee_id", "detail": "String should match pattern '^[0-9]{6}$'"}]
    headers = dict(_HEADERS)
    if code in {Code.TOO_MANY, Code.BEING_ANSWERED}:
        headers["Retry-After"] = {"description": "Wait so many seconds.", "schema": {"type": "string"}}
    schema = {"$ref": _SCHEMA}
    return {
        "description": f"{title}.",
        "headers": headers,
        "content": {MEDIA_TYPE: {"schema": schema, "example": example}},
    }


def openapi(request: Request) -> Response:
    """Give the document."""
    return JSONResponse(request.app.openapi())


def docs(request: Request) -> Response:
    """Show the document as a page, without any script."""
    document = request.app.openapi()
    calls = [
        (method.upper(), path, operations[method])
        for path, operations in document["paths"].items()
        for method in _METHODS
        if method in operations
    ]
    schemas = {name: json.dumps(schema, indent=2) for name, schema in document["components"]["schemas"].items()}
    problems = [(code.value, *kind) for code, kind in KINDS.items()]
    values = {"info": document["info"], "prefix": PREFIX, "calls": calls, "schemas": schemas, "problems": problems}
    templates = web_desk(request).templates
    return HTMLResponse(templates.render("api/docs.html", values | {"static": templates.static}))
