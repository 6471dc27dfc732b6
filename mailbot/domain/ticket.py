"""Tickets: their fields, their statuses, and the table of steps that lead from one status to the next."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from mailbot.domain.people import Language


class Status(StrEnum):
    """Where a ticket stands."""

    NEW = "new"
    IN_PROGRESS = "in_progress"
    WAITING = "waiting"
    RESOLVED = "resolved"
    CLOSED = "closed"
    MERGED = "merged"


class Step(StrEnum):
    """What somebody may do with an existing ticket."""

    TAKE = "take"
    ASSIGN = "assign"
    COMMENT = "comment"
    ASK = "ask"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    CONFIRM = "confirm"
    CANCEL = "cancel"
    CLOSE = "close"
    MERGE = "merge"
    TIE = "tie"
    RATE = "rate"
    NOTE = "note"
    SET = "set"
    UNDO = "undo"


class Actor(StrEnum):
    """As what somebody takes a step; one person can be several of these on one ticket."""

    REQUESTER = "requester"
    STAFF = "staff"
    LEAD = "lead"
    TIMER = "timer"
    INTEGRATOR = "integrator"
    FOLLOWER = "follower"


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table: from which statuses, to which status (None: unchanged), and who may."""

    sources: frozenset[Status]
    target: Status | None
    actors: frozenset[Actor]


_WORKING = frozenset({Status.NEW, Status.IN_PROGRESS, Status.WAITING})
_OPEN = _WORKING | {Status.RESOLVED}
_STAFF = frozenset({Actor.STAFF, Actor.LEAD})
_REQUESTER = frozenset({Actor.REQUESTER})
# Who wrote for the requester may add to the ticket; what ends or re-opens it is the requester's own word.
_REQUESTERS = _REQUESTER | {Actor.INTEGRATOR}
# Whose ticket became a part of this one has the same problem: they add to it, and say when it is back.
_FOLLOWER = frozenset({Actor.FOLLOWER})

STEPS: dict[Step, Rule] = {
    Step.TAKE: Rule(_WORKING, Status.IN_PROGRESS, _STAFF),
    Step.ASSIGN: Rule(_WORKING, Status.IN_PROGRESS, _STAFF),
    Step.COMMENT: Rule(_OPEN, None, _STAFF | _REQUESTERS | _FOLLOWER),
    Step.ASK: Rule(frozenset({Status.NEW, Status.IN_PROGRESS}), Status.WAITING, _STAFF),
    Step.RESOLVE: Rule(_WORKING, Status.RESOLVED, _STAFF),
    Step.REOPEN: Rule(frozenset({Status.RESOLVED, Status.CLOSED}), Status.IN_PROGRESS, _STAFF | _REQUESTER | _FOLLOWER),
    Step.CONFIRM: Rule(frozenset({Status.RESOLVED}), Status.CLOSED, _REQUESTER),
    Step.CANCEL: Rule(_WORKING, Status.CLOSED, _REQUESTER),
    Step.CLOSE: Rule(frozenset({Status.RESOLVED}), Status.CLOSED, frozenset({Actor.TIMER, Actor.LEAD})),
    Step.MERGE: Rule(_OPEN, Status.MERGED, _STAFF),
    Step.TIE: Rule(_OPEN, None, _STAFF),
    Step.RATE: Rule(frozenset({Status.RESOLVED, Status.CLOSED}), None, _REQUESTER),
    Step.NOTE: Rule(frozenset(Status), None, _STAFF),
    Step.SET: Rule(frozenset(Status), None, _STAFF | _REQUESTERS),
    Step.UNDO: Rule(frozenset(Status), None, _STAFF | _REQUESTERS | _FOLLOWER),
}

# Where one side may take a step in fewer statuses than its row says.
NARROWER: dict[tuple[Step, Actor], frozenset[Status]] = {
    (Step.SET, Actor.REQUESTER): _OPEN,
    (Step.SET, Actor.INTEGRATOR): _OPEN,
}

# A comment changes the status only where somebody was waiting for exactly this person.
COMMENT_MOVES: dict[tuple[Status, Actor], Status] = {
    (Status.NEW, Actor.STAFF): Status.IN_PROGRESS,
    (Status.NEW, Actor.LEAD): Status.IN_PROGRESS,
    (Status.WAITING, Actor.REQUESTER): Status.IN_PROGRESS,
    (Status.WAITING, Actor.INTEGRATOR): Status.IN_PROGRESS,
}


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket as it stands; `version` grows by one with every change and guards against two people acting at once.

    `requester` is the address letters go to; empty when a mail named no sender.
    `verified` tells whether that address belongs to a person of the directory.
    `office` and `zone` are where the requester worked when the ticket was opened, until a transfer moves them.
    `copy_to` is the address of an integrator who wrote for the requester and gets a copy of each letter.
    `missing` names the fields that were taken as defaults and are still asked for, with a space between them.
    `parent` is the ticket this one is a case of, `merged_into` the one it became a part of.
    `rating` is 1 to 5. `answer_due_at` and `resolve_due_at` are promises in working time; while the desk waits for the
    requester `paused_at` says since when, and both are moved when it ends. `waited_seconds` is the working time of all
    such waits that have ended.
    """

    number: str
    status: Status
    requester: str
    requester_name: str
    language: Language
    request_type: str
    module: str
    priority: str
    title: str
    description: str
    opened_at: datetime
    changed_at: datetime
    employee_id: str = ""
    mobile: str = ""
    assignee: str = ""
    source: str = "mail"
    verified: bool = True
    reopen_count: int = 0
    resolution: str = ""
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    related: str = ""
    office: str = ""
    zone: str = ""
    copy_to: str = ""
    missing: str = ""
    parent: str = ""
    merged_into: str = ""
    rating: int | None = None
    first_answer_at: datetime | None = None
    answer_due_at: datetime | None = None
    resolve_due_at: datetime | None = None
    paused_at: datetime | None = None
    waited_seconds: int = 0
    version: int = 1


def allowed_steps(status: Status, actors: frozenset[Actor]) -> tuple[Step, ...]:
    """Return the steps that these actors may take now, in the order of the table."""
    return tuple(step for step in STEPS if _may_take(step, status, actors))


def status_after(step: Step, status: Status, actors: frozenset[Actor]) -> Status | None:
    """Return the status a step leads to, or None when these actors may not take it from here."""
    if not _may_take(step, status, actors):
        return None
    if step is Step.COMMENT:
        moves = (COMMENT_MOVES.get((status, actor)) for actor in sorted(actors))
        return next((target for target in moves if target), status)
    return STEPS[step].target or status


def _may_take(step: Step, status: Status, actors: frozenset[Actor]) -> bool:
    rule = STEPS[step]
    return any(status in NARROWER.get((step, actor), rule.sources) for actor in actors & rule.actors)
