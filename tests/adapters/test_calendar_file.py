"""Files with holidays: what they say is believed whole, and what they should not say is refused with its line."""

from __future__ import annotations

from datetime import date

import pytest

from mailbot.adapters.calendar_file import parse_ical, parse_toml, read_office_days
from mailbot.domain.errors import SettingsError
from mailbot.domain.people import Language

TOML = """\
# Gazetted holidays of 2026
[[holidays]]
date = 2026-01-26
en = "Republic Day"
hi = "गणतंत्र दिवस"

[[holidays]]
date = "2026-11-24"
en = "Guru Nanak Jayanti"
hi = "गुरु नानक जयंती"

[[working_days]]
date = 2026-03-28
en = "Year-end work"
hi = "वर्षांत कार्य"
"""

ICAL = """\
BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//Department//Holidays//EN\r
BEGIN:VEVENT\r
UID:1@tax.example\r
DTSTART;VALUE=DATE:20261024\r
DTEND;VALUE=DATE:20261027\r
SUMMARY:Dussehra\\, Vijaya\r
  Dashami\r
END:VEVENT\r
BEGIN:VEVENT\r
DTSTART;VALUE=DATE:20240126\r
RRULE:FREQ=YEARLY\r
SUMMARY;LANGUAGE=hi:गणतंत्र दिवस\r
END:VEVENT\r
BEGIN:VEVENT\r
DTSTART;VALUE=DATE:20261225\r
STATUS:CANCELLED\r
SUMMARY:Not this year\r
END:VEVENT\r
END:VCALENDAR\r
"""


def ical(*lines):
    """Return a calendar with one event; its first own line is the third of the file."""
    return "\n".join(("BEGIN:VCALENDAR", "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR"))


def days(text):
    """Return the days of a calendar."""
    return [named.day for named in parse_ical(text, "x.ics").holidays]


def test_a_list_in_toml():
    """Holidays and special working days with their names; a date may stand in quotes."""
    found = parse_toml(TOML, "holidays.toml")
    assert [named.day for named in found.holidays] == [date(2026, 1, 26), date(2026, 11, 24)]
    assert found.holidays[0].name(Language.HINDI) == "गणतंत्र दिवस"
    assert [(named.day, named.en) for named in found.special] == [(date(2026, 3, 28), "Year-end work")]


