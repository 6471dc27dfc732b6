"""Files with holidays: TOML with names in both languages, or a calendar that another program exported (iCalendar).

Only what a list of holidays needs is read; whatever else such a file may say is refused in a sentence with its line, so
that nobody believes in a holiday that the desk does not know.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from mailbot.domain.calendar import NamedDay
from mailbot.domain.errors import SettingsError
from mailbot.domain.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_KEYS = frozenset({"date", "en", "hi"})
_TABLES = ("holidays", "working_days")
_LONGEST_NAME = 100
_LONGEST_HOLIDAY = 60
# A holiday of every year is entered for so many years.
_YEARS_AHEAD = 100
_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_PROPERTY = re.compile(r"([A-Za-z-]+)((?:;[^:;=]+=(?:\"[^\"]*\"|[^:;]*))*):(.*)", re.DOTALL)
_DAYS = re.compile(r"P(\d{1,3})([DW])")
_RULE_PARTS = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYMONTH", "BYMONTHDAY", "WKST"})
_YEARLY = "write one event for each year, or RRULE:FREQ=YEARLY"


@dataclass(frozen=True, slots=True)
class OfficeDays:
    """What the files say: free days, and days that are worked all the same."""

    holidays: tuple[NamedDay, ...] = ()
    special: tuple[NamedDay, ...] = ()


def read_office_days(paths: Iterable[Path]) -> OfficeDays:
    """Return the days of all files. Raises SettingsError that names file, line and what is allowed."""
    holidays: list[NamedDay] = []
    special: list[NamedDay] = []
    for path in paths:
        try:
            text = path.read_text(encoding="utf-8-sig")
        except OSError as error:
            raise SettingsError(
                f"working_time.holiday_files: {path} cannot be read: {error.strerror}. Name a file that exists."
            ) from error
        except UnicodeDecodeError:
            raise SettingsError(f"{path} is not UTF-8. Save it as UTF-8.") from None
        days = parse_ical(text, str(path)) if path.suffix.lower() == ".ics" else parse_toml(text, str(path))
        holidays += days.holidays
        special += days.special
    return OfficeDays(tuple(holidays), tuple(special))


def parse_toml(text: str, name: str) -> OfficeDays:
    """Return the days of a TOML file with [[holidays]] and [[working_days]]."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{name} is not valid TOML: {error}.") from None
    if unknown := sorted(set(values) - set(_TABLES)):
        raise SettingsError(f"{name}: {unknown[0]!r} means nothing here. Allowed: [[holidays]] and [[working_days]].")
    found = {
        table: tuple(_named_day(entry, _place(text, name, table, position)) for position, entry in enumerate(entries))
        for table in _TABLES
        if (entries := _tables(values.get(table, []), name, table))
    }
    return OfficeDays(found.get("holidays", ()), found.get("working_days", ()))


def parse_ical(text: str, name: str) -> OfficeDays:
    """Return the whole-day events of an iCalendar file (RFC 5545) as holidays; their name serves both languages."""
    holidays: list[NamedDay] = []
    event: dict[str, tuple[str, str]] | None = None
    lines = list(_unfolded(text))
    if not lines or lines[0][1].strip().upper() != "BEGIN:VCALENDAR":
        raise SettingsError(f"{name}, line 1: this is no calendar. A calendar begins with BEGIN:VCALENDAR.")
    for number, line in lines:
        place = f"{name}, line {number}"
        found = _PROPERTY.fullmatch(line)
        if found is None:
            raise SettingsError(f"{place}: this is no line of a calendar. Such a line reads NAME:VALUE.")
        key, value = found[1].upper(), found[3].strip()
        if (key, value.upper()) == ("BEGIN", "VEVENT"):
            event = {}
        elif (key, value.upper()) == ("END", "VEVENT"):
            holidays += _days_of(event or {}, place)
            event = None
        elif event is not None:
            event.setdefault(key, (value, place))
    if event is not None:
        raise SettingsError(f"{name}: the file ends within an event. Export it again.")
    return OfficeDays(tuple(holidays))


def _tables(entries: Any, name: str, table: str) -> list[Any]:
    if not isinstance(entries, list):
        raise SettingsError(f"{name}: write [[{table}]] with two brackets above each day.")
    return entries


def _place(text: str, name: str, table: str, position: int) -> str:
    """Return file and line of the n-th table of that name; one written inline has no line of its own."""
    heads = [match.start() for match in re.finditer(rf"(?m)^[ \t]*\[\[[ \t]*{table}[ \t]*\]\]", text)]
    if position >= len(heads):
        return f"{name}, {table} number {position + 1}"
    line = text.count("\n", 0, heads[position]) + 1
    return f"{name}, line {line}"


