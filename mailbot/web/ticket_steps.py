"""What the IT section does with a ticket on its page: each form is one act, and the rules of the desk decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import Response

from mailbot.adapters.store.engine import reading
from mailbot.adapters.store.lookalikes import find_alike_to
from mailbot.adapters.store.ticket_rows import find_ticket
from mailbot.domain.act import Act, Door
from mailbot.domain.number_lists import pick_numbers
from mailbot.domain.tags import NO_FIELDS, Fields
from mailbot.domain.trust import normal_address
from mailbot.domain.verbs import Verb
from mailbot.web.desk import web_desk
from mailbot.web.errors import NotThere
from mailbot.web.queue import STAFF, find_colleagues
from mailbot.web.routes import get, post
from mailbot.web.session import require
from mailbot.web.ticket_page import find, show_ticket
from mailbot.web.ticket_panel import look, mark_of
from mailbot.web.views import go, is_htmx, page, part, say, say_answered

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from mailbot.adapters.store.ticket_pages import TicketPage
    from mailbot.domain.catalogue import Choices
    from mailbot.web.forms import Form

MOST_TEXT = 4_000
TIES = {"parent": Verb.PARENT, "merge": Verb.MERGE}
# The newest tell most about whether something is going round.
MOST_SIMILAR = 20


@dataclass(frozen=True, slots=True)
class Said:
    """What a form asks for."""

    verb: Verb | None
    text: str = ""
    argument: str = ""
    fields: Fields = NO_FIELDS


def take(_request: Request, _form: Form, _found: TicketPage) -> Said:
    """Take the ticket."""
    return Said(Verb.TAKE)


def assign(request: Request, form: Form, _found: TicketPage) -> Said:
    """Give it to a colleague."""
    addresses = {one.email for one in find_colleagues(request)}
    to = form.choice("staff_to", addresses, required=True)
    return Said(Verb.ASSIGN, form.text("staff_reason", MOST_TEXT), normal_address(to))


def ask(_request: Request, form: Form, _found: TicketPage) -> Said:
    """Ask the officer."""
    return Said(Verb.ASK, form.text("staff_question", MOST_TEXT, required=True))


def note(_request: Request, form: Form, _found: TicketPage) -> Said:
    """Write down what only the IT section reads."""
    return Said(Verb.NOTE, form.text("staff_note", MOST_TEXT, required=True))


def resolve(_request: Request, form: Form, _found: TicketPage) -> Said:
    """Resolve it with an answer."""
    return Said(Verb.RESOLVE, form.text("staff_answer", MOST_TEXT, required=True))


def change(request: Request, form: Form, found: TicketPage) -> Said:
    """Change its module, priority or type; what stays as it is is not said again."""
    catalogue, ticket = web_desk(request).desk.catalogue, found.ticket

    def chosen(name: str, choices: Choices, present: str) -> str | None:
        value = form.choice(name, {present, *(entry.code for entry in choices.entries)}, required=True)
        return value if value and value != present else None

    fields = Fields(
        request_type=chosen("staff_type", catalogue.request_types, ticket.request_type),
        module=chosen("staff_module", catalogue.modules, ticket.module),
        priority=chosen("staff_priority", catalogue.priorities, ticket.priority),
    )
    if fields.is_empty and not form.errors:
        form.wrong("staff_module", "panel.nothing_changed")
    return Said(None, fields=fields)


def tie(request: Request, form: Form, _found: TicketPage) -> Said:
    """Make it a case of another ticket, or a part of it."""
    verb = TIES[form.choice("staff_tie", tuple(TIES), required=True) or "parent"]
    written = form.line("staff_number", 60, required=True)
    numbers = pick_numbers(written, web_desk(request).desk.prefix)[0]
    if written and len(numbers) != 1:
        form.wrong("staff_number", "panel.no_number", prefix=web_desk(request).desk.prefix)
    return Said(verb, form.text("staff_tie_reason", MOST_TEXT), numbers[0] if numbers else "")


def undo(_request: Request, _form: Form, _found: TicketPage) -> Said:
    """Take back the last step."""
    return Said(Verb.UNDO)


STEPS: dict[str, Callable[[Request, Form, TicketPage], Said]] = {
    "take": take,
    "assign": assign,
    "ask": ask,
    "note": note,
    "resolve": resolve,
    "change": change,
    "tie": tie,
    "undo": undo,
}


def do(request: Request, form: Form) -> Response:
    """Do one thing; what is refused stands beside the form again, with what was written."""
    viewer = require(request, *STAFF)
    found = find(request)
    step = request.path_params["step"]
    if step not in STEPS:
        raise NotThere
    said = STEPS[step](request, form, found)
    if form.errors:
        return show_ticket(request, found, 422, form)
    number = found.ticket.number
    act = Act(viewer.person, Door.WEB, form.key, number, said.verb, said.argument, text=said.text, fields=said.fields)
    answered = web_desk(request).acting.act(act)
    say_answered(request, answered)
    if answered.is_refused:
        return show_ticket(request, find(request), 422, form)
    if not answered.notices:
        say(request, "good", f"panel.done_{step}")
    return go(request, f"/tickets/{answered.number}")


def looking(request: Request) -> Response:
    """Tell who else has the ticket open; the page asks this now and then."""
    require(request, *STAFF)
    # Asked every few seconds by every open page: its history is not read for this.
    with reading(web_desk(request).engine) as connection:
        ticket = find_ticket(connection, request.path_params["number"])
    if ticket is None:
        raise NotThere
    found = look(request, ticket.number)
    if request.query_params.get("told", "") == mark_of(found):
        # Swapped in again, it would be read aloud again.
        return Response(status_code=204)
    return part(request, "staff/looking.html", looking=found, mark=mark_of(found), ticket=ticket)


def similar(request: Request) -> Response:
    """Show tickets that look like this one."""
    require(request, *STAFF)
    found, web = find(request), web_desk(request)
    alike = find_alike_to(web.engine, found.ticket, web.desk.similar)[::-1][:MOST_SIMILAR]
    show = part if is_htmx(request) else page
    name = "staff/similar_part.html" if is_htmx(request) else "staff/similar.html"
    return show(request, name, ticket=found.ticket, alike=alike)


BASE = "/tickets/{number}"
ROUTES = (
    post(BASE + "/staff/{step}", do),
    get(f"{BASE}/looking", looking, quiet=True),
    get(f"{BASE}/similar", similar),
)
