"""Commands for other tickets than the one a mail belongs to: each is named by its number, several at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mailbot.domain.addressing import one_letter_each, to_person
from mailbot.domain.answering import answer, asked_of_desk, commands_about
from mailbot.domain.assigning import assign_again
from mailbot.domain.cases import answer_cases
from mailbot.domain.commanding import run_command, scene_after
from mailbot.domain.decision import Commanded, Decision, Outcome, Unproven
from mailbot.domain.deeds import with_undo
from mailbot.domain.effects import Effects
from mailbot.domain.letter import LetterKind, Notice
from mailbot.domain.number_lists import MOST_TARGETS, number_notices
from mailbot.domain.permission import action_by_number, find_lacking, proof_notice
from mailbot.domain.scene import make_scene
from mailbot.domain.tie_words import named_numbers, split_ties
from mailbot.domain.trust import normal_address
from mailbot.domain.tying import run_ties
from mailbot.domain.verbs import About

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mailbot.domain.asking import Asking
    from mailbot.domain.authority import Action
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
    named = {number for command in commands for number in named_numbers(command)}
    if known.ticket is not None or len(named) != 1 or not all(map(named_numbers, commands)):
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
    return notices + _settle(done, asking)


def decide_bulk(understanding: Understanding, asking: Asking) -> Decision | None:
    """Return the decision about a mail that belongs to no ticket and only commands something of tickets by number.

    None when it says anything else. An officer who names no ticket of his but tells a problem gets a new ticket.
    """
    person, known = asking.known.person, asking.known
    commands = commands_about(understanding, About.TICKET)
    asked = asked_of_desk(understanding, known, asking.desk.grammar)
    is_all = len(commands) + len(asked) == len(understanding.commands.commands)
    if person is None or not commands or not is_all or not all(map(named_numbers, commands)):
        return None
    tells_problem = any(command.note for command in commands) and not known.targets
    if tells_problem and not person.is_staff:
        return None
    language = person.language or (asking.desk.language if person.is_staff else asking.language)
    lacking = find_lacking((action_by_number(commands, is_staff=person.is_staff),), known, asking.desk)
    effects = (
        ask_for_proof(commands, lacking, asking) if lacking else _carry_out(commands, asking) + answer(asked, asking)
    )
    values = (("refused", "yes" if effects.refused else ""), ("example", named_numbers(commands[0])[0]))
    letters = to_person(LetterKind.CARRIED_OUT, person, language, notices=effects.notices, values=values)
    decision = Decision(
        outcome=Outcome.ANSWERED,
        reasons=("It only commands something of tickets that it names by number.", *effects.reasons),
        letters=one_letter_each((*letters, *effects.letters)),
        also=effects.also,
        settings=effects.settings,
        unproven=effects.unproven,
    )
    words = ", ".join(command.word for command in commands)
    commanded = Commanded(person.email, words, action_by_number(commands, is_staff=person.is_staff))
    return with_undo(decision, commanded, asking.desk.grammar, language)


def _carry_out(commands: Sequence[Command], asking: Asking) -> Effects:
    """Carry out commands by number; what ties tickets comes last, and then the cases of what was resolved."""
    ties, others = split_ties(commands)
    done = run_ties(ties, asking, None, run_elsewhere(others, asking))
    return answer_cases(asking, None, done)


def ask_for_proof(commands: Sequence[Command], lacking: Action, asking: Asking) -> Effects:
    """Ask for the commands again, at the stored address: without a reply token of ours they may be forged."""
    known = asking.known
    said = (" ".join((command.word, *named_numbers(command))) for command in commands)
    lines = tuple(proof_notice(words, lacking, known, asking.desk) for words in said)
    reason = "It carries no reply token of ours, and a From line alone proves nothing."
    actor = known.person.email if known.person else normal_address(asking.sender)
    unproven = Unproven(actor, lacking, known.level, tuple(commands))
    return Effects(notices=lines, reasons=(reason,), refused=True, unproven=unproven)


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


def _settle(done: Mapping[str, Effects], asking: Asking) -> Effects:
    """Return a decision about each ticket; those that now belong to other people go to them in turn."""
    total, workload = Effects(), dict(asking.known.workload)
    for number, effects in done.items():
        scene = _scene_of(number, replace(asking, known=replace(asking.known, workload=workload)))
        assert scene is not None, "something was done about it, so it is known"
        given = assign_again(effects, scene)
        if given.change.assignee:
            workload[normal_address(given.change.assignee)] = workload.get(normal_address(given.change.assignee), 0) + 1
        notices = tuple(replace(notice, ticket=number) for notice in given.notices)
        also = (_decision(scene, effects + given),)
        total += Effects(notices=notices, reasons=_reasons(number, given), also=also)
    return total


def _reasons(number: str, effects: Effects) -> tuple[str, ...]:
    return tuple(f"{number}: {reason}" for reason in effects.reasons)
