"""Ways in and out: a link by mail, the hand-off of the central software, signing out."""

from __future__ import annotations

import logging
import unicodedata
from datetime import timedelta
from functools import partial
from ipaddress import IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING

from mailbot.adapters.store.engine import reading, writing
from mailbot.adapters.store.people_rows import find_person
from mailbot.adapters.store.web_entry import count_attempt, find_link_browser, use_handoff, use_link
from mailbot.adapters.store.web_sessions import end_sessions_of
from mailbot.domain.trust import normal_address
from mailbot.web.cookies import cookie_name, digest_of, drop_cookie, find_secret
from mailbot.web.desk import web_desk
from mailbot.web.errors import Refused
from mailbot.web.handoff import HandOffError, read_handoff
from mailbot.web.paths import own_path
from mailbot.web.routes import get, post
from mailbot.web.session import begin, enter, leave, require, viewer
from mailbot.web.sign_in_letter import WINDOW, send_link
from mailbot.web.views import go, page

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from starlette.requests import Request
    from starlette.responses import Response

    from mailbot.web.forms import Form

log = logging.getLogger(__name__)

_HOUR = timedelta(hours=1)
_ID_DIGITS = 6
_LONGEST_ADDRESS = 254
# Networks of IPv6 belong to one household or office each; of single addresses there are too many to count.
_OFFICE = 64


def sign_in(request: Request) -> Response:
    """Ask for an address or an Employee ID."""
    wanted = own_path(request.query_params.get("next", ""))
    return go(request, wanted) if viewer(request) else page(request, "entry/sign_in.html", next=wanted)


def ask_link(request: Request, form: Form) -> Response:
    """Send a link, or not: the answer is the same, and so is the time it takes."""
    web, now = web_desk(request), web_desk(request).now()
    written = _who(form)
    wanted = own_path(form.old("next"))
    if form.errors:
        return page(request, "entry/sign_in.html", 422, form=form, next=wanted)
    chosen = web.settings.web
    with writing(web.engine) as connection:
        if not count_attempt(connection, "link_from", _origin(request), now, _HOUR, chosen.links_per_hour):
            raise Refused(429, "entry.too_many")
        goes = count_attempt(connection, "link_for", written, now, WINDOW, chosen.links_per_quarter_hour)
    if goes:
        browser = digest_of(find_secret(request, cookie_name(request, "visit")))
        web.later.add(partial(send_link, web, written, browser, wanted))
    return go(request, "/sign-in/sent")


def sent(request: Request) -> Response:
    """Tell that a link is on its way, if there is somebody it can go to."""
    return page(request, "entry/sent.html", minutes=web_desk(request).settings.web.link_minutes)


def open_link(request: Request) -> Response:
    """Show the button that signs in; looking alone uses nothing up, so a scanner of mails does no harm."""
    web = web_desk(request)
    with reading(web.engine) as connection:
        browser = find_link_browser(connection, digest_of(request.path_params["secret"]), web.now())
    if browser is None:
        return page(request, "entry/link_over.html", 410)
    is_same = browser == digest_of(find_secret(request, cookie_name(request, "visit")))
    wanted = own_path(request.query_params.get("next", ""))
    return page(request, "entry/open_link.html", is_same_browser=is_same, next=wanted)


def follow_link(request: Request, form: Form) -> Response:
    """Use a link up and sign in."""
    web = web_desk(request)
    with writing(web.engine) as connection:
        employee_id = use_link(connection, digest_of(request.path_params["secret"]), web.now())
        secret = _begin_if_active(request, connection, employee_id, "link")
    if not secret:
        return page(request, "entry/link_over.html", 410)
    return _entered(request, secret, form.old("next"))


def hand_off(request: Request) -> Response:
    """Sign in whom the central software hands over."""
    web = web_desk(request)
    try:
        found = read_handoff(request.query_params.get("token", ""), web.handoff_key, web.settings.web, web.now())
    except HandOffError as error:
        log.warning("a hand-off was refused: %s", error)
        return page(request, "entry/not_handed.html", 403)
    with writing(web.engine) as connection:
        is_first = use_handoff(connection, found.digest, found.until)
        secret = _begin_if_active(request, connection, found.employee_id, "handoff") if is_first else ""
    if not secret:
        log.warning("a hand-off was refused: it was used before, or the directory has no such active person")
        return page(request, "entry/not_handed.html", 403)
    return _entered(request, secret, request.query_params.get("next", ""))


def sign_out(request: Request, _form: Form) -> Response:
    """End this session."""
    response = go(request, "/sign-in/out")
    leave(request, response)
    return response


def sign_out_everywhere(request: Request, _form: Form) -> Response:
    """End all sessions of who is signed in."""
    end_sessions_of(web_desk(request).engine, require(request).person.employee_id)
    response = go(request, "/sign-in/out")
    drop_cookie(request, response, "session")
    return response


def signed_out(request: Request) -> Response:
    """Tell that the session ended."""
    return page(request, "entry/signed_out.html")


def _begin_if_active(request: Request, connection: Connection, employee_id: str | None, door: str) -> str:
    """Return the secret of a new session, or an empty text when the directory has no such active person."""
    person = find_person(connection, employee_id or "")
    return begin(request, connection, person.employee_id, door) if person else ""


def _entered(request: Request, secret: str, wanted: str) -> Response:
    response = go(request, own_path(wanted))
    enter(request, response, secret)
    return response


def _who(form: Form) -> str:
    """Return the address as the directory has it, or the Employee ID in plain digits; whose it is stays open here."""
    written = form.line("who", _LONGEST_ADDRESS, required=True)
    digits = "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in written if c != " ")
    if digits.isascii() and digits.isdigit() and len(digits) == _ID_DIGITS:
        return digits
    if "@" not in written:
        form.wrong("who", "entry.no_address")
    return normal_address(written)


def _origin(request: Request) -> str:
    """Return the machine a request comes from; of IPv6 its network."""
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    return str(ip_network((address, _OFFICE), strict=False)) if isinstance(address, IPv6Address) else str(address)


ROUTES = (
    get("/sign-in", sign_in),
    post("/sign-in", ask_link),
    get("/sign-in/sent", sent),
    get("/sign-in/out", signed_out),
    get("/sign-in/{secret:str}", open_link),
    post("/sign-in/{secret:str}", follow_link),
    get("/enter", hand_off),
    post("/sign-out", sign_out),
    post("/sign-out-everywhere", sign_out_everywhere),
)
