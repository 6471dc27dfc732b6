"""The commands of one mail about one ticket, carried out one after the other, each with its own line in the answer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mailbot.domain.correcting import FIELD_OF, find_choice, set_choice
from mailbot.domain.decision import EventKind
from mailbot.domain.effects import Effects
from mailbot.domain.handing_over import assign
from mailbot.domain.letter import Notice
from mailbot.domain.rating import is_early, is_rating, rate
from mailbot.domain.stepping import (
    NEEDS_TEXT,
    is_assignee,
    is_possible,
    may_take,
    meant_step,
    refusal,
    refuse,
    step_of,
    take_step,
)
from mailbot.domain.ticket import Actor, Step, status_after
from mailbot.domain.verbs import Verb

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mailbot.domain.decision import Change
    from mailbot.domain.desk import Happened
    from mailbot.domain.grammar import Command
    from mailbot.domain.scene import Scene

# Verbs about a ticket that do more than their step alone; each is asked only when the step is possible now.
HANDLERS: dict[Verb, Callable[[Command, Scene], Effects]] = {
    Verb.ASSIGN: assign,
    Verb.PRIORITY: set_choice,
    Verb.MODULE: set_choice,
    Verb.TYPE: set_choice,
    Verb.RATE: rate,
}

_HANDED = frozenset({EventKind.TAKEN, EventKind.ASSIGNED})
# What somebody else did meanwhile that a command would undo; such a command is asked for once more.
UNDOES: dict[Step, frozenset[EventKind]] = {
    Step.TAKE: _HANDED,
    Step.ASSIGN: _HANDED,
    Step.SET: frozenset({EventKind.FIELDS_SET}),
}
MOST_NEWS = 5


def is_meant(command: Command, scene: Scene) -> bool:
    """Tell a command from ordinary words.

    An officer's "done" answers a question, it resolves nothing. And when an officer's command is not possible now, such
    as REOPEN on an open ticket, but says more than the word, it is worth more to the IT section than a refusal. "Module
    not opening" is a sentence, unless what follows is a choice of the catalogue or nearly one.
    """
    if command.verb in FIELD_OF and command.argument:
        code, nearest = find_choice(command, scene.desk)
        return bool(code or nearest) or (scene.is_staff and command.is_loud)
    if command.verb is Verb.RATE and (is_early(command, scene) or not is_rating(command, scene)):
        return is_rating(command, scene)
    says_more = command.note or command.argument
    if Actor.FOLLOWER in scene.actors and not scene.is_staff:
        return is_possible(step_of(command), scene)  # what ends the ticket is its requester's word; theirs is a comment
    if scene.is_staff:
        return command.is_plain or not says_more or may_take(step_of(command), scene)
    return is_possible(step_of(command), scene) or (command.is_plain and not says_more)


def run_commands(commands: Iterable[Command], scene: Scene, *, has_files: bool = False) -> Effects:
    """Carry out commands one after the other; the answer also tells what others did meanwhile.

    An officer has a letter about each such thing already, and reads of it again only where it explains a refusal.
    """
    commands, effects = tuple(commands), Effects()
    for position, command in enumerate(commands):
        done = run_command(command, scene, has_files=has_files and position == len(commands) - 1)
        effects += done
        scene = scene_after(done.change, scene)
    tells = commands and (scene.is_staff or effects.refused)
    return effects + Effects(notices=meanwhile_notices(scene.known.meanwhile) if tells else ())


def run_command(command: Command, scene: Scene, *, has_files: bool = False) -> Effects:
    """Return what one proven command does; it changes nothing when the table does not allow it."""
    step = meant_step(step_of(command), scene)
    target = status_after(step, scene.ticket.status, scene.actors)
    if target is None:
        refused = refusal(command, step, scene)
        code = "rating_early" if is_early(command, scene) else refused.code
        return refuse(command, replace(refused, code=code), scene)
    if step in NEEDS_TEXT and not command.note and not has_files:
        return refuse(command, Notice("text_missing", command.word), scene)
    if _would_undo(step, scene):
        return refuse(command, Notice("changed_meanwhile", command.word), scene)
    handler = HANDLERS.get(command.verb)
    return handler(command, scene) if handler else take_step(command, step, target, scene)


def meanwhile_notices(happened: Iterable[Happened]) -> tuple[Notice, ...]:
    """Return what others did since the letter that is answered was written, the last few of it."""
    return tuple(_meanwhile(event.kind, event) for event in tuple(happened)[-MOST_NEWS:])


def scene_after(change: Change, scene: Scene) -> Scene:
    """Return the scene as the next command of the same mail finds it."""
    ticket = scene.ticket
    status, assignee = change.status or ticket.status, change.assignee or ticket.assignee
    parent, merged_into = change.parent or ticket.parent, change.merged_into or ticket.merged_into
    after = replace(ticket, status=status, assignee=assignee, parent=parent, merged_into=merged_into)
    return replace(scene, ticket=after)


def _meanwhile(kind: str, event: Happened) -> Notice:
    return Notice(f"meanwhile_{kind}", event.actor, at=event.at)


def _would_undo(step: Step, scene: Scene) -> bool:
    """Tell whether somebody else did meanwhile what this step would undo without the sender knowing of it."""
    undone = UNDOES.get(step, frozenset())
    if undone is _HANDED and is_assignee(scene):
        return False
    return any(event.kind in undone for event in scene.known.meanwhile)
