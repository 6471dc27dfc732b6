"""Tables as files: what Excel and LibreOffice see, and that nothing a stranger wrote can run there."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from zipfile import ZipFile

import openpyxl
import pytest

from mailbot.adapters.sheets import write_csv, write_files, write_xlsx
from mailbot.domain.table import CellKind, Column, Table

AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
FORMULAS = (
    "=1+1",
    "+91 98390 12345",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\x07=1+1",
    "\u200b=1+1",
    " =1+1",
    "＝1+1",
    '=HYPERLINK("http://x.example","here")',
    "=cmd|' /C calc'!A0",
)
COLUMNS = (
    Column("module", CellKind.MODULE),
    Column("count", CellKind.NUMBER),
    Column("hours", CellKind.HOURS),
    Column("opened_at", CellKind.MOMENT),
    Column("day", CellKind.DAY),
    Column("title"),
)
ROWS = (
    ("refund", 5, 2.25, AT, date(2026, 11, 23), "रिफंड आदेश नहीं दिख रहा, क्‍षमा करें"),
    ("payment", 3, 0.5, AT, None, 'Challan "paid", not shown\nsecond line'),
)


class PlainWording:
    """Says every name as it is; codes are told by a word in front."""

    def title(self, name):
        """Return a title that Excel would not take as it is."""
        return f"{name}: [रिपोर्ट/सभी] a rather long title of a table"

    def column(self, name):
        """Return the name itself."""
        return name

    def value(self, cell, kind):
        """Return a code as words."""
        return f"the {cell}" if kind is CellKind.MODULE else cell

    def more(self, count):
        """Return how many are left out."""
        return f"and {count} more"


WORDING = PlainWording()


def opened(*tables):
    """Return the workbook of these tables as another program reads it."""
    return openpyxl.load_workbook(io.BytesIO(write_xlsx(tables, WORDING, AT)))


def lines(table):
    """Return the rows of a table's CSV."""
    return list(csv.reader(io.StringIO(write_csv(table, WORDING).decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_of_a_stranger_is_a_formula(text):
    """In a workbook it is stored as text; in CSV it begins with an apostrophe."""
    table = Table("list", (Column("title"),), ((text,), ("harmless",)))
    cell = opened(table).worksheets[0]["A2"]
    assert cell.data_type == "s"
    assert cell.hyperlink is None
    assert lines(table)[1][0].startswith("'")


def test_a_formula_in_the_name_of_a_column_does_not_run_either():
    """Headings come from our own words, and are treated like every other text."""
    table = Table("list", (Column("=1+1"),), (("a",),))
    assert opened(table).worksheets[0]["A1"].data_type == "s"
    assert lines(table)[0] == ["'=1+1"]


def test_cells_are_what_they_are():
    """Numbers, days and moments can be calculated with; codes are words, Hindi stays Hindi, and nothing stays empty."""
    sheet = opened(Table("list", COLUMNS, ROWS)).worksheets[0]
    first, second = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert first == ["the refund", 5, 2.25, AT.replace(tzinfo=None), datetime(2026, 11, 23), ROWS[0][-1]]  # noqa: DTZ001
    assert second[4] is None
    assert (sheet["D2"].number_format, sheet["E2"].number_format) == ("dd.mm.yyyy hh:mm", "dd.mm.yyyy")


def test_the_header_stays_and_filters_are_offered():
    """The first row is frozen, every column has a filter, and is wide enough for its words."""
    sheet = opened(Table("list", COLUMNS, ROWS)).worksheets[0]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:F3")
    assert sheet.column_dimensions["F"].width > sheet.column_dimensions["B"].width


def test_a_chart_draws_the_columns_of_numbers():
    """A table that asks for one gets a native chart over its first column; another gets none."""
    with_chart, without = opened(Table("list", COLUMNS, ROWS, chart=True), Table("list", COLUMNS, ROWS)).worksheets
    (chart,) = with_chart._charts
    assert len(chart.series) == 2
    assert chart.series[0].cat.strRef.f.endswith("$A$2:$A$3")
    assert without._charts == []


def test_sheets_have_names_that_excel_takes():
    """At most 31 characters, none of Excel's own marks, and no name twice."""
    names = opened(Table("list", COLUMNS, ROWS), Table("list", COLUMNS, ROWS)).sheetnames
    assert len(set(names)) == 2
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in names)


def test_csv_is_what_excel_and_rfc_4180_expect():
    """A byte order mark, CRLF, quoted text, one line break inside a cell, and as many cells in each line."""
    table = Table("list", COLUMNS, ROWS, total=9)
    raw = write_csv(table, WORDING)
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.endswith(b"\r\n")
    rows = lines(table)
    assert {len(row) for row in rows} == {6}
    assert rows[1] == ["the refund", "5", "2.25", "2026-11-23 09:30", "2026-11-23", ROWS[0][-1]]
    assert rows[2][-1] == ROWS[1][-1]
    assert rows[3][0] == "and 7 more"


def test_the_same_table_gives_the_same_bytes():
    """A letter that is written again has the same attachments; with many rows as with few."""
    many = Table("list", (Column("title"), Column("count", CellKind.NUMBER)), tuple(("x", n) for n in range(5_500)))
    for table in (Table("list", COLUMNS, ROWS, chart=True), many):
        assert write_xlsx([table], WORDING, AT) == write_xlsx([table], WORDING, AT)


def test_buttons_stay_in_letters():
    """A column of buttons has no place in a file."""
    table = Table("list", (Column("number", CellKind.TICKET), Column("step", CellKind.BUTTON)), (("TMS-1", "cancel"),))
    assert lines(table) == [["number"], ["TMS-1"]]
    assert opened(table).worksheets[0].max_column == 1


def test_files_have_the_names_that_are_asked_for():
    """One workbook holds all tables; CSV holds one table in each file."""
    tables = [Table("list", COLUMNS, ROWS), Table("by_zone", COLUMNS, ROWS)]
    files = write_files(tables, ("xlsx", "csv"), "TMS-report-2026-10", WORDING, AT)
    assert [file.name for file in files] == [
        "TMS-report-2026-10.xlsx", "TMS-report-2026-10-list.csv", "TMS-report-2026-10-by-zone.csv",
    ]  # fmt: skip
    assert [file.name for file in write_files(tables[:1], ("csv",), "one", WORDING, AT)] == ["one.csv"]
    assert write_files(tables, (), "none", WORDING, AT) == ()
    assert len([name for name in ZipFile(io.BytesIO(files[0].data)).namelist() if "worksheets/sheet" in name]) == 2


def test_a_very_long_text_is_cut_and_not_lost():
    """Excel takes 32,767 characters in a cell; more than that would leave it empty."""
    table = Table("list", (Column("title"),), (("क" * 40_000,),))
    assert len(opened(table).worksheets[0]["A2"].value) == 32_000