def test_a_calendar_of_another_program():
    """Three days of Dussehra (the end is not part of them), one holiday of every year, none that was cancelled."""
    found = parse_ical(ICAL, "holidays.ics").holidays
    assert [(named.day, named.en) for named in found[:3]] == [
        (date(2026, 10, day), "Dussehra, Vijaya Dashami") for day in (24, 25, 26)
    ]
    yearly = [named.day for named in found[3:]]
    assert yearly[:3] == [date(2024, 1, 26), date(2025, 1, 26), date(2026, 1, 26)]
    assert date(2026, 12, 25) not in {named.day for named in found}


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("DTSTART:20260126",), [date(2026, 1, 26)]),
        (("DTSTART;VALUE=DATE:20260126", "DTEND;VALUE=DATE:20260126"), [date(2026, 1, 26)]),
        (("DTSTART;VALUE=DATE:20260126", "DURATION:P2D"), [date(2026, 1, 26), date(2026, 1, 27)]),
        (
            ("DTSTART;VALUE=DATE:20260126", "RRULE:FREQ=YEARLY;COUNT=2;BYMONTH=1"),
            [date(2026, 1, 26), date(2027, 1, 26)],
        ),
        (("DTSTART;VALUE=DATE:20260126", "RRULE:FREQ=YEARLY;UNTIL=20270101T000000Z"), [date(2026, 1, 26)]),
        (("DTSTART;VALUE=DATE:20240229", "RRULE:FREQ=YEARLY;COUNT=2"), [date(2024, 2, 29), date(2028, 2, 29)]),
        (('DTSTART;X-A="a;b:c";VALUE=DATE:20260126',), [date(2026, 1, 26)]),
    ],
)
def test_how_an_event_may_say_its_days(lines, expected):
    """One day, several days, days of every year for a while, and the day that comes every fourth year."""
    assert days(ical(*lines)) == expected


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (("DTSTART:20260126T100000Z",), "line 3: 20260126T100000Z is no whole day"),
        (("DTSTART;VALUE=DATE:20260230",), "line 3: 20260230 is no whole day"),
        (("SUMMARY:Holi",), "the event above has no DTSTART"),
        (("DTSTART;VALUE=DATE:20260126", "RRULE:FREQ=WEEKLY"), "line 4: RRULE:FREQ=WEEKLY is not understood"),
        (("DTSTART;VALUE=DATE:20260126", "RRULE:FREQ=YEARLY;BYDAY=2SA"), "one event for each year"),
        (("DTSTART;VALUE=DATE:20260126", "RRULE:FREQ=YEARLY;BYMONTHDAY=27"), "is not understood"),
        (("DTSTART;VALUE=DATE:20260126", "RRULE:FREQ=YEARLY;COUNT=many"), "is not understood"),
        (("DTSTART;VALUE=DATE:20260126", "EXDATE;VALUE=DATE:20270126"), "line 4: EXDATE is not understood"),
        (("DTSTART;VALUE=DATE:20260126", "DTEND;VALUE=DATE:20280101"), "line 4: a holiday of 705 days"),
        (("DTSTART;VALUE=DATE:20260126", "DTEND;VALUE=DATE:20260101"), "a holiday of -25 days"),
        (("DTSTART;VALUE=DATE:20260126", "DURATION:PT3H"), "DURATION:PT3H is not understood"),
        (("a line of something else",), "line 3: this is no line of a calendar"),
    ],
)
def test_what_a_calendar_may_not_say(lines, words):
    """Hours, weekly rules and exceptions are no holidays: file, line and what is allowed are named."""
    with pytest.raises(SettingsError, match=r"^x\.ics") as refused:
        parse_ical(ical(*lines), "x.ics")
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no calendar"),
        ("date,name\n2026-01-26,Republic Day", "no calendar"),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260126", "ends within an event"),
    ],
)
def test_what_is_no_calendar(text, words):
    """A spreadsheet under another name is refused, and so is half a file."""
    with pytest.raises(SettingsError, match=words):
        parse_ical(text, "x.ics")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[holidays]\n", "not valid TOML"),
        ('[[holiday]]\ndate = 2026-01-26\nen = "x"\nhi = "x"', "'holiday' means nothing here"),
        ("[holidays]\ndate = 2026-01-26", "two brackets"),
        ("\n\n[[holidays]]\ndate = 2026-01-26", "h.toml, line 3: a day has exactly date, en and hi"),
        ('[[holidays]]\ndate = "26.01.2026"\nen = "x"\nhi = "y"', "line 1: date = '26.01.2026' is no date"),
        ('[[holidays]]\ndate = 2026-01-26T10:00:00\nen = "x"\nhi = "y"', "is no date"),
        ('[[holidays]]\ndate = 2026-01-26\nen = "x"\nhi = " "', "a name in both languages"),
        ("holidays = [7]", "h.toml, holidays number 1: a day has exactly"),
    ],
)
def test_what_a_list_may_not_say(text, words):
    """File and line are named, and what is allowed."""
    with pytest.raises(SettingsError) as refused:
        parse_toml(text, "h.toml")
    assert words in str(refused.value)


def test_several_files_are_read_together(tmp_path):
    """The list of the department and the calendar of the state, each by the ending of its name."""
    (tmp_path / "own.toml").write_text(TOML, encoding="utf-8")
    (tmp_path / "state.ICS").write_text("\ufeff" + ICAL, encoding="utf-8")
    found = read_office_days([tmp_path / "own.toml", tmp_path / "state.ICS"])
    assert len(found.holidays) > 100
    assert len(found.special) == 1


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    """Neither a missing file nor one in another encoding passes in silence."""
    with pytest.raises(SettingsError, match=r"missing\.toml cannot be read"):
        read_office_days([tmp_path / "missing.toml"])
    (tmp_path / "old.ics").write_bytes(b"BEGIN:VCALENDAR\n\xff\xfe")
    with pytest.raises(SettingsError, match="not UTF-8"):
        read_office_days([tmp_path / "old.ics"])
