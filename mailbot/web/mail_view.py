"""A mail as it came, for the IT section: its head and text as words, its HTML in a frame in which nothing can act.

The HTML has an answer of its own, which may neither run nor load anything, whatever slipped through the cleaning; and
it is a page of nobody's, so that it could not even read the desk's cookies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import HTMLResponse, StreamingResponse

from mailbot.adapters.store.ticket_mails import find_kept_mail, has_malware
from mailbot.domain.errors import UnreadableMailError
from mailbot.web.desk import web_desk
from mailbot.web.errors import NotThere
from mailbot.web.queue import STAFF, filter_id_of
from mailbot.web.routes import get
from mailbot.web.session import require
from mailbot.web.views import language_of, page

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from mailbot.adapters.reading.shown import ShownMail
    from mailbot.adapters.store.ticket_mails import KeptMail

# Nothing may run, load, be sent or be left; only our own page may show it in a frame.
FRAME_POLICY = "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'; sandbox"
SAVE_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"
QUARANTINED = "quarantined"


def mail(request: Request) -> Response:
    """Show a mail of a ticket."""
    return show_mail(request, _of_ticket(request))


def body(request: Request) -> Response:
    """Give its HTML, for the frame."""
    return show_body(request, _of_ticket(request))


def raw(request: Request) -> Response:
    """Give its bytes, to be saved."""
    return save(request, _of_ticket(request))


def show_mail(request: Request, found: KeptMail, name: str = "staff/mail.html", **values: Any) -> Response:
    """Return the page of a mail; one that cannot be read says why, and can still be saved."""
    shown, trouble = None, ""
    try:
        shown = read(request, found)
    except UnreadableMailError as error:
        trouble = str(error)
    return page(
        request,
        name,
        mail=found,
        shown=shown,
        trouble=trouble,
        base=request.url.path,
        may_save=may_save(request, found),
        **values,
    )


def show_body(request: Request, found: KeptMail) -> Response:
    """Return the HTML of a mail as an answer that can do nothing."""
    try:
        shown = read(request, found)
    except UnreadableMailError as error:
        raise NotThere from error
    if not shown.html:
        raise NotThere
    html = web_desk(request).templates.render(
        "staff/mail_body.html", {"lang": language_of(request).value, "html": shown.html}
    )
    return HTMLResponse(html, headers={"Content-Security-Policy": FRAME_POLICY, "X-Frame-Options": "SAMEORIGIN"})


def save(request: Request, found: KeptMail) -> Response:
    """Return the bytes of a mail as a file, which no browser shows. Raises NotThere for what is held back."""
    if not may_save(request, found):
        raise NotThere
    pieces = web_desk(request).files.find_pieces(found.sha256)
    headers = {
        "Content-Security-Policy": SAVE_POLICY,
        "Content-Disposition": f'attachment; filename="mail-{found.id}.eml"',
    }
    return StreamingResponse(pieces, media_type="application/octet-stream", headers=headers)


def may_save(request: Request, found: KeptMail) -> bool:
    """Tell whether a mail may be saved: not with malware, and from the quarantine, unscanned, only by a lead."""
    if found.state == QUARANTINED and not require(request).is_lead:
        return False
    return not has_malware(web_desk(request).engine, found.id)


def read(request: Request, found: KeptMail) -> ShownMail:
    """Return what the reading process shows of a mail; here nothing of it is read. Raises UnreadableMailError."""
    web = web_desk(request)
    return web.mails.show(web.files.find(found.sha256), oversized=found.oversized)


def _of_ticket(request: Request) -> KeptMail:
    viewer = require(request, *STAFF)
    number = request.path_params["number"]
    found = find_kept_mail(web_desk(request).engine, viewer.person, filter_id_of(request), number)
    if found is None:
        raise NotThere
    return found


BASE = "/tickets/{number}/mails/{id}"
ROUTES = (
    get(BASE, mail),
    get(f"{BASE}/body", body),
    get(f"{BASE}/files/raw", raw),
)
