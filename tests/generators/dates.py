"""Dates and ids as they are found in mail, right and wrong (RFC 5322 3.3 and 3.6.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.generators.case import Case, mail

if TYPE_CHECKING:
    from collections.abc import Iterator

_NOON = "2026-11-23T06:30:00+00:00"
_DATES: dict[str, str | None] = {
    "Mon, 23 Nov 2026 12:00:00 +0530": _NOON,
    "23 Nov 2026 12:00:00 +0530": _NOON,
    "Mon, 23 Nov 2026 06:30:00 GMT": _NOON,
    "Mon, 23 Nov 2026 06:30:00 -0000": _NOON,
    "Mon, 23 Nov 2026 06:30:00 UT": _NOON,
    "Mon, 23 Nov 2026 12:00:00 +0530 (IST)": _NOON,
    "Mon,23 Nov 2026 12:00:00 +0530": _NOON,
    "Mon, 23  Nov  2026 12:00:00 +0530": _NOON,
    "mon, 23 nov 2026 12:00:00 +0530": _NOON,
    "Mon, 23 Nov 2026 01:30:00 EST": _NOON,
    "Mon, 23 Nov 2026 12:00 +0530": _NOON,
    "Mon, 23 Nov 26 12:00:00 +0530": _NOON,
    "Mon, 23 Nov 2026\r\n 12:00:00 +0530": _NOON,
    "Tue, 23 Nov 2026 12:00:00 +0530": _NOON,
    "": None,
    "yesterday": None,
    "Mon, 99 Nov 2026 12:00:00 +0530": None,
    "Mon, 23 Foo 2026 12:00:00 +0530": None,
    "0": None,
    "%s": None,
}
_IDS = {
    "<1@tax.example>": "<1@tax.example>",
    " <1@tax.example> ": "<1@tax.example>",
    "1@tax.example": "<1@tax.example>",
    "<1@tax.example> (added by x)": "<1@tax.example>",
    "\r\n <1@tax.example>": "<1@tax.example>",
    "": "",
    "<>": "",
    "< >": "",
    "<no-at-sign>": "<no-at-sign>",
    "<a$b%c!d@x.example>": "<a$b%c!d@x.example>",
    "<1@[192.0.2.1]>": "<1@[192.0.2.1]>",
}
_THREADS = {
    ("<1@a.example>", "<0@a.example> <1@a.example>"): ("<1@a.example>", "<0@a.example>"),
    ("<1@a.example>", ""): ("<1@a.example>",),
    ("", "<0@a.example>\r\n <1@a.example>"): ("<1@a.example>", "<0@a.example>"),
    ("Message of Mon <1@a.example>", "<1@a.example>,<0@a.example>"): ("<1@a.example>", "<0@a.example>"),
    ("", ""): (),
    ("<>", "<>"): (),
}


def dates() -> Iterator[Case]:
    """Yield dates, ids of the mail itself, and ids of what it answers."""
    for written, instant in _DATES.items():
        yield Case(f"date {written!r}", mail(Date=written), {"date": instant})
    for written, message_id in _IDS.items():
        yield Case(f"id {written!r}", mail(Message_ID=written), {"message_id": message_id})
    for (answered, references), ids in _THREADS.items():
        raw = mail(In_Reply_To=answered, References=references)
        yield Case(f"thread {answered!r} {references!r}", raw, {"thread_ids": ids})
