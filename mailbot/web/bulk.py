"""Several tickets of the queue at once: each is an act of its own, and each has its line in the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailbot.acting import NotYoursError
from mailbot.adapters.store.engine import reading
from mailbot.adapters.store.ticket_lists import RUNNING
from mailbot.adapters.store.ticket_rows import find_ticket
from mailbot.domain.act import Act, Door
from mailbot.domain.errors import WorldError
from mailbot.domain.ticket import Status
from mailbot.domain.trust import normal_address
from mailbot.domain.verbs import Verb
from mailbot.web.desk import web_desk
from mailbot.web.queue import STAFF, find_colleagues
from mailbot.web.queue_filters import LINES, PATH, parse_query
from mailbot.web.routes import post
from mailbot.web.session import require
from mailbot.web.views import go, language_of, page, say, words

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from mailbot.domain.act import Answered
    from mailbot.domain.ticket import Ticket
    from mailbot.web.forms import Form

LONGEST_REASON = 4_000
VERBS = {"assign": Verb.ASSIGN, "resolve": Verb.RESOLVE}


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one ticket, and why."""

    number: str
    title: str
    is_done: bool
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """What shall be done with each of the tickets."""

    verb: Verb
    argument: str
    reason: str

    def is_true_of(self, ticket: Ticket) -> bool:
        """Tell whether a ticket is as it was wished."""
        if self.verb is Verb.ASSIGN:
            return ticket.status in RUNNING and normal_address(ticket.assignee) == self.argument
        return ticket.status in {Status.RESOLVED, Status.CLOSED}


def do_several(request: Request, form: Form) -> Response:
    """Assign or resolve the selected tickets, and list what was done and what not."""
    require(request, *STAFF)
    chosen = parse_query(form.old("query"), web_desk(request).desk.catalogue)
    numbers = tuple(dict.fromkeys(form.many("ticket", LINES)))
    wish = _wish(request, form)
    if not numbers:
        say(request, "bad", "queue.bulk_none")
    if wish is None or not numbers:
        return go(request, chosen.address())
    lines = tuple(_do(request, form.key, number, wish) for number in numbers)
    done = sum(line.is_done for line in lines)
    return page(request, "staff/bulk.html", lines=lines, done=done, back=chosen.address(), verb=wish.verb.value)


def _wish(request: Request, form: Form) -> Wish | None:
    """Return what is wished; None after it was said what is missing."""
    verb = VERBS.get(form.old("do"))
    reason = form.text("reason", LONGEST_REASON)
    to = normal_address(form.old("to"))
    if verb is None or "reason" in form.errors:
        say(request, "bad", "queue.bulk_long", most=LONGEST_REASON)
    elif verb is Verb.RESOLVE and not reason:
        say(request, "bad", "queue.bulk_no_reason")
    elif verb is Verb.ASSIGN and to not in {normal_address(one.email) for one in find_colleagues(request)}:
        say(request, "bad", "queue.bulk_nobody")
    else:
        return Wish(verb, to if verb is Verb.ASSIGN else "", reason)
    return None


def _do(request: Request, key: str, number: str, wish: Wish) -> Line:
    """Do it with one ticket; what goes wrong with it does not concern the others."""
    person, desk = require(request, *STAFF).person, web_desk(request)
    before = _find(request, number)
    if before is None:
        return Line(number, "", is_done=False, why=(words(request, "queue.bulk_not_there"),))
    if before.status is Status.MERGED:
        # The act would be done with the ticket that it became a part of.
        return Line(number, before.title, is_done=False, why=(_status_now(request, before),))
    act = Act(person, Door.WEB, f"{key}/{number}", number, wish.verb, wish.argument, text=wish.reason)
    try:
        answered = desk.acting.act(act)
    except (NotYoursError, WorldError):
        return Line(number, before.title, is_done=False, why=(words(request, "queue.bulk_busy"),))
    return _line(request, number, answered, wish)


def _line(request: Request, number: str, answered: Answered, wish: Wish) -> Line:
    """Return what is told of a ticket.

    The ticket itself is asked, too: an act that was done before is answered without its reasons.
    """
    ticket = _find(request, number)
    assert ticket is not None, "tickets are never deleted"
    templates, language = web_desk(request).templates, language_of(request)
    is_done = not answered.is_refused and wish.is_true_of(ticket)
    why = tuple(templates.notice(notice, language) for notice in answered.notices)
    return Line(number, ticket.title, is_done, why if why or is_done else (_status_now(request, ticket),))


def _find(request: Request, number: str) -> Ticket | None:
    with reading(web_desk(request).engine) as connection:
        return find_ticket(connection, number)


def _status_now(request: Request, ticket: Ticket) -> str:
    status = web_desk(request).templates.mail_word("status", ticket.status.value, language_of(request))
    return words(request, "queue.bulk_now", status=status)


ROUTES = (post(f"{PATH}/bulk", do_several),)
