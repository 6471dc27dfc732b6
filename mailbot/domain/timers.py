"""What happens when time has passed and nobody wrote. A timer is a row with a due time; what it does is a table."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from mailbot.domain.addressing import one_letter_each, to_followers, to_requester, to_staff
from mailbot.domain.decision import Change, Decision, Event, EventKind, Outcome
from mailbot.domain.letter import LetterKind, Notice
from mailbot.domain.people import Role
from mailbot.domain.ticket import Actor, Status, Step, status_after
from mailbot.domain.trust import normal_address

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from mailbot.domain.desk import Desk, Target
    from mailbot.domain.letter import LetterOrder
    from mailbot.domain.people import Person
    from mailbot.domain.ticket import Ticket

TIMER_NAME = "timer"


class TimerKind(StrEnum):
    """The timers a ticket can have, what weighs more later in the list."""

    WAITING_1 = "waiting_1"
    WAITING_2 = "waiting_2"
    ANSWER_SOON = "answer_soon"
    RESOLVE_SOON = "resolve_soon"
    ANSWER_DUE = "answer_due"
    RESOLVE_DUE = "resolve_due"
    ESCALATE_1 = "escalate_1"
    ESCALATE_2 = "escalate_2"
    CLOSING_SOON = "closing_soon"
    CLOSE = "close"


class Reader(StrEnum):
    """Whom a timer concerns."""

    REQUESTER = "requester"
    ASSIGNEE = "assignee"
    LEAD = "lead"
    SENIOR = "senior"


@dataclass(frozen=True, slots=True)
class TimerRule:
    """One row of the table: in which statuses a timer means anything, who gets which letter, and why."""

    statuses: frozenset[Status]
    letter: LetterKind
    readers: tuple[Reader, ...]
    event: EventKind
    reason: str
    closes: bool = False


_PROMISED = frozenset({Status.NEW, Status.IN_PROGRESS})
_WAITING = frozenset({Status.WAITING})
_RESOLVED = frozenset({Status.RESOLVED})
_OWNER = (Reader.ASSIGNEE,)
_ABOVE = (Reader.ASSIGNEE, Reader.LEAD)
_HIGHEST = (Reader.SENIOR, Reader.LEAD)
_OFFICER = (Reader.REQUESTER,)
_ASKED = "The desk waits for the requester's answer."

TIMERS: dict[TimerKind, TimerRule] = {
    TimerKind.WAITING_1: TimerRule(_WAITING, LetterKind.WAITING_REMINDER, _OFFICER, EventKind.REMINDED, _ASKED),
    TimerKind.WAITING_2: TimerRule(_WAITING, LetterKind.WAITING_REMINDER, _OFFICER, EventKind.REMINDED, _ASKED),
    TimerKind.ANSWER_SOON: TimerRule(
        _PROMISED, LetterKind.REMINDER, _OWNER, EventKind.REMINDED, "The time for a first answer is nearly over."
    ),
    TimerKind.RESOLVE_SOON: TimerRule(
        _PROMISED, LetterKind.REMINDER, _OWNER, EventKind.REMINDED, "The time for a solution is nearly over."
    ),
    TimerKind.ANSWER_DUE: TimerRule(
        _PROMISED, LetterKind.REMINDER, _OWNER, EventKind.REMINDED, "The time for a first answer is over."
    ),
    TimerKind.RESOLVE_DUE: TimerRule(
        _PROMISED, LetterKind.REMINDER, _OWNER, EventKind.REMINDED, "The time for a solution is over."
    ),
    TimerKind.ESCALATE_1: TimerRule(
        _PROMISED, LetterKind.ESCALATED, _ABOVE, EventKind.ESCALATED, "A promise was missed, level 1."
    ),
    TimerKind.ESCALATE_2: TimerRule(
        _PROMISED, LetterKind.ESCALATED, _HIGHEST, EventKind.ESCALATED, "A promise was missed for long, level 2."
    ),
    TimerKind.CLOSING_SOON: TimerRule(
        _RESOLVED, LetterKind.CLOSING_SOON, _OFFICER, EventKind.REMINDED, "It closes soon."
    ),
    TimerKind.CLOSE: TimerRule(
        _RESOLVED, LetterKind.CLOSED, _OFFICER, EventKind.CLOSED, "Nobody answered since it was resolved.", closes=True
    ),
}
WEIGHTS = tuple(TimerKind)
FOR_A_FIRST_ANSWER = frozenset({TimerKind.ANSWER_SOON, TimerKind.ANSWER_DUE})


@dataclass(frozen=True, slots=True)
class DueTimer:
    """A timer whose time has come, with its ticket as it stands now and the people it may concern.

    `question` is what the requester was asked last, for reminders of that. `followers` became parts of the ticket.
    """

    id: int
    kind: TimerKind
    due_at: datetime
    ticket: Ticket
    requester: Person | None
    staff: tuple[Person, ...] = ()
    senior: Person | None = None
    question: str = ""
    followers: tuple[Target, ...] = ()


def timers_for(ticket: Ticket, desk: Desk) -> dict[TimerKind, datetime]:
    """Return when each timer of a ticket is due, as it stands now; some of these may have been before."""
    if ticket.status in _PROMISED:
        return _promise_timers(ticket, desk)
    if ticket.status is Status.WAITING and ticket.paused_at:
        after, days = desk.calendar.after_working_days, desk.service.waiting_days
        kinds = (TimerKind.WAITING_1, TimerKind.WAITING_2)[: desk.service.waiting_reminders]
        return {kind: after(ticket.paused_at, days * count) for count, kind in enumerate(kinds, 1)}
    if ticket.status is Status.RESOLVED and ticket.resolved_at:
        closes = ticket.resolved_at + desk.close_after
        notice = desk.service.closing_notice
        warned = {TimerKind.CLOSING_SOON: closes - notice} if notice and notice < desk.close_after else {}
        return warned | {TimerKind.CLOSE: closes}
    return {}


def timers_after(
    before: Mapping[TimerKind, datetime],
    after: Mapping[TimerKind, datetime],
    rows: Mapping[TimerKind, datetime],
    now: datetime,
) -> dict[TimerKind, datetime]:
    """Return the rows that a ticket has after a change, from those it has now.

    What is due later is set, and what is about to come stays. Of what only this change moved before now, the one that
    weighs most comes at once. Everything else from before has been, and does not come again.
    """
    ahead = {kind: due for kind, due in after.items() if due > now}
    sudden = [kind for kind in WEIGHTS if after.get(kind, now) <= now < before.get(kind, now) and kind in after]
    waiting = {kind: rows[kind] for kind in after if kind in rows and kind not in ahead and kind not in sudden}
    return ahead | waiting | dict.fromkeys(sudden[-1:], now)


def decide_timer(timer: DueTimer, desk: Desk, now: datetime) -> Decision:
    """Return what a due timer does; nothing when the ticket has moved on."""
    rule, ticket = TIMERS[timer.kind], timer.ticket
    target = status_after(Step.CLOSE, ticket.status, frozenset({Actor.TIMER})) if rule.closes else None
    if not is_meant(timer):
        return Decision(
            Outcome.IGNORED, (f"The ticket is {ticket.status}; there is nothing to do.",), ticket=ticket.number
        )
    event = Event(rule.event, TIMER_NAME, "", rule.reason, internal=not rule.closes)
    return Decision(
        outcome=Outcome.UPDATED,
        reasons=(rule.reason,),
        ticket=ticket.number,
        expected_version=ticket.version,
        change=Change(status=target) if target else None,
        events=(event,),
        letters=_letters(timer, rule, desk, now),
    )


def is_meant(timer: DueTimer) -> bool:
    """Tell whether a timer still means anything on its ticket."""
    answered = timer.kind in FOR_A_FIRST_ANSWER and timer.ticket.first_answer_at is not None
    return timer.ticket.status in TIMERS[timer.kind].statuses and not answered


def find_readers(timer: DueTimer, readers: Iterable[Reader], now: datetime) -> tuple[Person, ...]:
    """Return who of the desk hears of a timer.

    Without an assignee everybody of the IT section does; while the assignee is away, the leads stand in. Where the
    settings name no senior, the leads hear of it alone, and without a lead everybody does.
    """
    people: dict[str, Person] = {}
    wanted = set(readers)
    assignee = [one for one in timer.staff if normal_address(one.email) == normal_address(timer.ticket.assignee)]
    leads = [one for one in timer.staff if one.role is Role.LEAD] or list(timer.staff)
    if Reader.ASSIGNEE in wanted:
        stand_ins = leads if any(one.is_away(now) for one in assignee) else []
        people |= {one.email: one for one in (*assignee, *stand_ins) or timer.staff}
    if Reader.LEAD in wanted:
        people |= {one.email: one for one in leads}
    if Reader.SENIOR in wanted and timer.senior is not None:
        people[timer.senior.email] = timer.senior
    return tuple(people.values())


def _letters(timer: DueTimer, rule: TimerRule, desk: Desk, now: datetime) -> tuple[LetterOrder, ...]:
    letters: tuple[LetterOrder, ...] = ()
    if Reader.REQUESTER in rule.readers:
        letters += to_requester(rule.letter, timer.ticket, timer.requester, text=timer.question)
        letters += to_followers(rule.letter, timer.followers, timer.ticket.requester)
    notices = (Notice(timer.kind),) if rule.letter in {LetterKind.REMINDER, LetterKind.ESCALATED} else ()
    letters += to_staff(rule.letter, find_readers(timer, rule.readers, now), desk, notices=notices)
    return one_letter_each(letters)


def _promise_timers(ticket: Ticket, desk: Desk) -> dict[TimerKind, datetime]:
    """Return reminders before and at each promise that is still open, and the escalations of the first one missed."""
    promise, service, calendar = desk.service.promises.get(ticket.priority), desk.service, desk.calendar
    if promise is None:
        return {}
    due: dict[TimerKind, datetime] = {}
    left = 1 - service.early_share
    if ticket.answer_due_at and ticket.first_answer_at is None:
        due[TimerKind.ANSWER_SOON] = calendar.before_working(ticket.answer_due_at, promise.answer * left)
        due[TimerKind.ANSWER_DUE] = ticket.answer_due_at
    if ticket.resolve_due_at:
        due[TimerKind.RESOLVE_SOON] = calendar.before_working(ticket.resolve_due_at, promise.resolve * left)
        due[TimerKind.RESOLVE_DUE] = ticket.resolve_due_at
    missed = [at for at in (due.get(TimerKind.ANSWER_DUE), ticket.resolve_due_at) if at]
    if missed:
        due[TimerKind.ESCALATE_1] = calendar.add_working(min(missed), service.level_1_after)
        due[TimerKind.ESCALATE_2] = calendar.add_working(min(missed), service.level_2_after)
    return due
