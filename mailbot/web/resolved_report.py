"""Report of resolved tickets: a period on the screen, as an Excel workbook, as CSV, and on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.responses import Response

from mailbot.adapters.sheets import write_files
from mailbot.adapters.store.engine import reading
from mailbot.adapters.store.own_lists import MOST_RESOLVED, find_resolved
from mailbot.domain.people import Role
from mailbot.domain.resolved_answers import FORMATS, resolved_table
from mailbot.web.downloads import disposition
from mailbot.web.errors import NotThere
from mailbot.web.officer import form_of
from mailbot.web.routes import MenuItem, get
from mailbot.web.session import require
from mailbot.web.spans import NAMES, read_span
from mailbot.web.talk import tongue_of
from mailbot.web.views import language_of, page, web_desk

if TYPE_CHECKING:
    from starlette.requests import Request

    from mailbot.domain.desk import TicketLine
    from mailbot.domain.reporting.periods import Period
    from mailbot.web.forms import Form
    from mailbot.web.spans import Span

PATH = "/resolved"
SHOWN = 200
_HOURS = 5  # the place of the working hours in a row of the table


def resolved(request: Request) -> Response:
    """Show what was resolved in a period."""
    require(request)
    form = form_of(request)
    span = _span(request, form)
    lines = _find(request, span.period)
    rows = resolved_table(lines, web_desk(request).desk).rows
    hours = [cell for row in rows if isinstance(cell := row[_HOURS], int | float)]
    ratings = [line.rating for line in lines if line.rating]
    return page(
        request,
        "ticket/resolved.html",
        422 if form.errors else 200,
        form=form,
        span=span,
        spans=NAMES,
        lines=[(line, row[_HOURS]) for line, row in zip(lines[:SHOWN], rows, strict=False)],
        count=len(lines),
        most=MOST_RESOLVED,
        shown=SHOWN,
        average=sum(hours) / len(hours) if hours else None,
        reopened=sum(1 for line in lines if line.reopen_count),
        rating=sum(ratings) / len(ratings) if ratings else None,
        files=[(name, f"{PATH}.{name}?{urlencode(span.values)}") for name in FORMATS] if lines else [],
        tongue_of=tongue_of,
        made_at=web_desk(request).now(),
    )


def resolved_file(request: Request) -> Response:
    """Give the same report as a file."""
    require(request)
    desk, form, wanted = web_desk(request), form_of(request), request.path_params["format"]
    span = _span(request, form)
    if wanted not in FORMATS or form.errors or span.period is None:
        raise NotThere
    table = resolved_table(_find(request, span.period), desk.desk)
    stem = f"{desk.desk.prefix}-resolved-{span.period.first}-{span.period.last}"
    (file,) = write_files((table,), (wanted,), stem, desk.writer.wording(language_of(request)), desk.now())
    headers = {"Content-Disposition": disposition(file.name, shown=False), "Cache-Control": "private, no-store"}
    return Response(file.data, media_type=file.content_type, headers=headers)


def _span(request: Request, form: Form) -> Span:
    desk = web_desk(request)
    return read_span(form, desk.now().astimezone(desk.timezone).date(), default="this_month")


def _find(request: Request, period: Period | None) -> tuple[TicketLine, ...]:
    desk, who = web_desk(request), require(request)
    with reading(desk.engine) as connection:
        return find_resolved(connection, who.person, (period,) if period else (), desk.desk)


ROUTES = (get(PATH, resolved), get(f"{PATH}.{{format}}", resolved_file))
MENU = (MenuItem(PATH, "resolved.menu", (Role.OFFICER, Role.INTEGRATOR)),)
