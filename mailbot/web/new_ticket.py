"""Generate Ticket: the form, and the page that shows the number of what was registered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailbot.domain.act import Act, Door
from mailbot.domain.errors import UnreadableMailError
from mailbot.domain.opening import TITLE_LIMIT
from mailbot.domain.people import Role
from mailbot.domain.tags import Fields, ascii_digits, parse_mobile
from mailbot.web.forms import Form
from mailbot.web.routes import MenuItem, get, post
from mailbot.web.session import require
from mailbot.web.ticket_page import find
from mailbot.web.uploads import read_files
from mailbot.web.views import go, language_of, page, web_desk

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from mailbot.domain.catalogue import Choices
    from mailbot.domain.people import Person

_FILES = "screenshots"
_EMPLOYEE_ID_DIGITS = 6


def new_ticket(request: Request) -> Response:
    """Show the empty form."""
    return _show(request)


def open_ticket(request: Request, form: Form) -> Response:
    """Open a ticket, and lead to the page with its number."""
    who, desk = require(request), web_desk(request)
    catalogue = desk.desk.catalogue
    fields = Fields(
        request_type=form.choice("request_type", _codes(catalogue.request_types), required=True),
        module=form.choice("module", _codes(catalogue.modules), required=True),
        priority=form.choice("priority", _codes(catalogue.priorities), required=True),
        mobile=_read_mobile(form) or None,
        on_behalf=_read_officer(form, who.person) or None,
    )
    title = form.line("title", TITLE_LIMIT, required=True)
    text = form.text("text", desk.desk.description_limit, required=True)
    files = read_files(form, _FILES)
    if form.errors:
        return _show(request, form)
    act = Act(who.person, Door.WEB, form.key, title=title, text=text, fields=fields)
    try:
        answered = desk.acting.act(act, files)
    except UnreadableMailError:
        form.wrong(_FILES, "common.unreadable_file")
        return _show(request, form)
    return go(request, f"/tickets/{answered.number}/registered")


def registered(request: Request) -> Response:
    """Show the number of a ticket, large, and what happens next."""
    require(request)
    found = find(request)
    return page(request, "ticket/registered.html", ticket=found.ticket)


def _show(request: Request, form: Form | None = None) -> Response:
    who, desk = require(request), web_desk(request)
    language, catalogue = language_of(request), desk.desk.catalogue

    def options(choices: Choices) -> list[tuple[str, str]]:
        return [(entry.code, entry.name(language)) for entry in choices.entries]

    return page(
        request,
        "ticket/new.html",
        422 if form else 200,
        form=form or Form(),
        request_types=options(catalogue.request_types),
        modules=options(catalogue.modules),
        priorities=options(catalogue.priorities),
        default_type=catalogue.request_types.default,
        default_priority=catalogue.priorities.default,
        title_limit=TITLE_LIMIT,
        text_limit=desk.desk.description_limit,
        writes_for_others=who.role is Role.INTEGRATOR,
    )


def _codes(choices: Choices) -> frozenset[str]:
    return frozenset(entry.code for entry in choices.entries)


def _read_mobile(form: Form) -> str:
    """Return the mobile number as the directory writes it; one that is none is a mistake."""
    written = form.line("mobile", 20)
    mobile = parse_mobile(written) if written else ""
    if mobile is None:
        form.wrong("mobile", "new.no_mobile")
    return mobile or ""


def _read_officer(form: Form, person: Person) -> str:
    """Return the Employee ID of the officer for whom an integrator writes."""
    written = form.line("officer", 20) if person.role is Role.INTEGRATOR else ""
    digits = ascii_digits(written)
    if written and len(digits) != _EMPLOYEE_ID_DIGITS:
        form.wrong("officer", "new.no_employee_id")
    return digits


ROUTES = (
    get("/tickets/new", new_ticket),
    post("/tickets/new", open_ticket, files=True),
    get("/tickets/{number}/registered", registered),
)
MENU = (MenuItem("/tickets/new", "new.menu", (Role.OFFICER, Role.INTEGRATOR)),)
