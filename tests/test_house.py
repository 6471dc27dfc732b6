"""What belongs together is held together: letters and templates, settings and comments, commands and docs."""

from __future__ import annotations

import ast
import re
import tomllib
from collections import Counter
from pathlib import Path

import click
import pytest
from pydantic import BaseModel

from mailbot.cli import cli
from mailbot.domain.command_lines import parse_command_line
from mailbot.domain.facts import FactKind
from mailbot.domain.letter import LETTERS, LetterKind
from mailbot.domain.notice_codes import NOTICE_CODES
from mailbot.domain.people import Language
from mailbot.domain.text import fold
from mailbot.domain.ticket import Status
from mailbot.domain.verbs import Verb
from mailbot.settings import Settings, load_settings
from mailbot.settings.desk import load_grammar

ROOT = Path(__file__).parent.parent
DOMAIN = ROOT / "mailbot" / "domain"
MAIL_TEMPLATES = ROOT / "templates" / "mail"
WORDS = tomllib.loads((MAIL_TEMPLATES / "words.toml").read_text(encoding="utf-8"))
GRAMMAR_FILE = tomllib.loads((DOMAIN / "grammar.toml").read_text(encoding="utf-8"))
GRAMMAR = load_grammar()
SOURCES = sorted((ROOT / "mailbot").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
LONGEST_FILE, LONGEST_FUNCTION = 320, 45
NOTICE_CALL = re.compile(r"Notice\(\s*f?\"([a-z_{}]+)\"")
# In a code that is put together, such as f"{field}_unknown", any word may stand for the braces.
COMPOSED = re.compile(r"\{[a-z]+\}")


def _relative(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("kind", LetterKind)
@pytest.mark.parametrize("language", Language)
def test_every_letter_has_its_rule_and_its_words_in_both_languages(kind, language):
    """Each kind stands in the table of rules and has a template whose first line is a subject."""
    assert kind in LETTERS
    lines = (MAIL_TEMPLATES / kind / f"{language}.md").read_text(encoding="utf-8").split("\n")
    assert lines[0].strip()
    assert len(lines) > 5


def test_every_template_belongs_to_a_letter():
    """No folder of templates is left over from a letter that no longer exists."""
    assert {folder.name for folder in MAIL_TEMPLATES.iterdir() if folder.is_dir()} == set(LetterKind)


def test_every_button_of_a_letter_writes_a_command_and_has_a_name():
    """A step that a letter offers can be commanded by mail and is named on its button in both languages."""
    for step in {step for rule in LETTERS.values() for step in rule.buttons}:
        assert GRAMMAR.words(step) is not None, step
        assert set(WORDS["button"][step]) == set(Language), step


@pytest.mark.parametrize("code", NOTICE_CODES)
def test_every_notice_has_its_words_in_both_languages(code):
    """What the rules may say can be said in Hindi and in English."""
    texts = WORDS["notice"][code]
    assert all(set(text) == set(Language) and all(text.values()) for text in texts.values())
    assert "text" in texts


def test_no_notice_has_words_that_nobody_says():
    """The words of notices that no longer exist are gone."""
    assert set(WORDS["notice"]) == set(NOTICE_CODES)


def test_every_notice_of_the_rules_is_listed():
    """Each code that stands in the domain's source is one of NOTICE_CODES, or is composed to some of them."""
    written = {code for path in DOMAIN.glob("*.py") for code in NOTICE_CALL.findall(path.read_text(encoding="utf-8"))}
    assert len(written) > 10
    for code in written:
        pattern = re.compile(COMPOSED.sub("[a-z_]+", code))
        assert any(pattern.fullmatch(listed) for listed in NOTICE_CODES), code


def test_every_status_has_a_name():
    """Letters can say where a ticket stands, in both languages."""
    assert {status: set(names) for status, names in WORDS["status"].items()} == {str(s): set(Language) for s in Status}


def test_every_kind_of_fact_has_a_name():
    """Letters can say what a GSTIN or an error code is, in both languages."""
    assert {kind: set(names) for kind, names in WORDS["named"].items()} == {str(k): set(Language) for k in FactKind}


def _untranslated(table, path=""):
    for key, value in table.items():
        if isinstance(value, dict) and set(value) & set(Language):
            if set(value) != set(Language) or not all(value.values()):
                yield f"{path}{key}"
        elif isinstance(value, dict):
            yield from _untranslated(value, f"{path}{key}.")


def test_every_word_exists_in_both_languages():
    """No text of words.toml is missing or empty in one of the two languages."""
    assert list(_untranslated(WORDS)) == []


@pytest.mark.parametrize("verb", [Verb(name) for name in GRAMMAR_FILE["commands"]])
def test_every_word_of_the_grammar_is_understood_as_its_own_command(verb):
    """Each keyword, phrase and button word of grammar.toml, alone on a line, is exactly its own verb."""
    words = GRAMMAR_FILE["commands"][verb]
    for word in (*words["keywords"], *words["phrases"], *words["button"].values()):
        command = parse_command_line(word, GRAMMAR)
        assert command is not None, word
        assert command.verb is verb, word
        assert (command.note, command.argument) == ("", ""), word


def test_no_word_belongs_to_two_commands():
    """A word that meant two things would mean whichever comes first in the file."""
    commands = GRAMMAR_FILE["commands"].values()
    words = Counter(fold(word) for table in commands for word in {*table["keywords"], *table["phrases"]})
    assert [word for word, count in words.items() if count > 1] == []


def test_no_label_belongs_to_two_fields():
    """The name at the start of a line leads to one field."""
    labels = Counter(fold(label) for names in GRAMMAR_FILE["labels"].values() for label in set(names))
    assert [label for label, count in labels.items() if count > 1] == []


def test_the_labels_of_letters_are_understood_in_a_reply():
    """A fact that a letter shows can be corrected by writing the same name in the answer."""
    labels = dict(GRAMMAR.labels)
    for field in set(GRAMMAR_FILE["labels"]) & set(WORDS["label"]):
        for language in Language:
            assert labels[fold(WORDS["label"][field][language])] == field


def test_no_name_of_the_catalogue_belongs_to_two_entries():
    """A tag leads to one entry of one list."""
    catalogue = load_settings(None).catalogue
    entries = (*catalogue.request_types, *catalogue.modules, *catalogue.priorities)
    names = Counter(n for entry in entries for n in {fold(x) for x in (entry.code, entry.en, entry.hi, *entry.aliases)})
    assert [name for name, count in names.items() if count > 1] == []


# Not in settings.toml: the password belongs in the environment or a file, and the folder of the file is no setting.
UNWRITTEN = {
    "imap.password",
    "smtp.password",
    "oauth2.client_secret",
    "alarms.password",
    "alarms.webhook_secret",
    "files.secret_key",
    "web.handoff_key",
    # The tables of further mailboxes, which nobody has by default; a comment shows one.
    "mailboxes",
    "home",
}


def _keys_of(model, path=""):
    for name, info in model.model_fields.items():
        kind = info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _keys_of(kind, f"{path}{name}.")
        else:
            yield f"{path}{name}"


def _written_keys(table, path=""):
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _written_keys(value, f"{path}{name}.")
        else:
            yield f"{path}{name}"


def test_every_setting_stands_in_the_settings_file_and_nothing_else_does():
    """settings.toml shows every key that the program knows, with its default, and no other key."""
    written = set(_written_keys(tomllib.loads((ROOT / "settings.toml").read_text(encoding="utf-8"))))
    assert written == set(_keys_of(Settings)) - UNWRITTEN


def test_every_setting_is_explained():
    """A comment stands above each key, or above the lines that belong together directly over it."""
    silent, explained, above = [], False, ""
    for line in (ROOT / "settings.toml").read_text(encoding="utf-8").split("\n"):
        if line.startswith("["):
            explained = explained if line.startswith("[[") else above.startswith("#")
        explained = explained or line.startswith("#")
        if re.match(r"[a-z_]+ *=", line) and not explained:
            silent.append(line)
        above = line or above
    assert silent == []


def _commands(group, path=()):
    for name, command in group.commands.items():
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from _commands(command, (*path, name))


@pytest.mark.parametrize(
    ("path", "command"), list(_commands(cli)), ids=lambda value: " ".join(value) if isinstance(value, tuple) else ""
)
def test_every_command_has_help_and_stands_in_the_docs(path, command):
    """Whoever types --help reads a sentence, also for each option, and the pages for people name the command."""
    assert (command.help or "").strip()
    assert all(option.help for option in command.params if isinstance(option, click.Option)), path
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    lines = [line for page in pages for line in page.read_text(encoding="utf-8").split("\n")]
    *group, name = path
    prefix = " ".join(("mailbot", *group))
    assert any(f"{prefix} {name}" in line or (group and prefix in line and f"`{name}" in line) for line in lines)


@pytest.mark.parametrize("path", SOURCES, ids=_relative)
def test_files_and_functions_stay_small(path):
    """A long file is asking to be two, a long function for a name for its middle."""
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= LONGEST_FILE
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert [f.name for f in functions if f.end_lineno - f.lineno >= LONGEST_FUNCTION] == []


@pytest.mark.parametrize("path", TESTS, ids=_relative)
def test_every_test_says_what_it_shows(path):
    """The tests read as a specification: each has a docstring, and none is skipped or expected to fail."""
    text = path.read_text(encoding="utf-8")
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert [f.name for f in functions if f.name.startswith("test_") and not ast.get_docstring(f)] == []
    if path != Path(__file__):
        assert not re.search(r"mark\.(skip|xfail)|pytest\.(skip|xfail)\(", text)


def test_no_two_test_files_have_the_same_name():
    """The test folders are no packages, so each file needs a name of its own."""
    names = Counter(path.name for path in TESTS)
    assert [name for name, count in names.items() if count > 1] == []


def test_nothing_is_left_to_be_done_later():
    """No stub and no reminder of unfinished work stands in the program."""
    marks = re.compile(r"\b(TODO|FIXME|XXX)\b|NotImplementedError")
    assert [_relative(path) for path in SOURCES if marks.search(path.read_text(encoding="utf-8"))] == []
