"""Report of resolved tickets: the same rows on the screen and in both files, of the own tickets alone."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from openpyxl import load_workbook

from mailbot.domain.people import Language
from mailbot.domain.reporting.periods import (
    Period,
    financial_year_of,
    quarter_before,
    quarter_of,
    year_before,
)
from mailbot.domain.verbs import Verb
from mailbot.web.forms import Form
from mailbot.web.spans import read_span
from tests.builders import ASHA, BHARAT, CHITRA
from tests.web.officer_work import TITLE, do
from tests.web.staff_work import open_ticket

FORMULA = '=HYPERLINK("http://evil.example";"GSTR-3B")'


@pytest.fixture
def resolved(web, clock):
    """Let three tickets of Asha's be resolved, one of Bharat's, and leave one open; return Asha's."""
    numbers = [open_ticket(web, title) for title in (TITLE, FORMULA, "Challan not shown")]
    numbers.append(open_ticket(web, "Nobody else's business", BHARAT))
    open_ticket(web, "Still open")
    clock.move(hours=2)
    for number in numbers:
        do(web, CHITRA, number, Verb.RESOLVE, "Done.")
    do(web, ASHA, numbers[0], Verb.RATE, "", argument="5")
    return numbers[:3]


@pytest.mark.parametrize("language", Language)
def test_the_screen_shows_what_was_resolved(signed_in, resolved, language):
    """What, when, how long, by whom; sums above, in the reader's language; nobody else's tickets."""
    page = signed_in(ASHA, language).get("/resolved").text
    for number in resolved:
        assert f'href="/tickets/{number}"' in page
    assert {"en": "1 November 2026 to 24 November 2026", "hi": "1 नवंबर 2026 से 24 नवंबर 2026 तक"}[language] in page
    name = {"en": "Tickets resolved", "hi": "समाधान हुए टिकट"}[language]
    assert f'<span class="tile-figure">3</span> <span class="tile-name">{name}</span>' in page
    assert CHITRA.name in page
    assert "Still open" not in page
    assert "Nobody else" not in page


@pytest.mark.parametrize("language", Language)
def test_the_workbook_holds_the_same_rows(web, signed_in, resolved, language):
    """Excel reads it, with the reader's words as headings; a title that looks like a formula is a text."""
    answer = signed_in(ASHA, language).get("/resolved.xlsx?period=this_month")
    assert answer.headers["content-type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert answer.headers["content-disposition"] == 'attachment; filename="TMS-resolved-2026-11-01-2026-11-24.xlsx"'
    sheet = load_workbook(io.BytesIO(answer.content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][0] == web.templates.mail_word("column", "number", language)
    assert sorted(row[0] for row in rows[1:]) == sorted(resolved)
    assert {row[1] for row in rows[1:]} == {TITLE, FORMULA, "Challan not shown"}
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_the_text_file_opens_in_excel_and_runs_nothing(signed_in, resolved):
    """It begins with the mark that tells Excel its letters, and no cell begins like a formula."""
    answer = signed_in(ASHA).get("/resolved.csv")
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 1 + len(resolved)
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert f"'{FORMULA}" in {row[1] for row in rows}


def test_the_period_decides(signed_in, resolved, clock):
    """A month later they are those of the last month; a period without any says so and offers no file."""
    clock.move(days=20)
    asha = signed_in(ASHA)
    assert "Nothing was resolved in this period" in asha.get("/resolved").text
    assert "/resolved.xlsx" not in asha.get("/resolved").text
    for query in (
        "period=last_month",
        "period=this_quarter",
        "period=this_year",
        "period=own&from=2026-11-24&to=2026-11-24",
    ):
        page = asha.get(f"/resolved?{query}").text
        assert all(number in page for number in resolved), query
        assert "/resolved.csv?period=" in page
    for query in ("period=last_quarter", "period=last_year", "period=own&to=2026-11-23"):
        assert resolved[0] not in asha.get(f"/resolved?{query}").text


def test_a_period_that_makes_no_sense_is_told_beside_its_field(signed_in):
    """And there is no file of it."""
    asha = signed_in(ASHA)
    turned = "period=own&from=2026-11-30&to=2026-11-01"
    page = asha.get(f"/resolved?{turned}")
    assert (page.status_code, 'id="to-mistake"' in page.text) == (422, True)
    for query in (turned, "period=x", "period=own"):
        assert asha.get(f"/resolved.xlsx?{query}").status_code == 404
    for name in ("pdf", "", "xlsx.exe"):
        assert asha.get(f"/resolved.{name}").status_code == 404


def test_the_it_section_sees_what_it_resolved(signed_in, resolved):
    """As in the report by mail: the work of whoever looks."""
    page = signed_in(CHITRA).get("/resolved").text
    assert all(number in page for number in resolved)


def test_quarters_and_years_are_those_of_the_government():
    """A financial year runs from April to March, and its quarters are those of the calendar."""
    january, march, april = date(2027, 1, 1), date(2027, 3, 31), date(2027, 4, 1)
    assert financial_year_of(january) == financial_year_of(march) == Period(date(2026, 4, 1), march)
    assert financial_year_of(april) == Period(april, date(2028, 3, 31))
    assert year_before(april) == financial_year_of(march)
    assert quarter_of(date(2026, 11, 24)) == Period(date(2026, 10, 1), date(2026, 12, 31))
    assert quarter_of(date(2028, 2, 29)) == Period(date(2028, 1, 1), date(2028, 3, 31))
    assert quarter_before(january) == Period(date(2026, 10, 1), date(2026, 12, 31))


def test_a_running_period_ends_today():
    """What is still to come is not promised by the heading."""
    today = date(2026, 11, 24)
    spans = {
        name: read_span(Form({"period": (name,)}), today).period for name in ("this_month", "this_year", "last_month")
    }
    assert spans == {
        "this_month": Period(date(2026, 11, 1), today),
        "this_year": Period(date(2026, 4, 1), today),
        "last_month": Period(date(2026, 10, 1), date(2026, 10, 31)),
    }
    assert read_span(Form({"period": ("own",), "from": ("2026-12-24",)}), today).period == Period(today, today)
