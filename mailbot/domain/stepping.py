"""What each command does to a ticket, whom it is told, and what is said when it may not be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailbot.domain.decision import Change, Event, EventKind
from mailbot.domain.effects import Effects
from mailbot.domain.letter import LetterKind, Notice
from mailbot.domain.ticket import STEPS, Actor, Status, Step, allowed_steps, status_after
from mailbot.domain.trust import normal_address
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
    Step.CLOSE: EventKind.CLOSED,
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
    Step.CLOSE: (LetterKind.CLOSED, None),
    Step.NOTE: (None, None),
}

# How often mails may re-open one ticket within 24 hours; further ones are comments.
REOPENED_AT_MOST = 3
NEEDS_TEXT = frozenset({Step.ASK, Step.NOTE})
# What a colleague does with somebody's ticket, which that person then hears of.
TOLD_TO_ASSIGNEE = frozenset({Step.ASK, Step.RESOLVE, Step.CLOSE})


def take_step(command: Command, step: Step, target: Status, scene: Scene) -> Effects:
    """Return what one proven and possible command does."""
    kind = EVENT_OF[step]
    if step is Step.REOPEN and scene.known.reopened_last_day >= REOPENED_AT_MOST:
        return _reopened_too_often(command, scene)
    if step is Step.TAKE and is_assignee(scene) and target is scene.ticket.status:
        return refuse(command, Notice("already_assigned", scene.name), scene)
    event = Event(kind, scene.sender, command.note, f"Commanded by {command.word!r}.", internal=step is Step.NOTE)
    to_requester, to_staff = NEWS[step]
    letters: tuple[LetterOrder, ...] = ()
    if to_requester and Actor.REQUESTER not in scene.actors:
        letters += scene.tell_requester(to_requester, command.note)
    if to_staff:
        # Every other letter says itself what happened.
        news = (Notice(f"done_{kind}"),) if to_staff is LetterKind.STATUS_CHANGED else ()
        letters += scene.tell_staff(to_staff, command.note, news)
    if step is Step.TAKE:
        letters += scene.tell_assignee(LetterKind.STATUS_CHANGED, "", (Notice("done_taken_over", scene.name),))
    elif step in TOLD_TO_ASSIGNEE:
        letters += scene.tell_assignee(LetterKind.STATUS_CHANGED, command.note, (Notice(f"done_{kind}"),))
    reason = f"{command.word!r} is carried out."
    return Effects(_change(step, target, command.note, scene), (event,), letters, (reason,), (Notice(f"done_{kind}"),))


def _reopened_too_often(command: Command, scene: Scene) -> Effects:
    """Keep what a mail says that would re-open a ticket once more; two machines shall not do so for ever."""
    reason = f"{command.word!r} is not carried out: mails re-opened the ticket {REOPENED_AT_MOST} times within a day."
    return Effects(
        events=(Event(EventKind.COMMENTED, scene.sender, command.note or command.word, reason),),
        letters=scene.tell_staff(LetterKind.COMMENT, command.note or command.word),
        reasons=(reason,),
        notices=(Notice("reopened_too_often", command.word),),
        refused=True,
    )


def step_of(command: Command) -> Step:
    """Return the step of a command that is about a ticket."""
    step = VERBS[command.verb].step
    assert step is not None, "only verbs about a ticket come here"
    return step


def is_assignee(scene: Scene) -> bool:
    """Tell whether the ticket is with the sender already."""
    person = scene.known.person
    return person is not None and normal_address(person.email) == normal_address(scene.ticket.assignee)


def is_possible(step: Step, scene: Scene) -> bool:
    """Return whether the sender may take this step now."""
    return status_after(meant_step(step, scene), scene.ticket.status, scene.actors) is not None


def may_take(step: Step, scene: Scene) -> bool:
    """Tell whether the sender's side of the desk may ever take this step, whatever the status is now."""
    return bool(STEPS[meant_step(step, scene)].actors & scene.actors)


# What depends on more than the status of the ticket.
NEVER_PROPOSED = frozenset({Step.MERGE, Step.UNDO})
# What the history tells of a command that was not carried out, for each notice that its sender gets instead.
REFUSED_BECAUSE = {
    "step_not_allowed": "a ticket that is {status} does not allow it",
    "only_staff": "only the IT section may do it",
    "only_lead": "only a lead may do it",
    "only_requester": "only the officer whose ticket it is may do it",
    "already_assigned": "the ticket is with that person already",
    "text_missing": "it needs a text, and there is none below it",
    "changed_meanwhile": "it would undo what somebody else did after the letter that it answers",
    "rating_early": "only a ticket that was resolved is rated",
    "choice_missing": "it does not say which one",
    "choice_unknown": "the catalogue has no such choice",
    "person_missing": "it does not say to whom",
    "person_unknown": "nobody of the IT section has that name",
    "person_ambiguous": "several people of the IT section may be meant",
    "ties_merged": "the ticket is a part of another one now",
}


def refuse(command: Command, notice: Notice, scene: Scene) -> Effects:
    """Return the record and the answer of a command that was not carried out."""
    because = REFUSED_BECAUSE[notice.code].format(status=scene.ticket.status.value.replace("_", " "))
    reason = f"{command.word!r} is not carried out: {because}."
    event = Event(EventKind.REFUSED, scene.sender, command.note or command.argument, reason, internal=True)
    return Effects(events=(event,), reasons=(reason,), notices=(notice,), refused=True)


def refusal(command: Command, step: Step, scene: Scene) -> Notice:
    """Return why a step may not be taken, with what is possible instead."""
    if scene.ticket.status is Status.MERGED and scene.ticket.merged_into:
        return Notice("ties_merged", scene.ticket.number, scene.ticket.merged_into)
    possible = ", ".join(
        words.button(scene.language)
        for allowed in allowed_steps(scene.ticket.status, scene.actors)
        if allowed not in NEVER_PROPOSED and (words := scene.desk.grammar.words(allowed)) is not None
    )
    may = STEPS[step].actors
    if not scene.actors & may:
        side = "only_staff" if Actor.STAFF in may else "only_lead" if Actor.LEAD in may else "only_requester"
        return Notice(side, command.word, possible)
    return Notice("step_not_allowed", command.word, possible)


def meant_step(step: Step, scene: Scene) -> Step:
    """Return what is meant: an officer who writes "resolved" or "close" about a resolved ticket confirms it."""
    is_officer = Actor.REQUESTER in scene.actors and not scene.is_staff
    if step is Step.RESOLVE and is_officer and scene.ticket.status is Status.RESOLVED:
        return Step.CONFIRM
    if step is Step.CLOSE and Actor.REQUESTER in scene.actors and Actor.LEAD not in scene.actors:
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
