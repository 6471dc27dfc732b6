"""Letters that did not arrive: why, what can be done, and sending them once more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailbot.adapters.store.brakes import find_muted, unmute
from mailbot.adapters.store.failed_letters import find_failed, send_again
from mailbot.domain.trust import normal_address
from mailbot.web.desk import web_desk
from mailbot.web.queue import STAFF, filter_id_of, id_of_query
from mailbot.web.routes import MenuItem, get, post
from mailbot.web.session import require
from mailbot.web.views import go, page, say

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from mailbot.web.forms import Form

PATH = "/undelivered"
LINES = 50


def undelivered(request: Request) -> Response:
    """List them, and the addresses that get no letters for now."""
    require(request, *STAFF)
    web = web_desk(request)
    before = id_of_query(request, "before")
    found = find_failed(web.engine, web.now(), before, LINES)
    muted = () if before else find_muted(web.engine, web.now())
    return page(request, "staff/undelivered.html", letters=found, muted=muted, before=before, most=LINES)


def again(request: Request, form: Form) -> Response:
    """Send a letter once more; an address that got none for a while gets letters again by it."""
    require(request, *STAFF)
    web = web_desk(request)
    if form.checked("unmute"):
        unmute(web.engine, form.line("to"))
    done = send_again(web.engine, [filter_id_of(request)], web.now())
    say(request, *(("good", "undelivered.sent") if done else ("heed", "undelivered.not_failed")))
    return go(request, PATH)


def let(request: Request, form: Form) -> Response:
    """Let letters go to an address again."""
    require(request, *STAFF)
    address = normal_address(form.line("address"))
    if unmute(web_desk(request).engine, address):
        say(request, "good", "undelivered.unmuted", address=address)
    else:
        say(request, "heed", "undelivered.not_muted", address=address)
    return go(request, PATH)


ROUTES = (
    get(PATH, undelivered),
    post(f"{PATH}/unmute", let),
    post(PATH + "/{id}/again", again),
)
MENU = (MenuItem(PATH, "undelivered.menu", STAFF),)
