"""The statistics: every figure as the rows say it, in both languages, as charts, tables and files."""

from __future__ import annotations

import io
import random
import re
import xml.etree.ElementTree as ET
import zipfile
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert

from mailbot.adapters.store.engine import reading, writing
from mailbot.adapters.store.period_figures import find_period
from mailbot.adapters.store.tables import events, mails, tickets
from mailbot.adapters.store.tables_undo import deeds
from mailbot.adapters.store.web_figures import Wanted, find_board
from mailbot.domain.people import Language
from mailbot.domain.reporting.board import Known, board_tables, buckets_of
from mailbot.domain.reporting.periods import Period, financial_year_of, month_of
from mailbot.domain.reporting.worked import sum_up
from mailbot.web.charts import Piece, Row, Told, draw_bars, draw_columns, top_of
from tests.builders import ASHA, BHARAT, CHITRA, DEV, the_desk
from tests.store.plans import find_scans, noted_statements
from tests.web.clients import AGENT, START

NOVEMBER = month_of(date(2026, 11, 1))
CALENDAR = the_desk().calendar
ZONE = CALENDAR.timezone
HOUR = timedelta(hours=1)
MODULES = ("gst-return", "refund", "e-way-bill")
ZONES = ("Moradabad", "वाराणसी", "")
PRIORITIES = ("urgent", "high", "normal", "low")
QUESTIONS = ("flow", "ages", "speed", "kept", "modules", "zones", "offices", "again", "ratings", "staff")


@dataclass
class Rows:
    """Rows of tickets and of their history, written as the desk writes them: in the order of time."""

    engine: object
    count: int = 0

    def ticket(self, opened, **changes):
        """Write a ticket with the line that opened it; return its id."""
        self.count += 1
        values = {
            "number": f"TMS-2611-{self.count:05}-0", "status": "new", "requester": ASHA.email,
            "requester_name": ASHA.name, "language": "en", "request_type": "problem", "module": "refund",
            "priority": "normal", "title": "Refund order is not shown", "description": "", "employee_id": "",
            "mobile": "", "assignee": "", "source": "mail", "verified": True, "reopen_count": 0, "resolution": "",
            "related": "", "office": "Sector 2", "zone": "Moradabad", "copy_to": "", "missing": "", "parent": "",
            "merged_into": "", "waited_seconds": 0, "opened_at": opened, "changed_at": opened, "version": 1,
        }  # fmt: skip
        with writing(self.engine) as connection:
            done = connection.execute(insert(tickets).values(values | changes))
            ticket = done.inserted_primary_key[0]
        self.step(ticket, "opened", opened, 1)
        return ticket

    def step(self, ticket, kind, at, sequence, mail=None):
        """Write a line of a history."""
        row = {"ticket_id": ticket, "sequence": sequence, "at": at, "kind": kind, "actor": CHITRA.email, "text": ""}
        more = {"reason": "", "internal": False, "hash": f"{ticket:032}{sequence:032}", "mail_id": mail}
        with writing(self.engine) as connection:
            connection.execute(insert(events).values(row | more))

    def undone(self, ticket, kind, at, sequence):
        """Write a step whose command was taken back an hour later."""
        mail = {
            "mailbox": "desk/INBOX", "uidvalidity": 1, "uid": 100 * ticket + sequence, "provider_id": "", "size": 1,
            "sha256": f"{sequence:064}", "oversized": False,
            "arrived_at": at, "kept_at": at, "filed": True, "state": "done",
            "outcome": "updated", "reasons": [], "ticket": "", "attempts": 1, "due_at": at, "error": "",
        }  # fmt: skip
        with writing(self.engine) as connection:
            number = connection.execute(insert(mails).values(mail)).inserted_primary_key[0]
            deed = {"mail_id": number, "ticket_id": ticket, "actor": CHITRA.email, "words": "RESOLVED", "told": []}
            more = {"action": "resolve", "fields": {}, "timers": {}, "digest": "", "at": at, "undone_at": at + HOUR}
            connection.execute(insert(deeds).values(deed | more))
        self.step(ticket, kind, at, sequence, number)


@pytest.fixture
def rows(web):
    """Return what writes rows."""
    return Rows(web.engine)


