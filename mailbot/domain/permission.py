"""What the commands of a mail need, and whether its sender is sure enough for it; authority.py has the tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailbot.domain.authority import Action, Mode, is_enough
from mailbot.domain.decision import Event, EventKind, Unproven
from mailbot.domain.effects import Effects
from mailbot.domain.letter import Notice
from mailbot.domain.stepping import meant_step, step_of
from mailbot.domain.ticket import Step
from mailbot.domain.tie_words import named_numbers
from mailbot.domain.token_ages import counts_for
from mailbot.domain.verbs import VERBS, Verb

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mailbot.domain.desk import Desk, Known
    from mailbot.domain.grammar import Command
    from mailbot.domain.scene import Scene

HEAVY_STEPS = frozenset({Step.MERGE, Step.CLOSE})
HEAVY_VERBS = frozenset({Verb.MERGE, Verb.CLOSE})


def find_lacking(actions: Iterable[Action], known: Known, desk: Desk) -> Action | None:
    """Return the first of these that the mail is not sure enough for."""
    return next((action for action in actions if not may(action, known, desk)), None)


def may(action: Action, known: Known, desk: Desk) -> bool:
    """Tell whether it is sure enough who wrote the mail for this."""
    return is_enough(known.level, action, desk.trust, has_token=counts_for(action, known))


def actions_of(own: Sequence[Command], elsewhere: Sequence[Command], scene: Scene) -> tuple[Action, ...]:
    """Return what commands for this ticket and for others by number need; several tickets at once are heavy."""
    commands = (*own, *elsewhere)
    changed = {number for command in commands for number in command.targets or (scene.ticket.number,)}
    return (Action.HEAVY,) if len(changed) > 1 else tuple(action_of(command, scene) for command in commands)


def heaviest(actions: Iterable[Action]) -> Action:
    """Return what needs the most proof of what a mail commands of tickets."""
    return max(actions, key=list(Action).index)


def action_of(command: Command, scene: Scene) -> Action:
    """Return what one command about a ticket needs from who writes as this sender."""
    step = meant_step(step_of(command), scene)
    if step in HEAVY_STEPS:
        return Action.HEAVY
    if scene.is_staff:
        return Action.STAFF
    return Action.FILL if step is Step.SET else Action.OWN


def action_by_number(commands: Sequence[Command], *, is_staff: bool) -> Action:
    """Return what commands need that name their tickets in a mail which belongs to none."""
    named = {target for command in commands for target in named_numbers(command)}
    if len(named) > 1 or any(command.verb in HEAVY_VERBS for command in commands):
        return Action.HEAVY
    return Action.STAFF if is_staff else Action.OWN


def action_about_desk(command: Command) -> Action:
    """Return what a question to the desk or a choice about oneself needs; help is for everybody."""
    if VERBS[command.verb].needs_proof:
        return Action.SETTINGS
    return Action.OPEN if command.verb is Verb.HELP else Action.ASK


def proof_notice(given: str, lacking: Action, known: Known, desk: Desk) -> Notice:
    """Return what the sender is told: to answer our letter, or that the mail server must vouch for the mail as well."""
    if known.is_token_old and not counts_for(lacking, known):
        return Notice("token_ended", given)
    if known.has_token and lacking is Action.HEAVY and desk.trust.mode is Mode.ENFORCE:
        return Notice("needs_vouching", given)
    is_staff = known.person is not None and known.person.is_staff
    return Notice("needs_token_staff" if is_staff else "needs_token_requester", given)


def refuse_unproven(commands: tuple[Command, ...], words: str, lacking: Action, scene: Scene) -> Effects:
    """Ask for commands again, at the stored address: a forged mail may hold them."""
    reason = "It commands something but carries no reply token of ours, and a From line alone proves nothing."
    if scene.desk.trust.mode is Mode.ENFORCE:
        reason = f"It is not sure enough who wrote it ({scene.known.level.name}) for what it wants ({lacking})."
    if scene.known.is_token_old:
        reason = f"The letter of ours that it answers is too old for what it wants ({lacking})."
    said = ", ".join(command.word for command in commands)
    return Effects(
        events=(Event(EventKind.REFUSED, scene.sender, words, reason, internal=True),),
        reasons=(reason,),
        notices=(proof_notice(said, lacking, scene.known, scene.desk),),
        refused=True,
        unproven=Unproven(scene.stored_address, lacking, scene.known.level, commands, words),
    )
