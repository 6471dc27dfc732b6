"""The golden table of every command word: tests/domain/synonyms.txt says what each becomes.

`python -m tests.synonyms` writes it anew; read the difference before you commit it.
"""

from __future__ import annotations

from pathlib import Path

from mailbot.domain.command_lines import parse_command_line, parse_commands
from mailbot.domain.decision import EventKind, Outcome
from mailbot.domain.ticket import Status
from mailbot.domain.verbs import VERBS, About, Verb
from tests.builders import ASHA, CHITRA, the_desk, when

TABLE = Path(__file__).parent / "domain" / "synonyms.txt"
GRAMMAR = the_desk().grammar
HEAD = """\
# Every way to say a command, and what becomes of it. Written by `python -m tests.synonyms`.
# verb | word | with a note | denied | asked | from staff on a ticket in progress | from its officer on a resolved one
# "words" are passed on as a comment, "-" is no command.
"""
NOTE, DENIAL = "cache cleared", "nahi hua"


def make_table() -> str:
    """Return the whole table."""
    lines = [describe(verb, word) for verb, words in GRAMMAR.commands for word in sorted(all_words(verb, words))]
    return HEAD + "\n".join(lines) + "\n"


def all_words(verb: Verb, words: object) -> set[str]:
    """Return every way to say a verb, folded, what its buttons write included."""
    del verb
    return {*words.keywords, *words.phrases, *(button.lower() for _, button in words.buttons)}


def describe(verb: Verb, word: str) -> str:
    """Return one line of the table."""
    cells = [verb.value, word, told(f"{word}: {NOTE}"), told(f"{word} {DENIAL}"), told(f"{word}?")]
    if VERBS[verb].about is About.TICKET:
        cells += [outcome(when(CHITRA, word, Status.IN_PROGRESS)), outcome(when(ASHA, word, Status.RESOLVED))]
    return " | ".join(cells)


def told(line: str) -> str:
    """Return what a line is read as, with what stands behind its verb."""
    command = parse_command_line(line, GRAMMAR)
    if command is None or not parse_commands(line, GRAMMAR).commands:
        return "-"
    behind = command.note or command.argument
    return f"{command.verb.value}: {behind}" if behind else command.verb.value


def outcome(decision) -> str:
    """Return what a mail with this word alone brings about."""
    if decision.outcome is not Outcome.UPDATED:
        return str(decision.outcome)
    kinds = [event.kind for event in decision.events]
    if kinds == [EventKind.REFUSED]:
        codes = [notice.code for letter in decision.letters for notice in letter.notices]
        return f"refused ({codes[0]})"
    names = {EventKind.COMMENTED: "words"}
    return ", ".join(names.get(kind, str(kind)) for kind in kinds) or "nothing"


if __name__ == "__main__":
    TABLE.write_text(make_table(), encoding="utf-8")
