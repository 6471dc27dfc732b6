"""Commands for other tickets than the one a mail belongs to: each is named by its number, several at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mailbot.domain.addressing import one_letter_each, to_person
from mailbot.domain.answering import answer, asked_of_desk, commands_about
from mailbot.domain.commanding import run_command, scene_after
from mailbot.domain.decision import Decision, Outcome
from mailbot.domain.effects import Effects
from mailbot.domain.letter import LetterKind, Notice
from mailbot.domain.number_lists import MOST_TARGETS, number_notices
from mailbot.domain.scene import make_scene
from mailbot.domain.verbs import About

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mailbot.domain.asking import Asking
    from mailbot.domain.desk import Known
    from mailbot.domain.grammar import Command
    from mailbot.domain.scene import Scene
    from mailbot.domain.understanding import Understanding


def split_commands(commands: Iterable[Command], number: str) -> tuple[tuple[Command, ...], tuple[Command, ...]]:
    """Return the commands for the ticket of this number, or for none by name, and those for other tickets."""
    own: list[Command] = []
    elsewhere: list[Command] = []
    for command in commands:
        others = tuple(target for target in command.targets if target != number)
        if len(others) == len(command.targets) and others:
            elsewhere.append(command)
            continue
        own.append(replace(command, targets=()))
        if others:
            elsewhere.append(replace(command, targets=others))
    return tuple(own), tuple(elsewhere)


def adopt_target(understanding: Understanding, known: Known) -> Known:
    """Return what is known of a mail that belongs to no ticket by itself and commands something of a single one."""
    commands = commands_about(understanding, About.TICKET)
    named = {number for command in commands for number in command.targets}
    if known.ticket is not None or len(named) != 1 or not all(command.targets for command in commands):
        return known
    target = known.targets.get(named.pop())
    if target is None:
        return known
    return replace(known, ticket=target.ticket, requester=target.requester, by_token=known.sender_proven)


def run_elsewhere(commands: Sequence[Command], asking: Asking) -> Effects:
    """Carry out commands for the tickets they name; each ticket becomes a decision of its own, obeyed with this one."""
    named = tuple(dict.fromkeys(number for command in commands for number in command.targets))
    taken, notices = frozenset(named[:MOST_TARGETS]), Effects()
    scenes: dict[str, Scene] = {}
    done: dict[str, Effects] = {}
    for command, number in ((c, n) for c in commands for n in c.targets if n in taken):
        scene = scenes.get(number) or _scene_of(number, asking)
        if scene is None:
            notices += Effects(notices=number_notices((number,), asking.known), refused=True)
            continue
        effects = run_command(replace(command, targets=()), scene)
        scenes[number], done[number] = scene_after(effects.change, scene), done.get(number, Effects()) + effects
        said = tuple(replace(notice, ticket=number) for notice in effects.notices)
        notices += Effects(notices=said, refused=effects.refused, reasons=_reasons(number, effects))
    if len(named) > MOST_TARGETS:
        notices += Effects(notices=(Notice("targets_too_many", str(MOST_TARGETS)),), refused=True)
    return notices + Effects(also=tuple(_decision(scenes[number], effects) for number, effects in done.items()))


def decide_bulk(understanding: Understanding, asking: Asking) -> Decision | None:
    """Return the decision about a mail that belongs to no ticket and only commands something of tickets by number.

    None when it says anything else. An officer who names no ticket of his but tells a problem gets a new ticket.
    """
    person, known = asking.known.person, asking.known
    commands = commands_about(understanding, About.TICKET)
    asked = asked_of_desk(understanding, known, asking.desk.grammar)
    is_all = len(commands) + len(asked) == len(understanding.commands.commands)
    if person is None or not commands or not is_all or not all(command.targets for command in commands):
        return None
    tells_problem = any(command.note for command in commands) and not known.targets
    if tells_problem and not person.is_staff:
        return None
    language = person.language or (asking.desk.language if person.is_staff else asking.language)
    proven = known.by_token or known.sender_proven
    effects = run_elsewhere(commands, asking) + answer(asked, asking) if proven else _ask_for_proof(commands, asking)
    values = (("refused", "yes" if effects.refused else ""), ("example", commands[0].targets[0]))
    letters = to_person(LetterKind.CARRIED_OUT, person, language, notices=effects.notices, values=values)
    return Decision(
        outcome=Outcome.ANSWERED,
        reasons=("It only commands something of tickets that it names by number.", *effects.reasons),
        letters=one_letter_each((*letters, *effects.letters)),
        also=effects.also,
        settings=effects.settings,
    )


def _ask_for_proof(commands: Sequence[Command], asking: Asking) -> Effects:
    """Ask for the commands again, at the stored address: without a reply token of ours they may be forged."""
    person = asking.known.person
    code = "needs_token_staff" if person and person.is_staff else "needs_token_requester"
    lines = tuple(Notice(code, " ".join((command.word, *command.targets))) for command in commands)
    reason = "It carries no reply token of ours, and a From line alone proves nothing."
    return Effects(notices=lines, reasons=(reason,), refused=True)


def _scene_of(number: str, asking: Asking) -> Scene | None:
    target = asking.known.targets.get(number)
    if target is None:
        return None
    known = replace(asking.known, ticket=target.ticket, requester=target.requester, meanwhile=())
    return make_scene(target.ticket, known, asking.desk, asking.sender)


def _decision(scene: Scene, effects: Effects) -> Decision:
    ticket = scene.known.ticket
    assert ticket is not None, "a scene of a target has its ticket"
    return Decision(
        outcome=Outcome.UPDATED,
        reasons=effects.reasons,
        ticket=ticket.number,
        expected_version=ticket.version,
        change=effects.change,
        events=effects.events,
        letters=one_letter_each(effects.letters),
    )


def _reasons(number: str, effects: Effects) -> tuple[str, ...]:
    return tuple(f"{number}: {reason}" for reason in effects.reasons)
