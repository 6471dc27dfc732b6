"""`mailbot report`: the figures of a period on the screen and as files."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest

from mailbot.cli.reporting import read_period
from mailbot.domain.reporting.periods import Period
from tests.store.desk_work import open_one


@pytest.fixture
def one_ticket(folder):
    """Let one ticket be opened on 23 November 2026."""
    store = folder.store()
    open_one(store)
    store.engine.dispose()


def november(mailbot, *more):
    """Ask for November 2026."""
    return mailbot("report", "--from", "2026-11-01", "--to", "2026-11-30", *more)


@pytest.mark.usefixtures("one_ticket")
def test_the_figures_of_a_month_on_the_screen(mailbot):
    """The module of the ticket, the whole beside the month before, and each day."""
    done = november(mailbot)
    assert done.code == 0
    assert "Return Filing" in done.out
    assert "2026-11-23" in done.out


@pytest.mark.filterwarnings("ignore:.*extension is not supported")  # openpyxl knows no data bars
@pytest.mark.usefixtures("one_ticket")
def test_the_figures_as_files(mailbot, tmp_path):
    """CSV goes to the screen or a file; a workbook has a sheet for each table, in Hindi if that is asked for."""
    assert november(mailbot, "--by", "zone", "--format", "csv").out.startswith('"Zone"')
    file = tmp_path / "november.xlsx"
    assert november(mailbot, "--format", "xlsx", "--language", "hi", "--output", str(file)).code == 0
    book = openpyxl.load_workbook(io.BytesIO(file.read_bytes()))
    assert len(book.sheetnames) == 3
    assert "रिटर्न फाइलिंग" in {cell.value for row in book.worksheets[0] for cell in row}


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (None, None, ((2026, 11, 1), (2026, 11, 24))),
        ("1.11.2026", None, ((2026, 11, 1), (2026, 11, 24))),
        ("1 Nov", "5 नवंबर", ((2026, 11, 1), (2026, 11, 5))),
        ("2026-10-05", "31/10/2026", ((2026, 10, 5), (2026, 10, 31))),
        ("October", None, ((2026, 10, 1), (2026, 10, 31))),
        (None, "October", ((2026, 10, 1), (2026, 10, 31))),
        ("September", "October", ((2026, 9, 1), (2026, 10, 31))),
        ("last month", None, ((2026, 10, 1), (2026, 10, 31))),
        ("पिछले महीने", "आज", ((2026, 10, 1), (2026, 11, 24))),
        ("अक्टूबर", "५ नवंबर", ((2026, 10, 1), (2026, 11, 5))),
        ("Nov", None, ((2026, 11, 1), (2026, 11, 24))),
        ("3 November 2026", "3 November 2026", ((2026, 11, 3), (2026, 11, 3))),
    ],
)
def test_days_and_months_are_written_as_in_mails(first, last, expected):
    """A month as the first day begins it, as the last day ends it, and alone is meant whole."""
    begin, end = expected
    assert read_period(first, last, date(2026, 11, 24)) == Period(date(*begin), date(*end))


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--from", "32.10.2026"), 2, "31.10.2026, 31 Oct, 31 अक्टूबर, October"),
        (("--from", "Octember"), 2, "last month, पिछले महीने"),
        (("--to", ""), 2, "is no day and no month"),
        (("--from", "2026-11-30", "--to", "2026-11-01"), 1, "the first day comes first"),
        (("--format", "xlsx"), 1, "name a file with --output"),
    ],
)
@pytest.mark.usefixtures("one_ticket")
def test_what_cannot_be_reported_is_answered_with_what_can(mailbot, arguments, code, said):
    """A wrong day, a period that runs backwards and a workbook for the screen each get a sentence."""
    done = mailbot("report", *arguments)
    assert done.code == code
    assert said in done.err