def _named_day(entry: Any, place: str) -> NamedDay:
    if not isinstance(entry, dict) or (set(entry) != _KEYS):
        raise SettingsError(f'{place}: a day has exactly date, en and hi, such as date = 2026-01-26, en = "...".')
    day = entry["date"]
    if isinstance(day, str):
        day = _iso_date(day)
    if type(day) is not date:
        raise SettingsError(f"{place}: date = {entry['date']!r} is no date. Write year-month-day, such as 2026-01-26.")
    names = [entry["en"], entry["hi"]]
    if not all(isinstance(each, str) and each.strip() for each in names):
        raise SettingsError(f"{place}: the day needs a name in both languages, en and hi.")
    return NamedDay(day, *(clean_line(each, _LONGEST_NAME) for each in names))


def _iso_date(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines of a calendar with their numbers; a line that begins with a space goes on from the one before."""
    whole, began = "", 0
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        if line[:1] in {" ", "\t"} and whole:
            whole += line[1:]
            continue
        if whole.strip():
            yield began, whole
        whole, began = line, number
    if whole.strip():
        yield began, whole


def _days_of(event: dict[str, tuple[str, str]], place: str) -> list[NamedDay]:
    """Return the days of one event, of each year in which it comes."""
    if event.get("STATUS", ("", ""))[0].upper() == "CANCELLED":
        return []
    for key in ("EXDATE", "RDATE", "RECURRENCE-ID", "EXRULE"):
        if key in event:
            raise SettingsError(f"{event[key][1]}: {key} is not understood; {_YEARLY}.")
    if "DTSTART" not in event:
        raise SettingsError(f"{place}: the event above has no DTSTART. A holiday needs one, such as 20260126.")
    first, where = _ical_date(*event["DTSTART"]), event["DTSTART"][1]
    count = _length(event, first, where)
    title = clean_line(_unescaped(event.get("SUMMARY", ("", ""))[0]), _LONGEST_NAME) or "Holiday"
    days = [
        NamedDay(start + timedelta(days=number), title, title)
        for start in _yearly(event.get("RRULE"), first)
        for number in range(count)
    ]
    return list(dict.fromkeys(days))


def _length(event: dict[str, tuple[str, str]], first: date, where: str) -> int:
    """Return how many days an event lasts; DTEND is the day after the last one (RFC 5545 3.6.1)."""
    count = 1
    if "DTEND" in event:
        where = event["DTEND"][1]
        # Some programs give a holiday of one day the same day as its end.
        count = (_ical_date(*event["DTEND"]) - first).days or 1
    elif "DURATION" in event:
        written, where = event["DURATION"]
        found = _DAYS.fullmatch(written.upper())
        if found is None:
            raise SettingsError(f"{where}: DURATION:{written} is not understood. Write whole days, such as P1D.")
        count = int(found[1]) * (7 if found[2] == "W" else 1)
    if not 1 <= count <= _LONGEST_HOLIDAY:
        raise SettingsError(f"{where}: a holiday of {count} days. It has 1 to {_LONGEST_HOLIDAY} days.")
    return count


def _ical_date(written: str, place: str) -> date:
    found = _DATE.fullmatch(written)
    try:
        day = date(*map(int, found.groups())) if found else None
    except ValueError:
        day = None
    if day is None:
        raise SettingsError(
            f"{place}: {written} is no whole day. Holidays are whole days, such as DTSTART;VALUE=DATE:20260126."
        )
    return day


def _yearly(rule: tuple[str, str] | None, first: date) -> list[date]:
    """Return the first days of each year; a rule that says anything but "every year" is refused."""
    if rule is None:
        return [first]
    written, place = rule
    parts = dict(part.partition("=")[::2] for part in written.upper().split(";"))
    same_day = parts.get("BYMONTH", str(first.month)) == str(first.month) and parts.get(
        "BYMONTHDAY", str(first.day)
    ) == str(first.day)
    is_yearly = parts.get("FREQ") == "YEARLY" and parts.get("INTERVAL", "1") == "1" and set(parts) <= _RULE_PARTS
    if not is_yearly or not same_day or not parts.get("COUNT", "1").isdecimal():
        raise SettingsError(f"{place}: RRULE:{written} is not understood; {_YEARLY}.")
    until = _ical_date(parts["UNTIL"][:8], place) if "UNTIL" in parts else date.max
    years = range(first.year, min(first.year + _YEARS_AHEAD, date.max.year))
    days = [first.replace(year=year) for year in years if _has_day(year, first)]
    return [day for day in days if day <= until][: int(parts.get("COUNT", _YEARS_AHEAD))]


def _has_day(year: int, day: date) -> bool:
    """Tell whether a year has this day: the 29th of February comes every fourth year."""
    try:
        day.replace(year=year)
    except ValueError:
        return False
    return True


def _unescaped(text: str) -> str:
    """Return a text without the backslashes of RFC 5545 3.3.11."""
    return re.sub(r"\\(.)", lambda found: " " if found[1] in "nN" else found[1], text)
