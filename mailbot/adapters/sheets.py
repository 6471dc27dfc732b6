"""Tables as files: an Excel workbook with a sheet for each table, and CSV.

Strangers wrote some of the words, and a spreadsheet program runs a cell that looks like a formula. In a workbook every
text is stored as text. CSV has no such mark, so a text that begins like a formula gets an apostrophe in front.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import xlsxwriter

from mailbot.domain.columns import columns as width_of
from mailbot.domain.table import Cell, CellKind
from mailbot.domain.text import clean_text, cut_at_grapheme
from mailbot.domain.wording import SheetFile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mailbot.domain.table import Table
    from mailbot.domain.wording import Wording

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV_TYPE = "text/csv"
NUMBERS = frozenset({CellKind.NUMBER, CellKind.HOURS, CellKind.SHARE})

# What Excel, LibreOffice and others take as the beginning of a formula; the wide forms count in some languages.
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t")
_LONGEST_TEXT = 32_000  # Excel takes 32,767 characters in a cell
_MOST_ROWS = 1_000_000  # Excel takes 1,048,576 rows
_MANY_ROWS = 5_000  # from here on rows go through a temporary file and not through memory
_LONGEST_NAME = 31
_NAME_MARKS = re.compile(r"[\[\]:*?/\\']")
_NARROWEST, _WIDEST = 9, 60
_MEASURED_ROWS = 1_000
_FEW_BARS = 8
_FORMATS = {
    CellKind.DAY: "dd.mm.yyyy",
    CellKind.MOMENT: "dd.mm.yyyy hh:mm",
    CellKind.HOURS: "0.0",
    CellKind.AGE: "0.0",
    CellKind.NUMBER: "General",
    CellKind.SHARE: "General",
}
_WIDTHS = {CellKind.DAY: 12, CellKind.MOMENT: 18}
_BLUE, _PALE = "#17457a", "#8fb0d4"


def write_files(
    tables: Sequence[Table], formats: Sequence[str], stem: str, wording: Wording, at: datetime
) -> tuple[SheetFile, ...]:
    """Return one XLSX with a sheet for each table, one CSV for each table, as `formats` asks for."""
    files: list[SheetFile] = []
    if "xlsx" in formats:
        files.append(SheetFile(f"{stem}.xlsx", XLSX_TYPE, write_xlsx(tables, wording, at)))
    if "csv" in formats:
        names = [stem] if len(tables) == 1 else [f"{stem}-{table.name.replace('_', '-')}" for table in tables]
        files += [
            SheetFile(f"{name}.csv", CSV_TYPE, write_csv(table, wording))
            for name, table in zip(names, tables, strict=True)
        ]
    return tuple(files)


def write_csv(table: Table, wording: Wording) -> bytes:
    """Return a table as CSV (RFC 4180) in UTF-8 with a byte order mark, without which Excel misreads Hindi."""
    table = _without_buttons(table)
    kinds = [column.kind for column in table.columns]
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow([_harmless(wording.column(column.name)) for column in table.columns])
    for row in table.rows:
        writer.writerow([_csv_cell(wording.value(cell, kind)) for cell, kind in zip(row, kinds, strict=True)])
    if left_out := _left_out(table, len(table.rows)):
        writer.writerow([_harmless(wording.more(left_out)), *[""] * (len(kinds) - 1)])
    return out.getvalue().encode("utf-8-sig")


def write_xlsx(tables: Sequence[Table], wording: Wording, at: datetime) -> bytes:
    """Return a workbook with a sheet for each table; `at` is when it says it was made."""
    out = io.BytesIO()
    many = sum(len(table.rows) for table in tables) > _MANY_ROWS
    book = xlsxwriter.Workbook(out, {"constant_memory": many, "in_memory": not many, "remove_timezone": True})
    book.set_properties({"created": at.astimezone(UTC).replace(tzinfo=None), "author": "", "comments": ""})
    formats = {kind: book.add_format({"num_format": form, "valign": "top"}) for kind, form in _FORMATS.items()}
    text = book.add_format({"valign": "top", "text_wrap": True})
    header = book.add_format({"bold": True, "font_color": "#ffffff", "bg_color": _BLUE, "text_wrap": True})
    used: set[str] = set()
    for table in map(_without_buttons, tables):
        sheet = book.add_worksheet(_sheet_name(wording.title(table.name), used))
        _fill(sheet, table, wording, (header, text, formats))
        if table.chart and table.rows:
            _draw(book, sheet, table, wording)
    book.close()
    return out.getvalue()


def _fill(sheet: Any, table: Table, wording: Wording, formats: tuple[Any, Any, dict[CellKind, Any]]) -> None:
    header, text, by_kind = formats
    rows = table.rows[:_MOST_ROWS]
    _set_up_page(sheet, table, wording)
    for position, column in enumerate(table.columns):
        sheet.write_string(0, position, clean_text(wording.column(column.name)), header)
    for number, row in enumerate(rows, 1):
        for position, (cell, column) in enumerate(zip(row, table.columns, strict=True)):
            value = wording.value(cell, column.kind)
            _write(sheet, (number, position), value, by_kind.get(column.kind, text), text)
    if left_out := _left_out(table, len(rows)):
        sheet.write_string(len(rows) + 2, 0, wording.more(left_out))
    for position, column in enumerate(table.columns):
        if column.kind is CellKind.SHARE and rows:
            bar = {"type": "data_bar", "bar_color": _PALE, "bar_solid": True, "min_type": "num", "min_value": 0}
            sheet.conditional_format(1, position, len(rows), position, bar)


def _set_up_page(sheet: Any, table: Table, wording: Wording) -> None:
    """Freeze the header, offer filters, make columns as wide as their words, and print on A4 across."""
    sheet.freeze_panes(1, 0)
    if table.rows:
        sheet.autofilter(0, 0, min(len(table.rows), _MOST_ROWS), len(table.columns) - 1)
    for position, column in enumerate(table.columns):
        words = (wording.value(row[position], column.kind) for row in table.rows[:_MEASURED_ROWS])
        longest = max((width_of(str(word)) for word in words if word is not None), default=0)
        needed = max(_WIDTHS.get(column.kind, longest), width_of(wording.column(column.name)) + 3)
        sheet.set_column(position, position, min(max(needed + 2, _NARROWEST), _WIDEST))
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _write(sheet: Any, place: tuple[int, int], value: Cell, form: Any, text: Any) -> None:
    """Write a cell as what it is; nothing a person wrote is ever written as a formula or a link."""
    if value is None or value == "":
        return
    if isinstance(value, datetime):
        sheet.write_datetime(*place, value.replace(tzinfo=None), form)
    elif isinstance(value, date):
        sheet.write_datetime(*place, datetime(value.year, value.month, value.day), form)  # noqa: DTZ001 - cells have no zone
    elif isinstance(value, int | float):
        sheet.write_number(*place, value, form)
    else:
        sheet.write_string(*place, _text(value), text)


def _draw(book: Any, sheet: Any, table: Table, wording: Wording) -> None:
    """Draw the columns of numbers over the first column, beside the table: upright while they are few, else lying.

    Where some columns are shown as bars only those are drawn: hours and tickets have no scale in common.
    """
    last = min(len(table.rows), _MOST_ROWS)
    is_upright = table.columns[0].kind is CellKind.DAY or last <= _FEW_BARS
    chart = book.add_chart({"type": "column" if is_upright else "bar"})
    name = sheet.get_name()
    bars = {column.kind for column in table.columns} & {CellKind.SHARE}
    for position, column in enumerate(table.columns):
        if column.kind in (bars or NUMBERS):
            chart.add_series({
                "name": [name, 0, position],
                "categories": [name, 1, 0, last, 0],
                "values": [name, 1, position, last, position],
            })  # fmt: skip
    chart.set_title({"name": clean_text(wording.title(table.name)), "overlay": False})
    chart.set_legend({"position": "bottom"})
    if not is_upright:
        chart.set_y_axis({"reverse": True})
    chart.set_size({"width": 640, "height": 360 if is_upright else 160 + 24 * min(last, 40)})
    sheet.insert_chart(1, len(table.columns) + 1, chart)


def _without_buttons(table: Table) -> Table:
    """Return a table without the columns that only a letter can show."""
    places = [place for place, column in enumerate(table.columns) if column.kind is not CellKind.BUTTON]
    columns = tuple(table.columns[place] for place in places)
    return replace(table, columns=columns, rows=tuple(tuple(row[place] for place in places) for row in table.rows))


def _csv_cell(value: Cell) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, int | float) else _harmless(value)


def _harmless(text: str) -> str:
    """Return a text that no spreadsheet program runs."""
    clean = _text(text)
    return f"'{clean}" if clean.startswith(_FORMULA) else clean


def _text(text: str) -> str:
    return cut_at_grapheme(clean_text(text).strip(), _LONGEST_TEXT)


def _left_out(table: Table, written: int) -> int:
    return max((table.total or len(table.rows)) - written, 0)


def _sheet_name(title: str, used: set[str]) -> str:
    """Return a name that Excel takes: 31 characters, without its own marks, and no name twice."""
    base = cut_at_grapheme(_NAME_MARKS.sub(" ", clean_text(title)).strip(), _LONGEST_NAME) or "1"
    name, count = base, 2
    while name.casefold() in used:
        ending = f" {count}"
        name, count = cut_at_grapheme(base, _LONGEST_NAME - len(ending)) + ending, count + 1
    used.add(name.casefold())
    return name
