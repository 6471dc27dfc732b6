"""Tickets by the API: opened, read, listed and changed in the name of the officer whose Employee ID the call names."""

import re
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import JSONResponse, Response

from mailbot.acting import NotYoursError
from mailbot.adapters.hashes import is_file_name
from mailbot.adapters.store.ticket_lists import MOST_LINES, CursorError, Sort, TicketQuery, find_part
from mailbot.adapters.store.ticket_pages import find_file, find_page
from mailbot.domain.act import Act, Answered, Door
from mailbot.domain.api_keys import ApiKey
from mailbot.domain.errors import UnreadableMailError
from mailbot.domain.people import Language, Person
from mailbot.domain.tags import Fields, parse_mobile
from mailbot.domain.text import clean_line, clean_text
from mailbot.domain.ticket import Status
from mailbot.domain.verbs import Verb
from mailbot.web.api.bodies import Body, body_of, describe_body
from mailbot.web.api.callers import Creator, Looker, Writer, find_officer
from mailbot.web.api.models import (
    EmployeeId,
    NewComment,
    NewConfirmation,
    NewReopening,
    NewTicket,
    TicketAnswer,
    TicketList,
)
from mailbot.web.api.problems import Code, Problem, Wrong, not_found, wrong_field
from mailbot.web.api.repeat import Done, IdempotencyKey, answer_once
from mailbot.web.api.showing import show_line, show_ticket
from mailbot.web.desk import WebDesk, web_desk
from mailbot.web.downloads import disposition, find_given, stream

_NUMBER = re.compile(r"[A-Z]{2,6}-[0-9]{4}-[0-9]{5,8}-[0-9]")
PREFIX, CREATED = "/api/v1", 201
_NOT_NOW = "The ticket does not allow this now. Read it again: `steps` says what may be done."
_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"
router = APIRouter(tags=["tickets"])
_SORTS = (Sort.NEWEST, Sort.OLDEST, Sort.CHANGED)
Officer = Annotated[EmployeeId, Query()]
Number = Annotated[str, Path(description="The number of the ticket.", examples=["TMS-2611-00042-7"])]
Sha256 = Annotated[str, Path(description="Which file, as the ticket names it.")]


@router.post(
    "/tickets",
    status_code=CREATED,
    response_model=TicketAnswer,
    summary="Open a ticket for an officer",
    openapi_extra=describe_body(NewTicket),
)
def open_ticket(
    request: Request, key: Creator, body: Annotated[Body, Depends(body_of(NewTicket))], name: IdempotencyKey = None
) -> Response:
    """Open a ticket in the officer's name; its number is mailed to the officer like that of any other.

    As JSON with files in Base64, or as multipart with the same fields and the files as parts `files`.
    """
    sent = body.sent
    assert isinstance(sent, NewTicket)
    web = web_desk(request)
    fields = _fields(web, sent)
    officer = find_officer(web, sent.employee_id)
    if officer is None:
        raise wrong_field("employee_id", "No officer of the directory has this Employee ID.")
    title, text = clean_line(_words("title", sent.title)), _words("description", sent.description)
    act = Act(officer, Door.API, "", title=title, text=text, fields=fields)
    return _do(request, key, name, body, act, CREATED)


