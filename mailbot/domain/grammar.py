"""The commands people write in front of a reply, in three languages; the words themselves lie in grammar.toml."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mailbot.domain.people import Language
from mailbot.domain.text import fold
from mailbot.domain.verbs import Verb

if TYPE_CHECKING:
    from collections.abc import Mapping

_FAREWELL_LINES = 6
_FAREWELLS = frozenset({"regards", "सादर", "sadar", "भवदीय", "भवदीया", "yours"})


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
    """Everything from grammar.toml, folded and ready to compare.

    `near_words` has every way to say a command, with the word that is proposed to who misspells it. `choices` has the
    words that may stand behind a command, such as months or paces, each with what it means.
    """

    commands: tuple[tuple[Verb, CommandWords], ...]
    labels: tuple[tuple[str, str], ...]
    courtesies: frozenset[str]
    negations: frozenset[str]
    denials: frozenset[str]
    questions: frozenset[str]
    requests: frozenset[str]
    fillers: frozenset[str]
    gratitude: frozenset[str]
    thanks: frozenset[str]
    prefixes: frozenset[str]
    titles: tuple[tuple[str, str], ...]
    near_words: Mapping[str, str] = field(default_factory=dict, hash=False)
    button_words: frozenset[str] = frozenset()
    choices: Mapping[str, Mapping[str, str]] = field(default_factory=dict, hash=False)

    def words(self, verb: str) -> CommandWords | None:
        """Return the words of a verb, or of the step of that name; None when no mail can say it."""
        return next((words for known, words in self.commands if known == verb), None)

    def title(self, name: str, language: Language) -> str:
        """Return a stock title: `untitled` or `unreadable`."""
        return dict(self.titles)[f"{name}.{language}"]


@dataclass(frozen=True, slots=True)
class Command:
    """One command as it was written, with the rest of the mail as its note.

    `argument` is what stood behind a verb that takes more than a note: a name, a choice, a day, ticket numbers.
    `is_plain` is false for an ordinary word such as "done", which may mean no command at all.
    `targets` are the numbers of other tickets it is meant for, right or wrong; `is_loud` tells of a word in capitals.
    """

    verb: Verb
    word: str
    note: str = ""
    is_plain: bool = True
    argument: str = ""
    targets: tuple[str, ...] = ()
    is_loud: bool = False


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
        denials=_folded(table["denials"]),
        questions=_folded(table["questions"]),
        requests=_folded(table["requests"]),
        fillers=_folded(table["fillers"]),
        gratitude=_folded(table["gratitude"]),
        thanks=frozenset(word for entry in table["thanks"] for word in fold(entry).split()),
        prefixes=_folded(table["subject"]["prefixes"]),
        titles=titles,
        button_words=frozenset(fold(button) for _, words in commands for _, button in words.buttons),
        near_words={
            word: words.button(Language.ENGLISH if word.isascii() else Language.HINDI)
            for _, words in commands
            for word in (*words.keywords, *words.phrases, *(fold(button) for _, button in words.buttons))
        },
        choices={
            name: {fold(word): meaning for meaning, words in meanings.items() for word in words}
            for name, meanings in table["choices"].items()
        },
    )


def reads_like_thanks(text: str, grammar: Grammar) -> bool:
    """Tell whether a reply says nothing but thank you (or nothing at all)."""
    words = set(fold(text).split())
    return not words or (words <= grammar.thanks | grammar.gratitude and bool(words & grammar.gratitude))


def is_only_farewell(text: str, grammar: Grammar) -> bool:
    """Tell whether a text is empty or nothing but "Regards" and the lines of a name below it."""
    lines = [line for line in text.split("\n") if line.strip()]
    if not lines:
        return True
    first = set(fold(lines[0]).split())
    is_farewell = bool(first & _FAREWELLS) and first <= grammar.thanks | grammar.gratitude | _FAREWELLS
    return len(lines) <= _FAREWELL_LINES and (is_farewell or reads_like_thanks(lines[0], grammar))


def _folded(words: list[str]) -> frozenset[str]:
    return frozenset(fold(word) for word in words)
