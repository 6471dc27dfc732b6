"""Bodies of calls: JSON, or a form with files (multipart), both read into the same model and within the same limits."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from mailbot.acting import Upload
from mailbot.web.api.models import FILE_NAME, Sent, SentFile, fields_of
from mailbot.web.api.problems import Code, Problem, Wrong
from mailbot.web.desk import web_desk
from mailbot.web.forms import FIELDS, WORDS_BYTES
from mailbot.web.uploads import MOST_FILES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

Model = TypeVar("Model", bound=Sent)

JSON, FORM = "application/json", "multipart/form-data"
FILES, ATTACHMENTS = "files", "attachments"
_NAME = re.compile(FILE_NAME)
_NO_JSON = "json_invalid"
_SHOWN = 200


class Body:
    """What was sent, checked, with the files of it."""

    def __init__(self, sent: Sent, uploads: tuple[Upload, ...]) -> None:
        self.sent = sent
        self.uploads = uploads

    @property
    def employee_id(self) -> str:
        """For whom the call is made."""
        return str(getattr(self.sent, "employee_id", ""))

    @property
    def asked(self) -> list[Any]:
        """What is asked, the same however it was written: of each file its name and SHA-256."""
        files = [[upload.name, sha256(upload.data).hexdigest()] for upload in self.uploads]
        return [self.sent.model_dump(mode="json", exclude={ATTACHMENTS}), files]


def body_of(model: type[Model]) -> Callable[[Request], Awaitable[Body]]:
    """Return what reads the body of a call."""
    takes_files = ATTACHMENTS in model.model_fields

    async def read(request: Request) -> Body:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        try:
            if kind == JSON:
                return _checked(model, await _read_json(request, takes_files=takes_files))
            if kind == FORM and takes_files:
                return await _read_form(model, request)
        except ClientDisconnect:
            raise _too_large(web_desk(request).settings.web.form_bytes) from None
        taken = f"{JSON} or {FORM}" if takes_files else JSON
        raise Problem(Code.NO_TYPE, f"Send the body as {taken}.")

    return read


def describe_body(model: type[Sent]) -> dict[str, Any]:
    """Return what OpenAPI says of a body."""
    content: dict[str, Any] = {JSON: {"schema": {"$ref": f"#/components/schemas/{model.__name__}"}}}
    if ATTACHMENTS in model.model_fields:
        schema = fields_of(model)
        fields = {name: field for name, field in schema["properties"].items() if name != ATTACHMENTS}
        parts = {"type": "array", "items": {"type": "string", "format": "binary"}, "maxItems": MOST_FILES}
        content[FORM] = {
            "schema": {
                "type": "object",
                "properties": fields | {FILES: parts},
                "required": schema["required"],
                "additionalProperties": False,
            }
        }
    return {"requestBody": {"required": True, "content": content}}


async def _read_json(request: Request, *, takes_files: bool) -> bytes:
    limit = web_desk(request).settings.web.form_bytes if takes_files else WORDS_BYTES
    pieces, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > limit:
            raise _too_large(limit)
        pieces.append(piece)
    return b"".join(pieces)


def _checked(model: type[Model], data: bytes) -> Body:
    try:
        sent = model.model_validate_json(data)
    except ValidationError as error:
        raise _refusal(error) from None
    files: Sequence[SentFile] = getattr(sent, ATTACHMENTS, ())
    return Body(sent, tuple(Upload(file.name, file.data) for file in files))


async def _read_form(model: type[Model], request: Request) -> Body:
    fields: dict[str, str] = {}
    wrong: list[Wrong] = []
    uploads: list[Upload] = []
    try:
        async with request.form(max_files=MOST_FILES, max_fields=FIELDS, max_part_size=WORDS_BYTES) as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    if name != FILES:
                        wrong.append(Wrong(name, f"files come in parts with the name {FILES}"))
                    uploads.append(Upload(value.filename or "", await value.read()))
                elif name in fields or name in {FILES, ATTACHMENTS}:
                    wrong.append(Wrong(name, "comes twice" if name in fields else "is no file with a file name"))
                else:
                    fields[name] = value
    except HTTPException as error:
        raise Problem(Code.UNREADABLE, str(error.detail)[:_SHOWN]) from None
    try:
        sent = model.model_validate(fields)
    except ValidationError as error:
        raise _refusal(error, wrong) from None
    if wrong := [*wrong, *_find_wrong_files(uploads)]:
        raise Problem(Code.WRONG_FIELDS, "Correct the fields that `errors` names.", wrong)
    return Body(sent, tuple(uploads))


def _find_wrong_files(uploads: Sequence[Upload]) -> Iterable[Wrong]:
    for place, upload in enumerate(uploads):
        if not _NAME.fullmatch(upload.name):
            yield Wrong(f"{FILES}.{place}", "its name needs an ending of a kind that is taken, such as .png or .pdf")
        elif not upload.data:
            yield Wrong(f"{FILES}.{place}", "is empty")


def _refusal(error: ValidationError, wrong: Sequence[Wrong] = ()) -> Problem:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    if any(one["type"] == _NO_JSON for one in found):
        return Problem(Code.UNREADABLE, f"The body is no JSON: {found[0]['msg']}"[:_SHOWN])
    return wrong_fields(found, wrong)


def wrong_fields(found: Iterable[Mapping[str, Any]], wrong: Sequence[Wrong] = ()) -> Problem:
    """Return the answer to fields that break their rules."""
    told = [*wrong, *(Wrong(_path(one["loc"]), str(one["msg"]).removeprefix("Value error, ")) for one in found)]
    return Problem(Code.WRONG_FIELDS, "Correct the fields that `errors` names.", told[:_SHOWN])


def _path(places: Iterable[object]) -> str:
    return ".".join(str(place) for place in places)[:_SHOWN] or "body"


def _too_large(limit: int) -> Problem:
    return Problem(Code.TOO_LARGE, f"A call of this kind may have {limit} bytes. Send fewer or smaller files.")