@router.get("/tickets", response_model=TicketList, summary="List an officer's tickets")
def list_tickets(  # noqa: PLR0917 - one argument for each field of the query
    request: Request,
    key: Looker,
    employee_id: Officer,
    status: Annotated[list[Status] | None, Query(description="Only these; may be given several times.")] = None,
    words: Annotated[str, Query(max_length=200, description="Only those in which these words stand.")] = "",
    sort: Annotated[Sort, Query(description="newest, oldest or changed.", json_schema_extra={"enum": _SORTS})] = (
        Sort.NEWEST
    ),
    limit: Annotated[int, Query(ge=1, le=MOST_LINES, description="How many at once.")] = 50,
    cursor: Annotated[
        str, Query(max_length=500, description="`next_cursor` of the part before.", json_schema_extra={"example": ""})
    ] = "",
) -> Any:
    """Return one part of the list; nobody's Employee ID has an empty list."""
    del key
    web = web_desk(request)
    officer = find_officer(web, employee_id)
    if sort not in _SORTS:
        raise wrong_field("query.sort", "Choose newest, oldest or changed.")
    if officer is None:
        return {"items": [], "next_cursor": None}
    wanted = TicketQuery(statuses=tuple(status or ()), words=words, sort=sort, limit=limit, cursor=cursor)
    try:
        part = find_part(web.engine, officer, wanted, web.now())
    except CursorError as error:
        raise wrong_field("query.cursor", str(error)) from None
    return {"items": [show_line(line) for line in part.lines], "next_cursor": part.next_cursor or None}


@router.get("/tickets/{number}", response_model=TicketAnswer, summary="Read a ticket")
def read_ticket(request: Request, key: Looker, number: Number, employee_id: Officer) -> Any:
    """Return a ticket with its history and files, as this officer sees it."""
    del key
    web = web_desk(request)
    return _find(web, find_officer(web, employee_id), number)


@router.get(
    "/tickets/{number}/attachments/{sha256}",
    response_class=Response,
    responses={200: {"description": "The bytes.", "content": {"application/octet-stream": {}}}},
    summary="Fetch a file of a ticket",
)
def read_file(request: Request, key: Looker, number: Number, sha256: Sha256, employee_id: Officer) -> Response:
    """Return the bytes of a file. A photograph that somebody else sent comes without the place where it was taken."""
    del key
    web = web_desk(request)
    officer = find_officer(web, employee_id)
    if officer is None or not _NUMBER.fullmatch(number) or not is_file_name(sha256):
        raise not_found()
    file = find_file(web.engine, officer, number, sha256)
    given = find_given(file, sha256, officer, web.files) if file else None
    if given is None:
        raise not_found()
    headers = {
        "Content-Security-Policy": _POLICY,
        "Content-Disposition": disposition(given.name, shown=False),
        "ETag": f'"{given.sha256}"',
    }
    return stream(web.files, given, headers)


@router.post(
    "/tickets/{number}/comments",
    status_code=CREATED,
    response_model=TicketAnswer,
    summary="Add to a ticket",
    openapi_extra=describe_body(NewComment),
)
def comment(
    request: Request,
    key: Writer,
    number: Number,
    body: Annotated[Body, Depends(body_of(NewComment))],
    name: IdempotencyKey = None,
) -> Response:
    """Add a comment, and files, in the officer's name; the IT section gets it as if the officer had mailed it."""
    sent = body.sent
    assert isinstance(sent, NewComment)
    return _change(request, key, name, number, body, _words("text", sent.text), None)


@router.post(
    "/tickets/{number}/reopen",
    response_model=TicketAnswer,
    summary="Re-open a ticket",
    openapi_extra=describe_body(NewReopening),
)
def reopen(
    request: Request,
    key: Writer,
    number: Number,
    body: Annotated[Body, Depends(body_of(NewReopening))],
    name: IdempotencyKey = None,
) -> Response:
    """Re-open a resolved or closed ticket for a reason.

    A ticket that was closed too long ago stays closed: a new one is opened (201), and `number` names it.
    """
    sent = body.sent
    assert isinstance(sent, NewReopening)
    return _change(request, key, name, number, body, _words("reason", sent.reason), Verb.REOPEN)


@router.post(
    "/tickets/{number}/confirm",
    response_model=TicketAnswer,
    summary="Confirm that a ticket is solved",
    openapi_extra=describe_body(NewConfirmation),
)
def confirm(
    request: Request,
    key: Writer,
    number: Number,
    body: Annotated[Body, Depends(body_of(NewConfirmation))],
    name: IdempotencyKey = None,
) -> Response:
    """Close a resolved ticket, because the officer says that the problem is solved."""
    sent = body.sent
    assert isinstance(sent, NewConfirmation)
    return _change(request, key, name, number, body, clean_text(sent.text), Verb.CONFIRM)


