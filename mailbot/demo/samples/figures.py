"""A desk with believable figures: two zones and more, busy Mondays, one old queue, one ticket that lay for weeks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import cycle
from typing import Any
from zoneinfo import ZoneInfo

from mailbot.domain.health import HeldBack
from mailbot.domain.reporting.figures import (
    Course,
    DigestFigures,
    FailedLetter,
    FoundLine,
    HeldNews,
    Listed,
    MailLine,
    OpenCount,
    OpenLine,
    PeriodFigures,
)
from mailbot.domain.reporting.periods import Period, month_of

ZONE = ZoneInfo("Asia/Kolkata")
# Monday, 23 November 2026, 09:30 in Lucknow
MORNING = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
SUNDAY = 6
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TITLES = (
    "Cannot file GSTR-3B: error RET191106",
    "ई-वे बिल पोर्टल पर लॉगिन नहीं हो रहा",
    "Refund ARN AA0911260012345 not visible to the officer",
    "पंजीयन आवेदन दूसरे खण्ड में दिख रहा है",
    "challan paid hai par ledger me nahi dikh raha",
)
MODULES = ("return-filing", "e-way-bill", "refund", "gst-registration", "payment")
OFFICES = (
    ("Ghaziabad I", "Sector 3, Ghaziabad"),
    ("Lucknow I", "खण्ड 7, लखनऊ"),
    ("Varanasi", "खण्ड 2, वाराणसी"),
    ("Moradabad", "Sector 2, Moradabad"),
)
STAFF_NAMES = ("Chitra Rao", "Dev Tiwari", "Farhan Ali", "")
NAMES = ("Rakesh Kumar Srivastava", "सुनीता यादव", "Bharat Singh", "Asha Verma")


def make_line(number: int, **changes: Any) -> OpenLine:
    """Return an open ticket of a list."""
    zone, office = OFFICES[number % len(OFFICES)]
    values: dict[str, Any] = {
        "number": f"TMS-2611-{number:05}-7",
        "title": TITLES[number % len(TITLES)],
        "module": MODULES[number % len(MODULES)],
        "priority": ("high", "normal")[number % 2],
        "requester": NAMES[number % len(NAMES)],
        "office": f"{office} ({zone})",
        "assignee": STAFF_NAMES[0],
        "opened_at": MORNING - number * HOUR,
        "due_at": MORNING + 4 * HOUR,
    }
    return OpenLine(**{**values, **changes})


def make_listed(*numbers: int, **changes: Any) -> Listed:
    """Return a list of open tickets."""
    return Listed(tuple(make_line(number, **changes) for number in numbers), len(numbers))


def make_digest(**changes: Any) -> DigestFigures:
    """Return the figures of a Monday morning."""
    values: dict[str, Any] = {
        "since": MORNING - 3 * DAY,
        "new": make_listed(*range(42, 48)),
        "due_today": make_listed(31, 33, 35),
        "overdue": make_listed(12, 14, due_at=MORNING - 5 * HOUR),
        "reopened": make_listed(17),
        "unassigned": make_listed(44, 45, assignee=""),
        "quarantined": (MailLine(812, "", "=?broken?=", MORNING - 9 * HOUR),),
        "undelivered": (
            FailedLetter(
                "bharat@tax.up.example",
                "resolved",
                "[TMS-2611-00017-7] challan paid hai par ledger me nahi dikh raha",
                "550 5.1.1 The email account that you tried to reach does not exist",
                MORNING - 2 * HOUR,
            ),
        ),
        "elsewhere": (
            FoundLine(815, "Junk", "refund@offers.example", "Your refund of Rs 15,490 waits", MORNING - 6 * HOUR),
            FoundLine(816, "Archive", "bharat@tax.up.example", "E-way bill की तारीख़ बदल नहीं रही", MORNING - 4 * HOUR),
        ),
        "states": {"done": 41, "quarantined": 1, "kept": 1},
        "outcomes": {"opened": 6, "updated": 24, "answered": 3, "duplicate": 1, "automatic": 4, "ignored": 3,
                     "quarantined": 1},
        "open_count": 84,
        "held_back": HeldBack(muted=2, muted_staff=1, stopped_at=MORNING - 20 * HOUR / 60, sent=412, waiting=7),
        "per_day": 500,
        "anchor": f"mailbot-anchor 214 {(MORNING - 7 * HOUR / 2).isoformat()} 48213 96 {'5e1f' * 16}",
    }  # fmt: skip
    return DigestFigures(**{**values, **changes})


def make_counts() -> tuple[OpenCount, ...]:
    """Return what is open in four zones; the office in Varanasi has an old queue."""
    return (
        OpenCount("Ghaziabad I", "Sector 3, Ghaziabad", "return-filing", (9, 6, 4, 1, 0, 0), 2, 1),
        OpenCount("Ghaziabad I", "Sector 3, Ghaziabad", "refund", (2, 1, 3, 2, 1, 0), 1, 0),
        OpenCount("Ghaziabad I", "Sector 11, Ghaziabad", "e-way-bill", (4, 2, 0, 0, 0, 0), 0, 0),
        OpenCount("Lucknow I", "खण्ड 7, लखनऊ", "return-filing", (7, 3, 2, 0, 0, 0), 1, 2),
        OpenCount("Lucknow I", "खण्ड 1, लखनऊ", "gst-registration", (1, 0, 1, 0, 0, 0), 0, 0),
        OpenCount("Varanasi", "खण्ड 2, वाराणसी", "refund", (1, 2, 5, 8, 6, 3), 11, 4),
        OpenCount("Moradabad", "Sector 2, Moradabad", "payment", (5, 2, 1, 0, 0, 1), 1, 0),
        OpenCount("", "", "other", (1, 1, 0, 0, 0, 0), 0, 0),
    )


def make_month(day: date = date(2026, 10, 1), each_day: int = 7) -> PeriodFigures:
    """Return a month with fewer tickets on Sundays; nine of ten are resolved, each a little later than the last."""
    period = month_of(day)
    modules, offices, staff = cycle(MODULES), cycle(OFFICES), cycle(STAFF_NAMES)
    received: list[Course] = []
    resolved: list[Course] = []
    for date_ in period.days:
        for count in range(1 if date_.weekday() == SUNDAY else each_day):
            opened = datetime(date_.year, date_.month, date_.day, 4, 30, tzinfo=UTC) + count * 50 * timedelta(minutes=1)
            course = Course(next(modules), next(offices)[0], next(staff), opened, opened + (count + 1) * HOUR)
            received.append(course)
            if len(received) % 10:
                done = opened + (count + 2) * 5 * HOUR
                rating = 5 - count % 3 if count % 2 else None
                resolved.append(Course(course.module, course.zone, course.staff, opened, None, done, rating))
    resolved = [one for one in resolved if one.resolved_at and one.resolved_at < period.end(ZONE)]
    return PeriodFigures(period, tuple(received), tuple(resolved), tuple(resolved[::23]))


def make_week() -> Period:
    """Return the week before the Monday of these figures."""
    return Period(date(2026, 11, 16), date(2026, 11, 22))


def make_news() -> tuple[HeldNews, ...]:
    """Return what was held back for somebody during an hour."""
    kinds = ("new_ticket", "comment", "reopened")
    texts = (
        "आज सुबह से पोर्टल त्रुटि RET191106 दिखा रहा है।",
        "Sir, screenshot bhej raha hoon, kripya dekh lein.",
        "The same error is back since 4 pm.",
    )
    return tuple(
        HeldNews(
            70 + count,
            f"TMS-2611-{42 + count:05}-7",
            TITLES[count],
            kinds[count],
            NAMES[count],
            texts[count],
            MORNING - (50 - 15 * count) * timedelta(minutes=1),
        )
        for count in range(3)
    )
