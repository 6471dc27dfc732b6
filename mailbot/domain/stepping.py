"""What each command does to a ticket, whom it is told, and what is said when it may not be done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailbot.domain.decision import Change, Event, EventKind
from mailbot.domain.letter import LetterKind, Notice
from mailbot.domain.ticket import STEPS, Actor, Status, Step, allowed_steps, status_after
from mailbot.domain.verbs import VERBS

if TYPE_CHECKING:
    from mailbot.domain.grammar import Command
    from mailbot.domain.letter import LetterOrder
    from mailbot.domain.scene import Scene

EVENT_OF = {
    Step.TAKE: EventKind.TAKEN,
    Step.ASK: EventKind.ASKED,
    Step.RESOLVE: EventKind.RESOLVED,
    Step.REOPEN: EventKind.REOPENED,
    Step.CONFIRM: EventKind.CONFIRMED,
    Step.CANCEL: EventKind.CANCELLED,
    Step.NOTE: EventKind.NOTED,
}

# What the other side of the desk hears: (letter to the requester, letter to the IT section).
NEWS: dict[Step, tuple[LetterKind | None, LetterKind | None]] = {
    Step.TAKE: (LetterKind.STATUS_CHANGED, None),
    Step.ASK: (LetterKind.QUESTION, None),
    Step.RESOLVE: (LetterKind.RESOLVED, None),
    Step.REOPEN: (LetterKind.REOPENED, LetterKind.REOPENED),
    Step.CONFIRM: (None, LetterKind.STATUS_CHANGED),
    Step.CANCEL: (None, LetterKind.STATUS_CHANGED),
    Step.NOTE: (None, None),
}

NEEDS_TEXT = frozenset({Step.ASK, Step.NOTE})


@dataclass(frozen=True, slots=True)
class StepTaken:
    """The effects of one command; `change` is None when it was refused, and then `notice` says why."""

    notice: Notice
    change: Change | None = None
    events: tuple[Event, ...] = ()
    letters: tuple[LetterOrder, ...] = ()


def take_step(command: Command, scene: Scene, has_files: bool) -> StepTaken:  # noqa: FBT001 - one plain yes or no
    """Return what one proven command does; it changes nothing when the table does not allow it."""
    step = _meant_step(step_of(command), scene)
    target = status_after(step, scene.ticket.status, scene.actors)
    if target is None:
        return StepTaken(refusal(command, step, scene))
    if step in NEEDS_TEXT and not command.note and not has_files:
        return StepTaken(Notice("text_missing", command.word))
    kind = EVENT_OF[step]
    event = Event(kind, scene.sender, command.note, f"Commanded by {command.word!r}.", internal=step is Step.NOTE)
    to_requester, to_staff = NEWS[step]
    letters: tuple[LetterOrder, ...] = ()
    if to_requester and Actor.REQUESTER not in scene.actors:
        letters += scene.tell_requester(to_requester, command.note)
    if to_staff:
        letters += scene.tell_staff(to_staff, command.note, (Notice(f"done_{kind}"),))
    return StepTaken(Notice(f"done_{kind}"), _change(step, target, command.note, scene), (event,), letters)


def step_of(command: Command) -> Step:
    """Return the step of a command that is about a ticket."""
    step = VERBS[command.verb].step
    assert step is not None, "only verbs about a ticket come here"
    return step


def is_possible(step: Step, scene: Scene) -> bool:
    """Return whether the sender may take this step now."""
    return status_after(_meant_step(step, scene), scene.ticket.status, scene.actors) is not None


def may_take(step: Step, scene: Scene) -> bool:
    """Tell whether the sender's side of the desk may ever take this step, whatever the status is now."""
    return bool(STEPS[_meant_step(step, scene)].actors & scene.actors)


def refusal(command: Command, step: Step, scene: Scene) -> Notice:
    """Return why a step may not be taken, with what is possible instead."""
    possible = ", ".join(
        words.button(scene.language)
        for allowed in allowed_steps(scene.ticket.status, scene.actors)
        if (words := scene.desk.grammar.words(allowed)) is not None
    )
    if not scene.actors & STEPS[step].actors:
        side = "only_staff" if Actor.STAFF in STEPS[step].actors else "only_requester"
        return Notice(side, command.word, possible)
    return Notice("step_not_allowed", command.word, possible)


def _meant_step(step: Step, scene: Scene) -> Step:
    """Return what is meant: an officer who writes "resolved" about a resolved ticket confirms it."""
    if step is Step.RESOLVE and not scene.is_staff and scene.ticket.status is Status.RESOLVED:
        return Step.CONFIRM
    return step


def _change(step: Step, target: Status, note: str, scene: Scene) -> Change:
    ticket = scene.ticket
    takes_over = step is Step.TAKE or (scene.is_staff and not ticket.assignee and step in {Step.RESOLVE, Step.ASK})
    return Change(
        status=target if target is not ticket.status else None,
        assignee=scene.known.person.email if takes_over and scene.known.person else None,
        resolution=note if step is Step.RESOLVE else None,
        reopened=step is Step.REOPEN,
    )
