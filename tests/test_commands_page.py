"""docs/commands.md is bound to the grammar: it names every verb, no word that is none, and who may say what."""

from __future__ import annotations

import re
import tomllib
from itertools import product
from pathlib import Path

import pytest

from mailbot.domain.command_lines import parse_command_line
from mailbot.domain.help import may_say
from mailbot.domain.own_letters import parse_wish
from mailbot.domain.people import Role
from mailbot.domain.rating import find_lone_rating
from mailbot.domain.understanding import understand
from mailbot.domain.verbs import Verb
from mailbot.settings.desk import load_grammar
from tests.builders import make_mail, the_desk

ROOT = Path(__file__).parent.parent
GRAMMAR_FILE = tomllib.loads((ROOT / "mailbot" / "domain" / "grammar.toml").read_text(encoding="utf-8"))
GRAMMAR = load_grammar()
DOC = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
# A row of a table of commands: the word, who may say it, and other ways to say it.
DOC_SECTIONS = ("Commands: ", "Questions: ", "Your own settings")
DOC_TABLES = "".join(DOC.partition(f"\n## {section}")[2].partition("\n## ")[0] for section in DOC_SECTIONS)
DOC_ROWS = re.findall(r"^\| `([^`|]+)`[^|]* \| [^|]+ \| (`[^|]+`) \|", DOC_TABLES, re.MULTILINE)


@pytest.mark.parametrize("verb", [Verb(name) for name in GRAMMAR_FILE["commands"]])
def test_every_verb_stands_in_the_page_about_commands(verb):
    """Whoever looks for what can be written finds every verb, by the word that its button writes."""
    assert f"`{GRAMMAR_FILE['commands'][verb]['button']['en']}" in DOC


def test_the_page_about_commands_names_no_word_that_is_none():
    """Each word of its tables is understood, and "also written" means the same as the word in front."""
    assert len(DOC_ROWS) == len(GRAMMAR_FILE["commands"]) - 1  # FIND has a section of its own
    for word, others in DOC_ROWS:
        meant = parse_command_line(word, GRAMMAR)
        assert meant is not None, word
        for other in re.findall("`([^`]+)`", others):
            if meant.verb is Verb.RATE and find_lone_rating(other, GRAMMAR):
                continue
            command = parse_command_line(other, GRAMMAR)
            assert command is not None, other
            assert command.verb is meant.verb, other


def test_every_line_that_the_page_shows_alone_is_a_command():
    """An example is copied as it stands; what is written about letters and absence is understood to its end."""
    lines = [line.strip() for line in re.findall(r"^    (.+)$", DOC, re.MULTILINE)]
    assert len(lines) > 4
    for line in lines:
        (command,) = understand(make_mail(line), the_desk()).commands.commands
        assert command.targets or command.argument, line
    wishes = [wish for wish in re.findall(r"`LETTERS ([^`]+)`", DOC) if wish]
    assert wishes
    assert all(parse_wish(wish, GRAMMAR)[1] for wish in wishes)
    paragraph = DOC.partition("The kinds of `LETTERS`")[2].partition("Reminders")[0]
    kinds, _, paces = paragraph.partition("; the paces")
    for kind, pace in product(re.findall("`([^`]+)`", kinds), re.findall("`([^`]+)`", paces)):
        assert parse_wish(f"{kind} {pace}", GRAMMAR)[0], kind


def test_the_page_about_commands_says_who_may_say_each():
    """The second column of the tables of commands is what the table of steps and the table of verbs say."""
    sides = {"officer": Role.OFFICER, "IT section": Role.STAFF, "lead": Role.LEAD, "everybody": Role.OFFICER}
    for word, who in re.findall(r"^\| `([^`|]+)`[^|]* \| ([^|]+) \| `", DOC_TABLES, re.MULTILINE):
        verb = parse_command_line(word, GRAMMAR).verb
        told = {role for side, role in sides.items() if side in who}
        assert all(may_say(verb, role) for role in told), word
        may = {role for role in (Role.OFFICER, Role.STAFF) if may_say(verb, role)}
        assert "everybody" in who or may == told - {Role.LEAD}, word
