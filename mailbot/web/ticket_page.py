"""The page of one ticket: where it stands, what was said, and what its reader may do now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from mailbot.adapters.store.ticket_pages import find_page
from mailbot.domain.act import Act, Door
from mailbot.domain.errors import UnreadableMailError
from mailbot.domain.ticket import Status, Step
from mailbot.domain.verbs import Verb
from mailbot.web.errors import NotThere
from mailbot.web.forms import Form
from mailbot.web.routes import get, post
from mailbot.web.session import require
from mailbot.web.talk import make_talk, make_way, tongue_of
from mailbot.web.ticket_panel import find_panel
from mailbot.web.uploads import read_files
from mailbot.web.views import go, language_of, page, part, say, say_answered, web_desk

if TYPE_CHECKING:
    from starlette.requests import Request

    from mailbot.acting import Upload
    from mailbot.adapters.store.ticket_pages import TicketPage

MOST_TEXT = 4_000
_MOST_DIGITS = 6
STARS = ("5", "4", "3", "2", "1")


def ticket(request: Request) -> Response:
    """Show a ticket to somebody who may see it."""
    require(request)
    return show_ticket(request, find(request))


def find(request: Request) -> TicketPage:
    """Return the ticket that the address names. Raises NotThere when there is none for who is signed in."""
    who, desk = require(request), web_desk(request)
    found = find_page(desk.engine, who.person, request.path_params["number"], desk.desk)
    if found is None:
        raise NotThere
    return found


def show_ticket(request: Request, found: TicketPage, status: int = 200, form: Form | None = None) -> Response:
    """Return the page of a ticket; with a form that was sent, what is wrong with it stands beside its fields."""
    panel = find_panel(request, found) if require(request).is_staff else None
    return page(request, "ticket/page.html", status, form=form or Form(), panel=panel, **_values(request, found))


def talk(request: Request) -> Response:
    """Return what was said since the page was loaded, for a page that stays open; nothing when nothing was."""
    found = find(request)
    seen = request.query_params.get("after", "")
    values = _values(request, found)
    shown = int(seen) if seen.isascii() and seen.isdigit() and len(seen) <= _MOST_DIGITS else 0
    is_moved = request.query_params.get("status") != found.ticket.status
    if shown >= values["lines"] and not is_moved:
        return Response(status_code=204)
    values |= {"talk": values["talk"][shown:], "is_moved": is_moved, "is_fresh": True}
    return part(request, "ticket/fresh.html", **values)


def reply(request: Request, form: Form) -> Response:
    """Add words or files, or both."""
    files = read_files(form, "reply_files")
    text = form.text("reply_text", MOST_TEXT, required=not files)
    return _take(request, form, Step.COMMENT, None, text, files, "reply_files")


def reopen(request: Request, form: Form) -> Response:
    """Open it again, because the problem is still there."""
    files = read_files(form, "reopen_files")
    text = form.text("reopen_reason", MOST_TEXT, required=True)
    return _take(request, form, Step.REOPEN, Verb.REOPEN, text, files, "reopen_files")


def confirm(request: Request, form: Form) -> Response:
    """Say that it works now."""
    return _take(request, form, Step.CONFIRM, Verb.CONFIRM, form.text("confirm_words", MOST_TEXT))


def cancel(request: Request, form: Form) -> Response:
    """Withdraw the ticket."""
    return _take(request, form, Step.CANCEL, Verb.CANCEL, form.text("cancel_reason", MOST_TEXT))


def rate(request: Request, form: Form) -> Response:
    """Rate the help from 1 to 5."""
    stars = form.choice("stars", STARS, required=True)
    return _take(request, form, Step.RATE, Verb.RATE, form.text("rating_words", MOST_TEXT), argument=stars)


def _take(  # noqa: PLR0917 - what a step is made of
    request: Request,
    form: Form,
    step: Step,
    verb: Verb | None,
    text: str,
    files: tuple[Upload, ...] = (),
    files_field: str = "",
    argument: str = "",
) -> Response:
    who, desk, found = require(request), web_desk(request), find(request)
    if form.errors:
        return show_ticket(request, found, 422, form)
    act = Act(who.person, Door.WEB, form.key, found.ticket.number, verb, argument=argument, text=text)
    # A form that comes a second time was possible when it came first.
    if step not in found.steps and desk.acting.book.find_act(act) is None:
        say(request, "bad", "ticket.no_longer")
        return go(request, f"/tickets/{found.ticket.number}")
    try:
        answered = desk.acting.act(act, files)
    except UnreadableMailError:
        form.wrong(files_field, "common.unreadable_file")
        return show_ticket(request, found, 422, form)
    say_answered(request, answered)
    if not answered.notices:
        to_officer = step is Step.COMMENT and who.is_staff and found.ticket.requester != who.person.email
        say(request, "good", "ticket.done_comment_staff" if to_officer else f"ticket.done_{step}")
    return go(request, f"/tickets/{answered.number}")


def _values(request: Request, found: TicketPage) -> dict[str, Any]:
    who, desk = require(request), web_desk(request)
    shown, now = found.ticket, desk.now()
    lines = make_talk(found, who.person, desk.templates.desk_name(language_of(request)))
    is_running = shown.status in {Status.NEW, Status.IN_PROGRESS, Status.WAITING}
    return {
        "page": found,
        "ticket": shown,
        "title_tongue": tongue_of(shown.title),
        "talk": lines,
        "lines": len(lines),
        "way": make_way(shown),
        "steps": frozenset(found.steps),
        "stars": STARS,
        "assignee": found.name_of(shown.assignee) if shown.assignee else "",
        "is_running": is_running,
        "is_late": is_running and shown.paused_at is None and bool(shown.resolve_due_at and shown.resolve_due_at < now),
        "most_text": MOST_TEXT,
        "close_after_days": desk.settings.desk.close_after_days,
        "is_mine": shown.requester == who.person.email,
        # Another officer who follows the ticket has no need of the mobile number.
        "knows_requester": who.is_staff or who.person.email in {shown.requester, shown.copy_to},
    }


ROUTES = (
    get("/tickets/{number}", ticket),
    get("/tickets/{number}/talk", talk, quiet=True),
    post("/tickets/{number}/reply", reply, files=True),
    post("/tickets/{number}/reopen", reopen, files=True),
    post("/tickets/{number}/confirm", confirm),
    post("/tickets/{number}/cancel", cancel),
    post("/tickets/{number}/rate", rate),
)
