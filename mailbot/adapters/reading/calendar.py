"""An invitation (iCalendar, RFC 5545; iTIP, RFC 5546) as lines a person can read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mailbot.domain.text import clean_text

if TYPE_CHECKING:
    from collections.abc import Iterator

_FOLD = re.compile(r"\r?\n[ \t]")
_LINE = re.compile(r"([A-Za-z-]{1,60})((?:;(?:[^:\"]|\"[^\"]*\")*+)?):(.*)")
_ESCAPED = re.compile(r"\\([\\;,nN])")
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z?))?")
_ZONE = re.compile(r";TZID=\"?([^;:\"]{1,80})", re.IGNORECASE)
_NAME = re.compile(r";CN=(?:\"([^\"]{1,200})\"|([^;:\"]{1,200}))", re.IGNORECASE)
_MOST_LINES = 2000
_MOST = 200_000
_LONGEST = 4000
_METHODS = {"REQUEST": "Invitation", "CANCEL": "Cancelled", "REPLY": "Answer to an invitation"}
_LABELS = {"DTSTART": "Starts", "DTEND": "Ends", "LOCATION": "Place", "ORGANIZER": "Organizer", "STATUS": "Status"}


def summarise(source: str) -> str:
    """Return what the first event of a calendar says, or an empty string when there is none."""
    method, description = "Invitation", ""
    facts: dict[str, str] = {}
    inside = False
    for name, parameters, value in _fields(source):
        if name == "METHOD":
            method = _METHODS.get(value.strip().upper(), method)
        elif name == "BEGIN":
            inside = inside or value.strip().upper() in {"VEVENT", "VTODO"}
        elif name == "END" and inside and value.strip().upper() in {"VEVENT", "VTODO"}:
            break
        elif inside and name == "DESCRIPTION":
            description = description or _plain(value)
        elif inside and value.strip():
            facts.setdefault(name, _value(name, parameters, value))
    summary = [f"{method}: {facts['SUMMARY']}"] if "SUMMARY" in facts else []
    known = [f"{_LABELS[name]}: {value}" for name, value in facts.items() if name in _LABELS]
    lines = [*summary, *known, *(["", description] if description else [])]
    return clean_text("\n".join(lines)).strip()


def _fields(source: str) -> Iterator[tuple[str, str, str]]:
    """Yield name, parameters and value of each content line (RFC 5545 3.1)."""
    for line in _FOLD.sub("", source[:_MOST]).splitlines()[:_MOST_LINES]:
        found = _LINE.fullmatch(line[:_LONGEST])
        if found:
            yield found[1].upper(), found[2], found[3]


def _plain(value: str) -> str:
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value).strip()


def _value(name: str, parameters: str, value: str) -> str:
    if name.startswith("DT"):
        return _time(parameters, value)
    if name == "ORGANIZER":
        named = _NAME.search(parameters)
        address = value.strip().removeprefix("mailto:").removeprefix("MAILTO:")
        return f"{named[1] or named[2]} <{address}>" if named else address
    return _plain(value)


def _time(parameters: str, value: str) -> str:
    """Return 2026-11-23 10:15 with its zone; a time of another form as it stands."""
    found = _TIME.match(value.strip())
    if found is None:
        return _plain(value)
    day = f"{found[1]}-{found[2]}-{found[3]}"
    if not found[4]:
        return day
    zone = _ZONE.search(parameters)
    where = "UTC" if found[6] else (zone[1] if zone else "")
    return f"{day} {found[4]}:{found[5]} {where}".rstrip()