def find(web, period=NOVEMBER, **places):
    """Return the board of a period."""
    with reading(web.engine) as connection:
        return find_board(connection, Wanted(period, **places), CALENDAR, START)


def tables_of(web, board):
    """Return the tables of a board."""
    priorities = [entry.code for entry in web.desk.catalogue.priorities.entries]
    return board_tables(board, Known(priorities, web.desk.service.promises))


def test_a_period_is_told_as_its_rows_say(web, rows):
    """What came, was resolved and came back; promises kept and missed, hours, ratings, and who did it."""
    opened = datetime(2026, 11, 9, 5, 0, tzinfo=UTC)  # a Monday, 10:30 in India
    done = {"assignee": CHITRA.email, "status": "resolved", "answer_due_at": opened + 2 * HOUR}
    quick = rows.ticket(
        opened, **done, first_answer_at=opened + HOUR, resolved_at=opened + 3 * HOUR, rating=5,
        resolve_due_at=opened + 4 * HOUR,
    )  # fmt: skip
    late = rows.ticket(
        opened, **done, first_answer_at=opened + 3 * HOUR, resolved_at=opened + 5 * HOUR, rating=2,
        resolve_due_at=opened + 4 * HOUR, waited_seconds=3600, module="gst-return",
    )  # fmt: skip
    waits = rows.ticket(opened + 30 * HOUR, zone="", answer_due_at=opened + 31 * HOUR)
    rows.step(quick, "resolved", opened + 2 * HOUR, 2)
    rows.step(quick, "reopened", opened + 2.5 * HOUR, 3)
    rows.step(quick, "resolved", opened + 3 * HOUR, 4)
    rows.step(late, "resolved", opened + 5 * HOUR, 2)
    tables = tables_of(web, find(web))
    flow = {day: tuple(figures) for day, *figures in tables["flow"].rows if any(figures)}
    assert flow == {date(2026, 11, 9): (2, 2), date(2026, 11, 10): (1, 0)}
    assert tables["kept"].rows == (("normal", 1, 2, 33.3, 1, 1, 50.0),), "one answer never came in time"
    assert tables["speed"].rows == (("normal", 2.0, 3.0, 7.0, 3.5, 4.0, 21.0),)
    assert tables["modules"].rows == (("refund", 2, 1, 1, 1, 0, 1), ("gst-return", 1, 1, 0, 0, 0, 0))
    assert [row[:2] for row in tables["zones"].rows] == [("Moradabad", 2), ("–", 1)]
    assert tables["again"].rows == (("refund", 1, 1, 100.0), ("gst-return", 1, 0, 0.0))
    assert dict(tables["ratings"].rows) == {5: 1, 4: 0, 3: 0, 2: 1, 1: 0}
    assert tables["staff"].rows == ((CHITRA.name, 2, 0),)
    assert dict(tables["ages"].rows)["age_8_15"] == 1
    assert waits


def test_what_was_taken_back_counts_in_no_figure(web, rows):
    """A resolution and a re-opening that UNDO took back never happened."""
    ticket = rows.ticket(START - 60 * HOUR)
    rows.undone(ticket, "resolved", START - 50 * HOUR, 2)
    rows.undone(ticket, "reopened", START - 40 * HOUR, 3)
    board = find(web)
    assert (board.resolved, board.reopened) == ((), ())
    rows.step(ticket, "resolved", START - 30 * HOUR, 4)
    assert sum(lot.count for lot in find(web).resolved) == 1


