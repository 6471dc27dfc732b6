"""The commands people write in front of a reply, in three languages; the words themselves lie in grammar.toml."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from mailbot.domain.text import fold
from mailbot.domain.trust import TOKEN_PATTERN
from mailbot.domain.verbs import VERBS, Takes, Verb

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mailbot.domain.people import Language

_SEPARATOR = re.compile(r"\s*[:：;,.!।|=–—-]+\s*")
_GUARDED_WORDS = 3
_COURTESY_WORDS = 4
_MOST_COMMANDS = 10
_NEAR = 0.82
_SHORT_LINE_WORDS = 3
_SALUTATION_WORDS = 5
_FAREWELL_LINES = 6
_LONGEST_COMMAND = 8  # words; a paragraph on one line costs no more than a short one
_CARRY_TEXT = frozenset({Verb.ASK, Verb.NOTE})  # what follows these may well be a question or a denial
_NEAR_MINIMUM_LENGTH = 5


@dataclass(frozen=True, slots=True)
class CommandWords:
    """The ways to say one command; all are folded."""

    keywords: frozenset[str]
    phrases: frozenset[str]
    buttons: tuple[tuple[str, str], ...]

    def button(self, language: Language) -> str:
        """Return what a button of that language writes."""
        return dict(self.buttons)[language]


@dataclass(frozen=True, slots=True)
class Grammar:
    """Everything from grammar.toml, folded and ready to compare."""

    commands: tuple[tuple[Verb, CommandWords], ...]
    labels: tuple[tuple[str, str], ...]
    courtesies: frozenset[str]
    negations: frozenset[str]
    questions: frozenset[str]
    requests: frozenset[str]
    fillers: frozenset[str]
    gratitude: frozenset[str]
    thanks: frozenset[str]
    prefixes: frozenset[str]
    titles: tuple[tuple[str, str], ...]

    def words(self, verb: str) -> CommandWords | None:
        """Return the words of a verb, or of the step of that name; None when no mail can say it."""
        return {str(known): words for known, words in self.commands}.get(verb)

    def title(self, name: str, language: Language) -> str:
        """Return a stock title: `untitled` or `unreadable`."""
        return dict(self.titles)[f"{name}.{language}"]


@dataclass(frozen=True, slots=True)
class Command:
    """One command as it was written, with the rest of the mail as its note.

    `argument` is what stood behind a verb that takes more than a note: a name, a choice, a day, ticket numbers.
    `is_plain` is false for an ordinary word such as "done", which may mean no command at all.
    """

    verb: Verb
    word: str
    note: str = ""
    is_plain: bool = True
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Commands:
    """What the first lines of a reply ask for.

    `rest` is the text without command lines, `spoken` the text with them; neither has the token a button wrote.
    `suspected` is a lone word that is nearly a command, with that command.
    """

    commands: tuple[Command, ...]
    rest: str
    spoken: str = ""
    suspected: tuple[str, str] | None = None


def parse_grammar(table: Mapping[str, Any]) -> Grammar:
    """Return the grammar of a parsed grammar.toml."""
    commands = tuple(
        (
            Verb(name),
            CommandWords(_folded(words["keywords"]), _folded(words["phrases"]), tuple(words["button"].items())),
        )
        for name, words in table["commands"].items()
    )
    labels = tuple((fold(label), field) for field, names in table["labels"].items() for label in names)
    titles = tuple(
        (f"{name}.{language}", text) for name, texts in table["titles"].items() for language, text in texts.items()
    )
    return Grammar(
        commands=commands,
        labels=labels,
        courtesies=_folded(table["courtesies"]),
        negations=_folded(table["negations"]),
        questions=_folded(table["questions"]),
        requests=_folded(table["requests"]),
        fillers=_folded(table["fillers"]),
        gratitude=_folded(table["gratitude"]),
        thanks=frozenset(word for entry in table["thanks"] for word in fold(entry).split()),
        prefixes=_folded(table["subject"]["prefixes"]),
        titles=titles,
    )


def parse_commands(text: str, grammar: Grammar) -> Commands:
    """Return the commands in the first lines of a reply; text after the last of them is its note.

    Lines before the first command may only be greetings. Token lines that a button wrote are dropped.
    """
    lines = [line for line in text.split("\n") if not TOKEN_PATTERN.search(line.lower())]
    found: list[Command] = []
    note_from = len(lines)
    for position, line in enumerate(lines):
        if not line.strip() or (not found and _is_greeting(line, grammar)):
            continue
        command = parse_command_line(line, grammar)
        if command is None and not found and _is_salutation(line, grammar):
            continue
        if command is None or len(found) == _MOST_COMMANDS:
            note_from = position
            break
        found.append(command)
        if command.note:
            note_from = position + 1
            break
    spoken = "\n".join(lines).strip()
    if not found:
        return Commands((), spoken, spoken, _suspect(spoken, grammar))
    rest = "\n".join(lines[note_from:]).strip()
    last = found[-1]
    note = "\n".join(part for part in (last.note, rest) if part)
    return Commands((*found[:-1], replace(last, note=note)), rest, spoken)


def parse_command_line(line: str, grammar: Grammar) -> Command | None:
    """Return the command that a line begins with, or None.

    "Not resolved", "resolved nahi hua" and "resolved kab hoga" are no commands.
    """
    words = _without_courtesies(line.strip(" \t*_>•-"), grammar)
    for length in range(min(len(words), _LONGEST_COMMAND), 0, -1):
        head = " ".join(words[:length])
        verb, is_keyword = _find_verb(fold(head), grammar)
        if verb is None:
            continue
        rest = words[length:]
        for word in words[length : length + _COURTESY_WORDS]:
            if fold(word) not in grammar.fillers or _SEPARATOR.fullmatch(head[-1:]):
                break
            head, rest = f"{head} {word}", rest[1:]
        tail = " ".join(rest)
        separated = head[-1:] in ":;,.!।|=–—-" or not tail or bool(_SEPARATOR.match(tail))
        note = _SEPARATOR.sub("", tail, count=1) if _SEPARATOR.match(tail) else tail
        shouted = head.isascii() and head.isupper()
        carries_text = bool(tail) and verb in _CARRY_TEXT
        if line.rstrip().endswith("?") and not carries_text and (not separated or not tail):
            return None
        if not separated and not (is_keyword or shouted):
            continue
        if not separated and not carries_text and _is_guarded(tail, grammar, is_keyword=is_keyword):
            return None
        word = " ".join(words[:length]).strip(" :;,.!।|=–—-")
        if VERBS[verb].takes is Takes.NOTE:
            return Command(verb, word, note.strip(), is_keyword or shouted)
        return Command(verb, word, "", is_keyword or shouted, note.strip())
    return None


def reads_like_thanks(text: str, grammar: Grammar) -> bool:
    """Tell whether a reply says nothing but thank you (or nothing at all)."""
    words = set(fold(text).split())
    return not words or (words <= grammar.thanks | grammar.gratitude and bool(words & grammar.gratitude))


def is_only_farewell(text: str, grammar: Grammar) -> bool:
    """Tell whether a text is empty or nothing but "Regards" and the lines of a name below it."""
    lines = [line for line in text.split("\n") if line.strip()]
    return not lines or (len(lines) <= _FAREWELL_LINES and reads_like_thanks(lines[0], grammar))


def _find_verb(folded: str, grammar: Grammar) -> tuple[Verb | None, bool]:
    for verb, words in grammar.commands:
        if folded in words.keywords:
            return verb, True
        if folded in words.phrases:
            return verb, False
    return None, False


def _is_guarded(tail: str, grammar: Grammar, *, is_keyword: bool) -> bool:
    words = fold(tail).split()[:_GUARDED_WORDS]
    pairs = [" ".join(words[i : i + 2]) for i in range(len(words))]
    guards = grammar.negations | grammar.questions | (frozenset() if is_keyword else grammar.requests)
    return any(candidate in guards for candidate in (*words, *pairs))


def _is_greeting(line: str, grammar: Grammar) -> bool:
    folded = fold(line)
    return not folded or not _without_courtesies(line, grammar) or folded in grammar.courtesies


def _is_salutation(line: str, grammar: Grammar) -> bool:
    """Tell whether a line greets somebody by name: "Dear Asha ji,", "नमस्कार शर्मा जी,"."""
    words = line.split()
    return (
        len(words) <= _SALUTATION_WORDS
        and words[-1].endswith((",", "!", "।"))
        and len(_without_courtesies(line, grammar)) < len(words)
    )


def _without_courtesies(line: str, grammar: Grammar) -> list[str]:
    words, start = line.split(), 0
    skipped = grammar.courtesies | {""}
    while start < len(words):
        heads = range(min(_COURTESY_WORDS, len(words) - start), 0, -1)
        length = next((n for n in heads if fold(" ".join(words[start : start + n])) in skipped), 0)
        if not length:
            break
        start += length
    return words[start:]


def _suspect(text: str, grammar: Grammar) -> tuple[str, str] | None:
    """Return a lone word that is nearly a command: it is answered with a question and never passed on."""
    lines = [line for line in text.split("\n") if line.strip()]
    if not lines or lines[0].rstrip().endswith("?") or len(lines[0].split()) > _SHORT_LINE_WORDS:
        return None
    first = fold(lines[0])
    is_alone = len(lines) == 1 or (lines[0].isascii() and lines[0].strip().isupper())
    if not is_alone or len(first) < _NEAR_MINIMUM_LENGTH or reads_like_thanks(first, grammar):
        return None
    buttons = {fold(word): word for _, words in grammar.commands for _, word in words.buttons}
    near = get_close_matches(first, buttons, n=1, cutoff=_NEAR)
    return (lines[0].strip(), buttons[near[0]]) if near else None


def _folded(words: list[str]) -> frozenset[str]:
    return frozenset(fold(word) for word in words)
