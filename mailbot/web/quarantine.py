"""Mails that could not be handled: shown as they came, tried again, or left alone for good."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailbot.adapters.store.queries import find_mail, find_mails
from mailbot.adapters.store.setting_aside import discard_mails, retry_mails
from mailbot.adapters.store.ticket_mails import find_kept_mail
from mailbot.domain.people import Role
from mailbot.web.desk import web_desk
from mailbot.web.errors import NotThere
from mailbot.web.mail_view import QUARANTINED, save, show_body, show_mail
from mailbot.web.queue import STAFF, filter_id_of
from mailbot.web.routes import MenuItem, get, post
from mailbot.web.session import require
from mailbot.web.views import go, page, say

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from mailbot.adapters.store.queries import MailLine
    from mailbot.adapters.store.ticket_mails import KeptMail
    from mailbot.web.forms import Form

PATH = "/quarantine"
_MOST = 200


def quarantine(request: Request) -> Response:
    """List the mails that were set aside, oldest first."""
    require(request, *STAFF)
    found = find_mails(web_desk(request).engine, QUARANTINED, _MOST)
    return page(request, "staff/quarantine.html", mails=found, is_more=len(found) == _MOST)


def one(request: Request) -> Response:
    """Show one of them."""
    require(request, *STAFF)
    line = _find(request)
    kept = _find_kept(request, line.id)
    if kept is None:
        return page(request, "staff/quarantined.html", line=line, mail=None)
    return show_mail(request, kept, "staff/quarantined.html", line=line)


def body(request: Request) -> Response:
    """Give its HTML, for the frame."""
    return show_body(request, _require_kept(request))


def raw(request: Request) -> Response:
    """Give its bytes, to be saved."""
    return save(request, _require_kept(request))


def retry_all(request: Request, form: Form) -> Response:
    """Handle anew all that are listed."""
    require(request, *STAFF)
    del form
    web = web_desk(request)
    return _retry(request, [line.id for line in find_mails(web.engine, QUARANTINED, _MOST)])


def retry(request: Request, form: Form) -> Response:
    """Handle one anew, as if it had just arrived."""
    require(request, *STAFF)
    del form
    return _retry(request, [filter_id_of(request)])


def discard(request: Request, form: Form) -> Response:
    """Leave one alone for good; its bytes stay."""
    require(request, Role.LEAD)
    del form
    web = web_desk(request)
    _say(request, "discarded", discard_mails(web.engine, [filter_id_of(request)], web.now()))
    return go(request, PATH)


def _retry(request: Request, ids: list[int]) -> Response:
    web = web_desk(request)
    _say(request, "retried", retry_mails(web.engine, ids, web.now()))
    return go(request, PATH)


def _say(request: Request, what: str, done: list[int]) -> None:
    if done:
        say(request, "good", f"quarantine.{what}", count=len(done))
    else:
        say(request, "heed", "quarantine.nothing")


def _find(request: Request) -> MailLine:
    line = find_mail(web_desk(request).engine, filter_id_of(request))
    if line is None or line.state != QUARANTINED:
        raise NotThere
    return line


def _find_kept(request: Request, mail_id: int) -> KeptMail | None:
    return find_kept_mail(web_desk(request).engine, require(request, *STAFF).person, mail_id)


def _require_kept(request: Request) -> KeptMail:
    require(request, *STAFF)
    kept = _find_kept(request, _find(request).id)
    if kept is None:
        raise NotThere
    return kept


ROUTES = (
    get(PATH, quarantine),
    post(f"{PATH}/retry", retry_all),
    get(PATH + "/{id}", one),
    get(PATH + "/{id}/body", body),
    get(PATH + "/{id}/files/raw", raw),
    post(PATH + "/{id}/retry", retry),
    post(PATH + "/{id}/discard", discard),
)
MENU = (MenuItem(PATH, "quarantine.menu", STAFF),)
