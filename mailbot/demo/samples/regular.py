"""What the regular letters hold in the samples: the figures of a believable desk."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from mailbot.demo.samples.figures import DAY, MORNING, make_counts, make_digest, make_month, make_news
from mailbot.demo.samples.people import RAKESH, STAFF
from mailbot.domain.late import catch_up
from mailbot.domain.letter import Audience, LetterKind
from mailbot.domain.numbering import ticket_number
from mailbot.domain.people import Language
from mailbot.domain.reporting.bulletin import Occasion
from mailbot.domain.reporting.digest import write_digest
from mailbot.domain.reporting.hourly import write_hourly
from mailbot.domain.reporting.monthly import write_monthly
from mailbot.domain.reporting.pendency import write_pendency
from mailbot.domain.ticket import Status, Ticket
from mailbot.domain.timers import DueTimer, TimerKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from mailbot.domain.desk import Desk
    from mailbot.domain.letter import LetterOrder
    from mailbot.domain.people import Person


def regular_letter(kind: LetterKind, desk: Desk, audience: Audience) -> dict[str, Any]:
    """Return what the order of a regular letter holds; nothing for another kind."""
    if kind is LetterKind.CAUGHT_UP:
        order = late_letter(desk, audience)
    elif kind in _WRITERS:
        order = _WRITERS[kind](desk)
    else:
        return {}
    return {name: getattr(order, name) for name in ("values", "tables", "formats", "key")}


def late_letter(desk: Desk, audience: Audience) -> LetterOrder:
    """Return what somebody hears of tickets that became due while the desk stood still."""
    kinds = _LATE[audience]
    tickets = [
        make_late_ticket(status, ticket_number(desk.prefix, MORNING, 40 + place))
        for place, (_, status) in enumerate(kinds)
    ]
    timers = [
        DueTimer(1, kind, MORNING, ticket, RAKESH, (STAFF,)) for (kind, _), ticket in zip(kinds, tickets, strict=True)
    ]
    return catch_up(timers, desk, MORNING).letters[0]


def _occasion(desk: Desk) -> Occasion:
    return Occasion(now=MORNING, desk=desk, staff=(STAFF,))


def make_late_ticket(status: Status, number: str, officer: Person = RAKESH) -> Ticket:
    """Return a ticket that has lain for two days."""
    return Ticket(
        number=number,
        status=status,
        requester=officer.email,
        requester_name=officer.name,
        language=Language.ENGLISH,
        request_type="problem",
        module="return-filing",
        priority="normal",
        title="Cannot file the return",
        description="The portal says: Error 500.",
        opened_at=MORNING - 2 * DAY,
        changed_at=MORNING - DAY,
        employee_id=officer.employee_id,
        office=officer.office,
        assignee=STAFF.email,
        resolved_at=MORNING - DAY if status is Status.RESOLVED else None,
    )


_WRITERS: dict[LetterKind, Callable[[Desk], LetterOrder]] = {
    LetterKind.DIGEST: lambda desk: write_digest(make_digest(), _occasion(desk)).letters[0],
    LetterKind.PENDENCY: lambda desk: write_pendency(make_counts(), _occasion(desk)).letters[0],
    LetterKind.MONTHLY: lambda desk: write_monthly(
        make_month(), make_month(date(2026, 9, 1), 6), _occasion(desk)
    ).letters[0],
    LetterKind.HOURLY: lambda desk: write_hourly({STAFF.email: make_news()}, _occasion(desk)).letters[0],
}
_OFFICER_LATE = ((TimerKind.WAITING_1, Status.WAITING), (TimerKind.CLOSING_SOON, Status.RESOLVED))
_LATE = {
    Audience.REQUESTER: _OFFICER_LATE,
    Audience.COPY: _OFFICER_LATE,
    Audience.STAFF: ((TimerKind.ANSWER_DUE, Status.IN_PROGRESS), (TimerKind.RESOLVE_DUE, Status.IN_PROGRESS)),
}
