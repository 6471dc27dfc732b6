"""Reports: days and months, medians, and the tables that letters and files show."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from mailbot.demo.samples.figures import MORNING, ZONE, make_counts, make_digest, make_listed, make_month, make_news
from mailbot.domain.letter import LetterKind
from mailbot.domain.reporting.bulletin import Occasion, ReportRules, leads, readers
from mailbot.domain.reporting.counting import middle, ninetieth, per_cent
from mailbot.domain.reporting.digest import write_digest
from mailbot.domain.reporting.figures import AGES, Course, DigestFigures, OpenCount, PeriodFigures
from mailbot.domain.reporting.hourly import write_hourly
from mailbot.domain.reporting.monthly import write_monthly
from mailbot.domain.reporting.pendency import pendency_tables, write_pendency
from mailbot.domain.reporting.periods import Period, month_before, month_of, period_before
from mailbot.domain.reporting.summary import By, by_table, flow_table, measures_table, summarize
from tests.builders import CHITRA, DEV, the_desk

DAY = timedelta(days=1)


def occasion(**changes):
    """Return a Monday morning of the desk in Lucknow, for Chitra and Dev, who leads."""
    return Occasion(**({"now": MORNING, "desk": the_desk(), "staff": (CHITRA, DEV)} | changes))


def table_of(bulletin, name):
    """Return a table of the first letter."""
    return next(table for table in bulletin.letters[0].tables if table.name == name)


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        (date(2026, 11, 24), date(2026, 11, 1), date(2026, 11, 30)),
        (date(2026, 12, 31), date(2026, 12, 1), date(2026, 12, 31)),
        (date(2028, 2, 10), date(2028, 2, 1), date(2028, 2, 29)),
    ],
)
def test_a_month_is_whole(day, first, last):
    """Short months, long months and leap years have all their days."""
    assert month_of(day) == Period(first, last)


def test_what_a_period_is_compared_with():
    """A whole month with the month before, across the new year too; anything else with as many days before it."""
    assert period_before(month_of(date(2027, 1, 5))) == Period(date(2026, 12, 1), date(2026, 12, 31))
    assert period_before(Period(date(2026, 10, 5), date(2026, 10, 11))) == Period(date(2026, 9, 28), date(2026, 10, 4))
    assert month_before(date(2026, 3, 31)) == Period(date(2026, 2, 1), date(2026, 2, 28))


def test_a_period_begins_and_ends_at_midnight_of_the_desk():
    """A ticket of 00:10 on the first in Lucknow belongs to the new month, though UTC still has the old one."""
    october = month_of(date(2026, 10, 1))
    assert october.begin(ZONE).isoformat() == "2026-10-01T00:00:00+05:30"
    assert october.end(ZONE).isoformat() == "2026-11-01T00:00:00+05:30"
    assert len(october.days) == 31


@pytest.mark.parametrize(
    ("numbers", "median", "ninety"),
    [([], None, None), ([4.0], 4.0, 4.0), ([1, 3], 2.0, 3), ([1, 2, 3, 4, 5, 6, 7, 8, 9, 400], 5.5, 9)],
)
def test_medians_are_not_moved_by_one_ticket_that_lay_for_a_year(numbers, median, ninety):
    """The middle and the ninetieth are what officers met; nothing has neither."""
    assert (middle(numbers), ninetieth(numbers)) == (median, ninety)


def test_the_time_to_a_solution_leaves_out_what_was_spent_waiting():
    """Of five hours from half past nine on four and a half are worked; a wait that is longer than all leaves none."""
    course = Course("e-payment", "Agra", "Chitra", MORNING, resolved_at=MORNING + timedelta(hours=5))
    worked = [replace(course, waited_seconds=hours * 3600) for hours in (0, 3, 900)]
    figures = [PeriodFigures(month_of(MORNING.date()), resolved=(one,)) for one in worked]
    assert [summarize(one, the_desk().calendar).resolve_hours for one in figures] == [4.5, 1.5, 0.0]


def test_a_share_of_nothing_is_nothing():
    """A month without tickets has no rate, and nobody divides by zero."""
    assert per_cent(0, 0) is None
    assert per_cent(3, 8) == 37.5


def test_the_digest_goes_once_to_everybody_of_the_section():
    """Each person has one letter, with a key that names the day."""
    letters = write_digest(make_digest(), occasion()).letters
    assert [(letter.to, letter.kind, letter.key) for letter in letters] == [
        (CHITRA.email, LetterKind.DIGEST, "digest 2026-11-23"),
        (DEV.email, LetterKind.DIGEST, "digest 2026-11-23"),
    ]


def test_an_empty_digest_is_not_written_unless_it_is_wanted():
    """Nothing to tell is no letter; with the setting it is a short one."""
    nothing = DigestFigures(since=MORNING - DAY, states={"done": 4}, outcomes={"updated": 4}, open_count=9)
    assert write_digest(nothing, occasion()).letters == ()
    told = write_digest(nothing, occasion(rules=ReportRules(tells_nothing=True))).letters
    assert dict(told[0].values)["empty"] == "yes"


@pytest.mark.parametrize("name", ["new", "due_today", "overdue", "reopened", "unassigned"])
def test_every_list_of_a_digest_is_cut_in_the_letter_and_whole_in_the_file(name):
    """Thirty lines: a letter shows twenty and counts the rest, and the spreadsheet that has all is attached."""
    bulletin = write_digest(replace(make_digest(), **{name: make_listed(*range(30))}), occasion())
    table = table_of(bulletin, name)
    assert (len(table.rows), table.shown, table.total, table.is_cut) == (30, 20, 30, True)
    assert bulletin.letters[0].formats == ("xlsx",)
    assert dict(bulletin.letters[0].values)[name] == "30"


def test_a_short_digest_has_no_attachment():
    """What stands in the letter need not be attached."""
    assert write_digest(make_digest(), occasion()).letters[0].formats == ()


def test_a_sum_that_is_wrong_is_said():
    """A mail without an end is an alarm; a sum that agrees is not spoken of."""
    for balanced, said in ((True, ""), (False, "yes")):
        letter = write_digest(replace(make_digest(), is_balanced=balanced), occasion()).letters[0]
        assert dict(letter.values)["unbalanced"] == said
    assert dict(letter.values)["mails_received"] == "43"


def test_nobody_who_is_away_or_wants_none_gets_a_regular_letter():
    """Absence and an own choice count; who came back yesterday is there again."""
    away, back = (replace(CHITRA, away_until=MORNING + days * DAY) for days in (3, -1))
    off = replace(DEV, notify={"digest": "off"})
    assert readers((away, DEV), LetterKind.DIGEST, MORNING) == (DEV,)
    assert readers((back, off), LetterKind.DIGEST, MORNING) == (back,)


def test_a_section_without_a_lead_is_led_by_all():
    """The pendency sheet never goes to nobody."""
    assert leads((CHITRA, DEV)) == (DEV,)
    assert leads((CHITRA,)) == (CHITRA,)


def test_the_ages_of_the_pendency_sheet_add_up():
    """Every open ticket stands in one class of age, one zone, one module and one office."""
    counts = make_counts()
    open_ = sum(count.open for count in counts)
    for table in pendency_tables(counts, 20):
        place = [column.name for column in table.columns].index("open")
        assert sum(row[place] for row in table.rows) == open_, table.name
    letter = write_pendency(counts, occasion()).letters[0]
    assert dict(letter.values)["open"] == str(open_)
    assert (letter.to, letter.formats) == (DEV.email, ("xlsx",))


def test_the_longest_queue_comes_first_and_a_ticket_from_nowhere_is_kept():
    """A ticket of a stranger has no zone: it is shown under a dash, last."""
    zones = pendency_tables(make_counts(), 20)[1]
    sizes = [row[1] for row in zones.rows]
    assert sizes == sorted(sizes, reverse=True)
    assert zones.rows[-1][0] == "–"


def test_one_ticket_of_each_age_stands_in_each_class():
    """The columns are those of AGES in their order; what is above 15 days is called old."""
    count = OpenCount("Agra", "Sector 1, Agra", "payment", (1,) * len(AGES))
    ages, zones, *_ = pendency_tables((count,), 20)
    assert list(ages.rows) == [(key, 1) for _, _, key in AGES]
    assert zones.rows[0] == ("Agra", 6, 1, 1, 1, 1, 1, 1, 2, 0, 0)


def test_nothing_open_is_a_short_letter_without_a_file():
    """A lead who reads that nothing is open need not open a spreadsheet."""
    letter = write_pendency((), occasion()).letters[0]
    assert letter.formats == ()
    assert all(not table.rows for table in letter.tables)


def test_the_month_adds_up_by_day_and_by_everything_else():
    """What came and what was resolved is the same number in every table."""
    month, calendar = make_month(), the_desk().calendar
    flow = flow_table(month, calendar)
    assert len(flow.rows) == 31
    assert sum(row[1] for row in flow.rows) == len(month.received)
    assert sum(row[2] for row in flow.rows) == len(month.resolved)
    for by in By:
        table = by_table(month, by, calendar)
        assert sum(row[1] for row in table.rows) == len(month.received), by
        assert sum(row[2] for row in table.rows) == len(month.resolved), by
        assert len(table.columns) == len(table.rows[0])


def test_a_month_stands_beside_the_month_before():
    """Each figure has both numbers, in the order of the columns of the other tables."""
    now, before = (summarize(month, the_desk().calendar) for month in (make_month(), make_month(date(2026, 9, 1), 6)))
    rows = measures_table(now, before).rows
    assert rows[0] == ("received", now.received, before.received)
    assert {row[0] for row in rows} >= {"answer_hours", "resolve_hours_90", "reopened_share", "rating"}


def test_an_empty_month_has_no_figures_and_no_error():
    """The first month of a desk has no month before it."""
    empty = PeriodFigures(month_of(date(2026, 9, 1)))
    letter = write_monthly(make_month(), empty, occasion()).letters[0]
    assert letter.key == "monthly 2026-10"
    summary = summarize(empty, the_desk().calendar)
    assert (summary.received, summary.answer_hours, summary.reopened_share, summary.rating) == (0, None, None, None)


def test_news_of_an_hour_are_one_letter_and_all_of_them_are_told():
    """Three pieces of news make one letter; their ids are told, so that they are not told again."""
    news = make_news()
    bulletin = write_hourly({CHITRA.email: news}, occasion())
    (letter,) = bulletin.letters
    assert (letter.to, letter.kind) == (CHITRA.email, LetterKind.HOURLY)
    assert [row[2] for row in table_of(bulletin, "news").rows] == ["news_new_ticket", "news_comment", "news_reopened"]
    assert bulletin.told == tuple(one.id for one in news)


def test_news_for_somebody_who_left_are_dropped():
    """They were news only; the tickets hold everything."""
    bulletin = write_hourly({"gone@tax.up.example": make_news()}, occasion())
    assert (bulletin.letters, len(bulletin.told)) == ((), 3)


def test_two_hours_never_share_a_letter():
    """The key names the last piece of news, so the next hour is another letter."""
    news = make_news()
    keys = {write_hourly({CHITRA.email: part}, occasion()).letters[0].key for part in (news[:1], news[1:])}
    assert len(keys) == 2


def test_a_kind_of_news_without_a_name_is_still_told():
    """News of a kind that is new to this table are called news."""
    odd = replace(make_news()[0], kind="something_new")
    bulletin = write_hourly({CHITRA.email: (odd,)}, occasion())
    assert table_of(bulletin, "news").rows[0][2] == "news_other"
