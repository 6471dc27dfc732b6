"""Files of tickets: pictures are shown, everything else is only saved, and nothing of it runs in the name of the desk.

What a stranger sent comes from the desk's own address, so a browser must never take it for a page: the type is the one
that the bytes have, it is not guessed anew, and whatever the browser would open may neither run nor load anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.responses import Response, StreamingResponse

from mailbot.adapters.hashes import is_file_name
from mailbot.adapters.reading.pictures import has_notes
from mailbot.adapters.store.ticket_pages import find_file
from mailbot.domain.errors import UnreadableMailError
from mailbot.domain.mail import Verdict
from mailbot.domain.text import clean_line
from mailbot.domain.trust import normal_address
from mailbot.web.errors import NotThere
from mailbot.web.routes import get
from mailbot.web.session import require
from mailbot.web.views import web_desk

if TYPE_CHECKING:
    from starlette.requests import Request

    from mailbot.adapters.store.queries import FileLine
    from mailbot.domain.people import Person
    from mailbot.file_keeping import KeptFiles

# What browsers show as nothing but a picture.
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
# What is saved under its own type; markup and everything unknown is saved as plain bytes.
_DOCUMENTS = frozenset({"application/pdf", "application/zip", "text/plain", "text/csv", "application/rtf"})
_OFFICE = (
    "application/vnd.openxmlformats-officedocument.",
    "application/vnd.oasis.opendocument.",
    "application/msword",
)
_BYTES = "application/octet-stream"
_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"
_HELD_BACK = frozenset({Verdict.INFECTED, Verdict.UNSCANNED})
_NAME_LIMIT = 120
# RFC 5987 attr-char, beside letters and digits.
_PLAIN_MARKS = "!#$&+-.^_`|~"


@dataclass(frozen=True, slots=True)
class Given:
    """What is given of a file: bytes of the store, under a name and a type."""

    sha256: str
    name: str
    content_type: str

    @property
    def is_shown(self) -> bool:
        """Whether a browser may show it in its window."""
        return self.content_type in PICTURES


def ticket_file(request: Request) -> Response:
    """Give a file of a ticket to somebody who may see that ticket."""
    who, desk = require(request), web_desk(request)
    number, sha256 = request.path_params["number"], request.path_params["sha256"]
    file = find_file(desk.engine, who.person, number, sha256) if is_file_name(sha256) else None
    given = find_given(file, sha256, who.person, desk.files) if file else None
    if given is None:
        raise NotThere
    headers = {
        "Content-Security-Policy": _POLICY,
        "Content-Disposition": disposition(given.name, shown=given.is_shown and "save" not in request.query_params),
        # The right to it is asked for again each time; the bytes themselves never change.
        "Cache-Control": "private, no-cache",
        "ETag": f'"{given.sha256}"',
    }
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return stream(desk.files, given, headers)


def find_given(file: FileLine, asked: str, person: Person, files: KeptFiles) -> Given | None:
    """Return what somebody gets who asks for a file or its preview; None for what is held back.

    A photograph may tell where it was taken: as it was sent it goes to the IT section and to its sender alone. Others
    get the preview, or a picture that has no such notes.
    """
    if is_held_back(file):
        return None
    preview = Given(file.preview, f"{file.name}.png", "image/png") if file.preview else None
    if asked == file.preview:
        return preview
    if may_have_original(file, person) or not file.content_type.startswith("image/"):
        return Given(file.sha256, file.name, file.content_type)
    if preview is not None or file.content_type not in PICTURES or has_notes(_read(files, file.sha256)):
        return preview
    return Given(file.sha256, file.name, file.content_type)


def is_held_back(file: FileLine) -> bool:
    """Tell whether the scanner found something in it, or has not looked into it yet."""
    return file.verdict in _HELD_BACK


def may_have_original(file: FileLine, person: Person) -> bool:
    """Tell whether somebody may have a picture just as it was sent."""
    return person.is_staff or (file.sender != "" and file.sender == normal_address(person.email))


def disposition(name: str, *, shown: bool) -> str:
    """Return the header that names a file (RFC 6266): in ASCII for old programs, in full for all others."""
    clean = clean_line(name, _NAME_LIMIT).replace("/", "_").replace("\\", "_") or "file"
    plain = "".join(
        letter if letter.isascii() and (letter.isalnum() or letter in "-_. ()") else "_" for letter in clean
    )
    full = "" if plain == clean else f"; filename*=UTF-8''{quote(clean, safe=_PLAIN_MARKS)}"
    return f'{"inline" if shown else "attachment"}; filename="{plain}"{full}'


def stream(files: KeptFiles, given: Given, headers: dict[str, str]) -> Response:
    """Return the bytes piece by piece; the first is fetched at once, so that a file that is gone is not there."""
    pieces = files.find_pieces(given.sha256)
    try:
        first = next(iter(pieces), b"")
    except UnreadableMailError:
        raise NotThere from None
    return StreamingResponse(chain((first,), pieces), media_type=_type_of(given), headers=headers)


def _type_of(given: Given) -> str:
    kind = given.content_type
    is_known = kind in PICTURES or kind in _DOCUMENTS or kind.startswith(_OFFICE)
    return kind if is_known else _BYTES


def _read(files: KeptFiles, sha256: str) -> bytes:
    try:
        return files.find(sha256)
    except UnreadableMailError:
        raise NotThere from None


ROUTES = (get("/tickets/{number}/files/{sha256}", ticket_file),)