def test_days_and_counts_are_those_of_the_monthly_report(web, rows):
    """A random autumn: the same tickets, day by day, as the letter to the leads; filters take their part."""
    dice = random.Random(7)
    at = datetime(2026, 10, 20, tzinfo=UTC)
    for _ in range(150):
        at += timedelta(minutes=dice.randrange(10, 700))
        ticket = rows.ticket(at, module=dice.choice(MODULES), zone=dice.choice(ZONES), priority=dice.choice(PRIORITIES))
        for sequence in range(2, dice.randrange(2, 5)):
            kind = ("resolved", "reopened")[sequence % 2]
            write = rows.undone if dice.random() < 0.3 else rows.step
            write(ticket, kind, at + sequence * timedelta(minutes=dice.randrange(1, 9)), sequence + 1)
    for period in (NOVEMBER, Period(date(2026, 10, 25), date(2026, 11, 8))):
        with reading(web.engine) as connection:
            told = find_period(connection, period, ZONE)
        board = find(web, period)
        for name, moment in (("received", "opened_at"), ("resolved", "resolved_at"), ("reopened", "resolved_at")):
            wanted = sorted(
                (CALENDAR.local_day(getattr(one, moment)), one.module, one.zone) for one in getattr(told, name)
            )
            lots = getattr(board, name)
            assert sorted((lot.day, lot.module, lot.zone) for lot in lots for _ in range(lot.count)) == wanted, name
        parts = [find(web, period, module=module) for module in MODULES]
        assert sum(lot.count for part in parts for lot in part.received) == len(told.received)
        assert {lot.zone for lot in find(web, period, zone="वाराणसी").received} == {"वाराणसी"}


def test_working_hours_of_many_are_those_of_the_calendar():
    """Summed up once or walked day by day: the same hours, over nights, Sundays and second Saturdays."""
    dice, first = random.Random(3), datetime(2026, 9, 1, tzinfo=UTC)
    worked = sum_up(CALENDAR, date(2026, 9, 1), date(2026, 12, 31))
    for _ in range(400):
        start = first + timedelta(seconds=dice.randrange(80 * 86_400))
        end = start + timedelta(seconds=dice.randrange(20 * 86_400))
        assert worked.hours(start, end) == pytest.approx(CALENDAR.working_between(start, end) / HOUR)
    assert worked.hours(first, first + HOUR, 7200) == 0


def test_no_figure_walks_through_a_growing_table(web, rows):
    """Whatever is asked for: everything begins at an index, on both databases."""
    ticket = rows.ticket(START - 60 * HOUR)
    rows.step(ticket, "resolved", START - 50 * HOUR, 2)
    with noted_statements(web.engine) as noted:
        find(web)
        find(web, module="refund", zone="Moradabad")
        find(web, Period(date(2026, 11, 2), date(2026, 11, 3)))
    assert find_scans(web.engine, noted) == {}


def test_the_page_asks_its_questions_in_both_languages(rows, signed_in):
    """Each question with its answer, a chart that has a title and a description, and a table; nothing styled inline."""
    filled(rows)
    for language, question in (
        (Language.ENGLISH, "Do we resolve as many as come in?"),
        (Language.HINDI, "क्या हमारे समाधान टिकते हैं?"),
    ):
        shown = signed_in(DEV, language).get("/statistics")
        assert shown.status_code == 200
        assert question in shown.text
        assert len(shown.content) < 60_000
        assert not re.search(r"<[^>]+ style=|<style|<script(?! src)|\{[a-z]+\}", shown.text)
        charts = re.findall(r'<svg class="plot".*?</svg>', shown.text, re.DOTALL)
        assert len(charts) == len(QUESTIONS)
        for chart in charts:
            drawn = ET.fromstring(chart)
            assert drawn.find("title").text
            assert drawn.find("desc").text
            assert drawn.get("role") == "img"
        assert shown.text.count("<table") == len(QUESTIONS)


def filled(rows):
    """Write a ticket that has something for each question."""
    opened = START - 20 * 24 * HOUR
    ticket = rows.ticket(
        opened, assignee=CHITRA.email, status="in_progress", first_answer_at=opened + HOUR, rating=4,
        answer_due_at=opened + 2 * HOUR, resolve_due_at=opened + 30 * HOUR, resolved_at=opened + 20 * HOUR,
    )  # fmt: skip
    rows.step(ticket, "resolved", opened + 20 * HOUR, 2)
    rows.step(ticket, "reopened", opened + 24 * HOUR, 3)


