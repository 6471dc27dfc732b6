"""Commands that concern no ticket's course: questions to the desk (STATUS, MY TICKETS) and one's own settings (LANG).

Each verb has one handler, which looks only at what the tables already said. What is asked goes to the address that our
tables hold, so a question needs less proof than what changes something; authority.py says how much.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mailbot.domain.addressing import one_letter_each
from mailbot.domain.authority import Action
from mailbot.domain.decision import Decision, Outcome
from mailbot.domain.effects import Effects
from mailbot.domain.finding import find_several, find_tickets
from mailbot.domain.grammar import is_only_farewell
from mailbot.domain.help import answer_help
from mailbot.domain.own_absence import come_back, go_away, is_about_absence
from mailbot.domain.own_letters import choose_letters
from mailbot.domain.own_settings import ask_for_proof, fold_settings, set_language
from mailbot.domain.people import Role
from mailbot.domain.permission import action_about_desk, find_lacking
from mailbot.domain.resolved_answers import answer_report, answer_reports
from mailbot.domain.status_answers import answer_my_tickets, answer_status, merge_status
from mailbot.domain.verbs import VERBS, About, Verb

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from mailbot.domain.asking import Asking
    from mailbot.domain.desk import Known
    from mailbot.domain.grammar import Command, Grammar
    from mailbot.domain.understanding import Understanding


HANDLERS: dict[Verb, Callable[[Command, Asking], Effects]] = {
    Verb.LANGUAGE: set_language,
    Verb.AWAY: go_away,
    Verb.BACK: come_back,
    Verb.LETTERS: choose_letters,
    Verb.FIND: find_tickets,
    Verb.STATUS: answer_status,
    Verb.MY_TICKETS: answer_my_tickets,
    Verb.REPORT: answer_report,
    Verb.HELP: answer_help,
}
# Questions that may be asked several times in one mail, and are answered in one letter.
SEVERAL: dict[Verb, Callable[[Sequence[Command], Asking], Effects]] = {
    Verb.FIND: find_several,
    Verb.REPORT: answer_reports,
}


def commands_about(understanding: Understanding, *about: About) -> tuple[Command, ...]:
    """Return the commands of a mail that concern one of these."""
    return tuple(command for command in understanding.commands.commands if VERBS[command.verb].about in about)


def asked_of_desk(understanding: Understanding, known: Known, grammar: Grammar) -> tuple[Command, ...]:
    """Return what a mail plainly asks of the desk itself and its sender may ask."""
    role = known.person.role if known.person else Role.OFFICER
    return tuple(
        command
        for command in commands_about(understanding, About.DESK, About.SELF)
        if role in VERBS[command.verb].roles and _is_asked(command, understanding, grammar)
    )


def _is_asked(command: Command, understanding: Understanding, grammar: Grammar) -> bool:
    """Tell a question from an ordinary word above other text: "Help" and then a problem asks for no letter."""
    if command.verb in {Verb.AWAY, Verb.BACK}:
        return is_about_absence(command, understanding.text, grammar)
    is_sure = command.is_loud or bool(command.argument or command.targets)
    is_own = VERBS[command.verb].about is About.SELF
    return command.is_plain and (is_own or is_sure or is_only_farewell(understanding.text, grammar))


def needs_proof(commands: Iterable[Command]) -> bool:
    """Tell whether one of the commands changes something and so needs a reply token."""
    return any(VERBS[command.verb].needs_proof for command in commands)


def answer(commands: Iterable[Command], asking: Asking) -> Effects:
    """Return the answers to these commands, in their order."""
    effects = Effects()
    own = asking.ticket.number if asking.ticket else ""
    for command, *others in _alike(merge_status(commands, own)):
        lacking = find_lacking((action_about_desk(command),), asking.known, asking.desk)
        # A choice about oneself is refused by its handler to who has none; nobody else's answer says anything of them.
        if lacking and (asking.known.person is not None or lacking is not Action.SETTINGS):
            effects += ask_for_proof(command, lacking, asking)
        elif command.verb in SEVERAL:
            effects += SEVERAL[command.verb]((command, *others), asking)
        else:
            effects += HANDLERS[command.verb](command, asking)
    return replace(effects, letters=fold_settings(effects.letters))


def _alike(commands: Iterable[Command]) -> Iterable[tuple[Command, ...]]:
    """Return the commands, with those together that one letter answers."""
    groups: dict[object, tuple[Command, ...]] = {}
    for position, command in enumerate(commands):
        key = command.verb if command.verb in SEVERAL else position
        groups[key] = (*groups.get(key, ()), command)
    return groups.values()


def decide_answer(understanding: Understanding, asking: Asking) -> Decision | None:
    """Return the decision about a mail that belongs to no ticket and only asks the desk something, or None.

    A mail that says anything else opens a ticket: a problem is never swallowed because it begins with "Help".
    """
    asked = asked_of_desk(understanding, asking.known, asking.desk.grammar)
    is_all = len(asked) == len(understanding.commands.commands)
    if not asked or not is_all or not is_only_farewell(understanding.text, asking.desk.grammar):
        return None
    effects = answer(asked, asking)
    words = ", ".join(command.word for command in asked)
    return Decision(
        outcome=Outcome.ANSWERED,
        reasons=(f"It only asks the desk: {words}.", *effects.reasons),
        letters=one_letter_each(effects.letters),
        also=effects.also,
        settings=effects.settings,
        unproven=effects.unproven,
    )