def _fields(web: WebDesk, sent: NewTicket) -> Fields:
    """Return the fields of a new ticket. Raises Problem for what the catalogue does not have."""
    catalogue, wrong = web.desk.catalogue, []
    for field, choices in (
        ("request_type", catalogue.request_types),
        ("module", catalogue.modules),
        ("priority", catalogue.priorities),
    ):
        chosen = getattr(sent, field)
        if chosen is not None and chosen not in {entry.code for entry in choices.entries}:
            wrong.append(Wrong(field, "The catalogue has no such code."))
    most = web.settings.desk.description_limit
    if len(sent.description) > most:
        wrong.append(Wrong("description", f"May have at most {most} characters."))
    if wrong:
        raise Problem(Code.WRONG_FIELDS, "Correct the fields that `errors` names.", wrong)
    mobile = parse_mobile(sent.mobile) if sent.mobile else None
    return Fields(request_type=sent.request_type, module=sent.module, priority=sent.priority, mobile=mobile)


def _words(field: str, written: str) -> str:
    """Return what was written without what cannot be seen. Raises Problem when nothing is left."""
    if text := clean_text(written).strip():
        return text
    raise wrong_field(field, "Write a letter or digit at least.")


def _change(  # noqa: PLR0917 - what a change is made of
    request: Request, key: ApiKey, name: str | None, number: str, body: Body, text: str, verb: Verb | None
) -> Response:
    """Do something to a ticket that the officer of the call may see."""
    web = web_desk(request)
    officer = find_officer(web, body.employee_id)
    _find(web, officer, number)
    assert officer is not None
    return _do(request, key, name, body, Act(officer, Door.API, "", number, verb, text=text), 200 if verb else CREATED)


def _do(  # noqa: PLR0917 - the same
    request: Request, key: ApiKey, name: str | None, body: Body, act: Act, status: int
) -> JSONResponse:
    """Do it once, and answer with the ticket as it stands then."""
    web = web_desk(request)

    def work(act_key: str) -> Done:
        named = replace(act, key=act_key)
        if act.verb is not None:
            _require_step(web, named)
        try:
            answered = web.acting.act(named, body.uploads)
        except NotYoursError:
            raise not_found() from None
        except UnreadableMailError as error:
            raise wrong_field("attachments", f"The files cannot be read: {error}") from None
        if answered.is_refused or not answered.number:
            raise Problem(Code.NOT_NOW, _say(web, act.person, answered))
        shown = _find(web, act.person, answered.number)
        location = f"{PREFIX}/tickets/{answered.number}?employee_id={body.employee_id}"
        # Long after a ticket was closed, what is added or re-opened is a new ticket by the rules of mail.
        made = CREATED if answered.number != act.ticket else status
        return Done(made, shown.model_dump(mode="json"), location if made == CREATED else "")

    return answer_once(request, key, name, body.asked, act.person.email, work)


def _require_step(web: WebDesk, act: Act) -> None:
    """Raise Problem when the ticket does not allow this now, unless the same call has done it already."""
    shown = _find(web, act.person, act.ticket)
    if act.verb not in shown.steps and web.acting.book.find_act(act) is None:
        raise Problem(Code.NOT_NOW, _NOT_NOW)


def _find(web: WebDesk, officer: Person | None, number: str) -> TicketAnswer:
    """Return a ticket as an officer sees it. Raises Problem when there is none for them."""
    if officer is None or not _NUMBER.fullmatch(number):
        raise not_found()
    page = find_page(web.engine, officer, number, web.desk)
    if page is None:
        raise not_found()
    return show_ticket(page)


def _say(web: WebDesk, officer: Person, answered: Answered) -> str:
    """Return why it was not done, as the officer would read it."""
    language = officer.language or Language(web.settings.desk.language)
    said = " ".join(web.templates.notice(notice, language) for notice in answered.notices)
    return said or _NOT_NOW
