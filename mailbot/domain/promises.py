"""How the promises of a ticket move with it: made when it opens, stopped while the desk waits, made anew on re-opening.

These are plain functions from a ticket before a change to the ticket after it; one place in the store calls them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mailbot.domain.decision import EventKind
from mailbot.domain.letter import Audience, LetterKind
from mailbot.domain.ticket import Status

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from mailbot.domain.decision import Decision
    from mailbot.domain.desk import Desk
    from mailbot.domain.ticket import Ticket

# Steps that only the IT section takes and the officer hears of, and its words to the officer.
ANSWERS = frozenset({EventKind.TAKEN, EventKind.ASKED, EventKind.RESOLVED, EventKind.MERGED})
ANSWERING_LETTERS = frozenset({
    LetterKind.COMMENT,
    LetterKind.QUESTION,
    LetterKind.STATUS_CHANGED,
    LetterKind.RESOLVED,
})  # fmt: skip


def with_promises(ticket: Ticket, desk: Desk) -> Ticket:
    """Return a new ticket with the promises of its priority; those that are set already hold."""
    promise = desk.service.promises.get(ticket.priority)
    if promise is None:
        return ticket
    add = desk.calendar.add_working
    return replace(
        ticket,
        answer_due_at=ticket.answer_due_at or add(ticket.opened_at, promise.answer),
        resolve_due_at=ticket.resolve_due_at or add(ticket.opened_at, promise.resolve),
    )


def move_promises(before: Ticket, after: Ticket, decision: Decision, desk: Desk, now: datetime) -> Ticket:
    """Return the ticket after a change with its promises as they are now."""
    ticket = after
    if before.status is Status.WAITING and ticket.status is not Status.WAITING:
        ticket = _resumed(ticket, desk, now)
    elif ticket.status is Status.WAITING and before.status is not Status.WAITING:
        ticket = replace(ticket, paused_at=now)
    if ticket.reopen_count > before.reopen_count:
        ticket = _promised_anew(ticket, desk, now)
    elif ticket.priority != before.priority:
        ticket = _with_other_priority(ticket, before.priority, desk)
    if ticket.first_answer_at is None and is_answered_by(decision):
        ticket = replace(ticket, first_answer_at=now)
    return ticket


def is_answered_by(decision: Decision) -> bool:
    """Tell whether a decision holds a public word or step of the IT section."""
    stepped = any(event.kind in ANSWERS and not event.internal for event in decision.events)
    written = any(
        letter.kind in ANSWERING_LETTERS and letter.audience is Audience.REQUESTER for letter in decision.letters
    )
    return stepped or written


def _resumed(ticket: Ticket, desk: Desk, now: datetime) -> Ticket:
    """Return the ticket with its clock running again: what is still promised moves by the time it waited."""
    if ticket.paused_at is None:
        return ticket
    waited = desk.calendar.working_between(ticket.paused_at, now)
    answer, resolve = ticket.answer_due_at, ticket.resolve_due_at
    return replace(
        ticket,
        paused_at=None,
        waited_seconds=ticket.waited_seconds + round(waited.total_seconds()),
        answer_due_at=desk.calendar.add_working(answer, waited) if answer and not ticket.first_answer_at else answer,
        resolve_due_at=desk.calendar.add_working(resolve, waited) if resolve else None,
    )


def _promised_anew(ticket: Ticket, desk: Desk, now: datetime) -> Ticket:
    """Return a re-opened ticket with a new promise to resolve it, and to answer it if nobody ever did."""
    promise = desk.service.promises.get(ticket.priority)
    if promise is None:
        return replace(ticket, answer_due_at=None, resolve_due_at=None)
    add = desk.calendar.add_working
    answer = ticket.answer_due_at if ticket.first_answer_at else add(now, promise.answer)
    return replace(ticket, answer_due_at=answer, resolve_due_at=add(now, promise.resolve))


def _with_other_priority(ticket: Ticket, former: str, desk: Desk) -> Ticket:
    """Return the ticket with the spans of its new priority, counted from where the old ones were counted from.

    That moment is found from the due times themselves, so that time spent waiting stays counted out.
    """
    promise, old = desk.service.promises.get(ticket.priority), desk.service.promises.get(former)
    if promise is None:
        return replace(ticket, answer_due_at=None, resolve_due_at=None)

    def moved(due: datetime | None, old_span: timedelta | None, span: timedelta) -> datetime:
        start = desk.calendar.before_working(due, old_span) if due and old_span else ticket.opened_at
        return desk.calendar.add_working(start, span)

    answer = ticket.answer_due_at
    if ticket.first_answer_at is None:
        answer = moved(answer, old.answer if old else None, promise.answer)
    resolve = moved(ticket.resolve_due_at, old.resolve if old else None, promise.resolve)
    return replace(ticket, answer_due_at=answer, resolve_due_at=resolve)
