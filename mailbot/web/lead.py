"""The statistics of the IT section: questions with a chart and a table each, and all of it as files."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from starlette.responses import Response

from mailbot.adapters.sheets import write_files
from mailbot.adapters.store.engine import reading
from mailbot.adapters.store.ticket_lists import find_zones
from mailbot.adapters.store.web_figures import Wanted, find_board
from mailbot.domain.people import Role
from mailbot.domain.reporting.board import Known, board_tables
from mailbot.domain.reporting.periods import month_of
from mailbot.web.board_charts import Teller
from mailbot.web.charts import PATTERNS
from mailbot.web.errors import NotThere
from mailbot.web.forms import Form
from mailbot.web.routes import MenuItem, get
from mailbot.web.session import require
from mailbot.web.spans import NAMES, read_span
from mailbot.web.views import formats, language_of, page, web_desk, words

if TYPE_CHECKING:
    from starlette.requests import Request

    from mailbot.domain.reporting.board import Board
    from mailbot.domain.table import Table
    from mailbot.web.desk import WebDesk
    from mailbot.web.spans import Span

PATH = "/statistics"
READERS = (Role.STAFF, Role.LEAD)
_DEFAULT = "this_month"
_ALL = "all"
_FORMATS = ("xlsx", "csv")


def statistics(request: Request) -> Response:
    """Show the questions with their charts and tables."""
    require(request, *READERS)
    desk, form = web_desk(request), _form_of(request)
    zones = find_zones(desk.engine)
    span, wanted = _read(desk, form, zones)
    board, tables = _find(desk, wanted)
    teller = Teller(
        desk.writer.wording(language_of(request)), formats(request), lambda *a, **v: words(request, *a, **v)
    )
    catalogue = desk.desk.catalogue.modules.entries
    return page(
        request,
        "lead/statistics.html",
        422 if form.errors else 200,
        form=form,
        span=span,
        spans=NAMES,
        wanted=wanted,
        board=board,
        modules=[(entry.code, entry.name(language_of(request))) for entry in catalogue],
        zones=zones,
        questions=[teller.ask(name, table) for name, table in tables.items()],
        patterns=PATTERNS,
        query=_query(span, wanted),
    )


def statistics_file(request: Request) -> Response:
    """Give one table as XLSX or CSV, or all of them as one workbook."""
    require(request, *READERS)
    desk, form = web_desk(request), _form_of(request)
    _, wanted = _read(desk, form, find_zones(desk.engine))
    name, _, kind = request.path_params["file"].rpartition(".")
    _, tables = _find(desk, wanted)
    chosen = tuple(tables.values()) if (name, kind) == (_ALL, "xlsx") else (tables.get(name),)
    if form.errors or kind not in _FORMATS or None in chosen:
        raise NotThere
    stem = f"{desk.desk.prefix}-{name}-{wanted.period.first}-{wanted.period.last}"
    wording = desk.writer.wording(language_of(request))
    (file,) = write_files([table for table in chosen if table], (kind,), stem, wording, desk.now())
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name)}"}
    return Response(file.data, media_type=file.content_type, headers=headers)


def _form_of(request: Request) -> Form:
    params = request.query_params
    return Form({name: tuple(params.getlist(name)) for name in params})


def _read(desk: WebDesk, form: Form, zones: tuple[str, ...]) -> tuple[Span, Wanted]:
    """Return what an address asks for; without a period, or with a wrong one, it is this month."""
    today = desk.now().astimezone(desk.timezone).date()
    span = read_span(form, today, _DEFAULT)
    module = form.choice("module", [entry.code for entry in desk.desk.catalogue.modules.entries])
    zone = form.choice("zone", zones)
    return span, Wanted(span.period or month_of(today), module, zone)


def _find(desk: WebDesk, wanted: Wanted) -> tuple[Board, dict[str, Table]]:
    rules = desk.desk
    with reading(desk.engine) as connection:
        board = find_board(connection, wanted, rules.calendar, desk.now())
    priorities = [entry.code for entry in rules.catalogue.priorities.entries]
    return board, board_tables(board, Known(priorities, rules.service.promises))


def _query(span: Span, wanted: Wanted) -> str:
    """Return what an address says to ask for the same figures."""
    places = {"module": wanted.module, "zone": wanted.zone}
    return urlencode({**span.values, **{name: value for name, value in places.items() if value}})


ROUTES = (get(PATH, statistics), get(f"{PATH}/{{file}}", statistics_file))
MENU = (MenuItem(PATH, "statistics.menu", READERS),)