def test_an_empty_desk_says_so(signed_in):
    """Without a ticket every question is there and says that there is nothing to count."""
    shown = signed_in(DEV, Language.ENGLISH).get("/statistics?period=last_year")
    assert shown.status_code == 200
    assert shown.text.count("There is nothing to count here in this period.") >= 8


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("period=last_month", "1 October 2026 to 31 October 2026"),
        ("period=this_week", "23 November 2026 to 24 November 2026"),
        ("period=this_quarter", "1 October 2026 to 24 November 2026"),
        ("period=this_year", "1 April 2026 to 24 November 2026"),
        ("period=own&from=2026-11-02&to=2026-11-09", "2 November 2026 to 9 November 2026"),
        ("module=refund&zone=Moradabad", "Refund"),
    ],
)
def test_figures_are_chosen_by_period_and_place(signed_in, query, words):
    """The page says which days and places it counts."""
    shown = signed_in(DEV, Language.ENGLISH).get(f"/statistics?{query}")
    assert shown.status_code == 200
    assert words in re.sub(r"<[^>]+>", "", shown.text)


def test_days_that_cannot_be_are_told_beside_their_field(signed_in):
    """The last day before the first one: the page says it, and counts this month."""
    shown = signed_in(DEV, Language.ENGLISH).get("/statistics?period=own&from=2026-11-09&to=2026-11-02")
    assert shown.status_code == 422
    assert "mistake" in shown.text


def test_every_table_is_a_file(rows, signed_in):
    """XLSX and CSV of each question, in the reader's language; one workbook has them all."""
    filled(rows)
    client = signed_in(DEV, Language.HINDI)
    for name in QUESTIONS:
        table = client.get(f"/statistics/{name}.csv")
        assert table.status_code == 200
        assert table.content.startswith("\ufeff".encode())
        assert "attachment" in table.headers["content-disposition"]
        assert zipfile.is_zipfile(io.BytesIO(client.get(f"/statistics/{name}.xlsx?period=this_year").content))
    book = zipfile.ZipFile(io.BytesIO(client.get("/statistics/all.xlsx").content))
    assert len([name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]) == len(QUESTIONS)
    assert "दर्ज" in client.get("/statistics/flow.csv").text
    for wrong in ("flow.exe", "flow", "nothing.csv", "all.csv", ".csv"):
        assert client.get(f"/statistics/{wrong}").status_code == 404


def test_only_the_it_section_reads_statistics(signed_in, stranger):
    """Staff and lead read them; for others there is no such page, and a stranger signs in first."""
    assert signed_in(CHITRA).get("/statistics").status_code == 200
    for person in (ASHA, BHARAT, AGENT):
        for path in ("/statistics", "/statistics/flow.csv"):
            assert signed_in(person).get(path).status_code == 404
    assert stranger.get("/statistics").headers["location"].startswith("/sign-in")


def test_words_of_people_never_become_marks(rows, signed_in):
    """A zone with marks of HTML in its name is text in the chart and in the table."""
    rows.ticket(START - HOUR, zone='<script>alert("z")</script>')
    rows.ticket(START - HOUR, office="Office of the Joint Commissioner (Special Investigation Branch), Range A")
    shown = signed_in(DEV).get("/statistics").text
    assert "Office of the Joint Commissioner (S…</text>" in shown, "no name is longer than a phone is wide"
    assert "Range A</th>" in shown
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert" in shown


def test_long_periods_are_told_by_weeks():
    """A year has a bar for each week from Monday, cut where the year begins and ends."""
    buckets = buckets_of(financial_year_of(date(2026, 11, 24)))
    marks = sorted(set(buckets.values()))
    assert marks[:2] == [date(2026, 4, 1), date(2026, 4, 6)]
    assert all(mark.weekday() == 0 for mark in marks[1:])
    assert len(set(buckets_of(NOVEMBER).values())) == 30


def test_charts_fit_their_figures():
    """The longest bar leaves room for its figure; the scale ends at an even round number; all zero is drawn, too."""
    told = Told("k", "Chart", "What it says")
    rows = [Row("नया & <b>", (Piece(1, 4, "4"), Piece(2, 2, "2"))), Row("none", (Piece(1, 0, "0"),))]
    widths = [float(bar) for bar in re.findall(r'width="([\d.]+)%" y', draw_bars(told, rows))]
    assert widths == [74.0, 37.0, 0.0]
    assert "नया &amp; &lt;b&gt;" in draw_bars(told, rows)
    assert [top_of([value]) for value in (0, 1, 3, 9, 21, 100, 1_234)] == [2, 2, 4, 10, 40, 100, 2_000]
    assert draw_columns(told, [Row("24 Nov", (Piece(1, 0, "0"),))], ("0", "1", "2")).count("grid-line") == 3
