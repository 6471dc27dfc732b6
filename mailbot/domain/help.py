"""HELP: what this reader can write to the desk, made from the live grammar, the catalogue and the reader's role."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailbot.domain.asking import to_asker
from mailbot.domain.effects import Effects
from mailbot.domain.letter import LetterKind
from mailbot.domain.people import Role
from mailbot.domain.table import CellKind, Column, Table
from mailbot.domain.ticket import STEPS, Actor
from mailbot.domain.verbs import VERBS

if TYPE_CHECKING:
    from mailbot.domain.asking import Asking
    from mailbot.domain.catalogue import Choices
    from mailbot.domain.grammar import Command, Grammar
    from mailbot.domain.people import Language
    from mailbot.domain.verbs import Verb

_ACTORS = {
    Role.OFFICER: frozenset({Actor.REQUESTER}),
    Role.AGENT: frozenset({Actor.REQUESTER}),
    Role.INTEGRATOR: frozenset({Actor.REQUESTER, Actor.INTEGRATOR}),
    Role.STAFF: frozenset({Actor.STAFF}),
    Role.LEAD: frozenset({Actor.STAFF, Actor.LEAD}),
}
_COMMANDS = (Column("command"), Column("also"), Column("meaning", CellKind.VERB))
_NAMES = (Column("name"), Column("also"))


def answer_help(command: Command, asking: Asking) -> Effects:
    """Tell who asks what can be written: the commands of their role, and the names of modules, priorities and types."""
    del command
    role = asking.known.person.role if asking.known.person else Role.OFFICER
    catalogue, language = asking.desk.catalogue, asking.language
    tables = (
        Table("commands", _COMMANDS, help_rows(asking.desk.grammar, role, language)),
        _names("module_names", catalogue.modules, language),
        _names("priority_names", catalogue.priorities, language),
        _names("type_names", catalogue.request_types, language),
    )
    letters = to_asker(LetterKind.HELP, asking, values=_examples(asking), tables=tables)
    return Effects(letters=letters, reasons=("It asks what can be written.",))


def help_rows(grammar: Grammar, role: Role, language: Language) -> tuple[tuple[str, str, str], ...]:
    """Return one row for each command this role may say: the word, the word in the other language, and the verb."""
    return tuple(
        (words.button(language), words.button(language.other), verb.value)
        for verb, words in grammar.commands
        if may_say(verb, role)
    )


def may_say(verb: Verb, role: Role) -> bool:
    """Tell whether people of this role may ever use a verb."""
    rule = VERBS[verb]
    if rule.step is None:
        return role in rule.roles
    return bool(STEPS[rule.step].actors & _ACTORS[role])


def _names(name: str, choices: Choices, language: Language) -> Table:
    rows = tuple((entry.name(language), entry.name(language.other)) for entry in choices.entries)
    return Table(name, _NAMES, rows)


def _examples(asking: Asking) -> tuple[tuple[str, str], ...]:
    """Return the first module and priority as examples in both languages."""
    catalogue = asking.desk.catalogue
    module, priority = catalogue.modules.entries[0], catalogue.priorities.entries[0]
    return (
        ("module_en", module.en),
        ("module_hi", module.hi),
        ("priority_en", priority.en),
        ("priority_hi", priority.hi),
    )
