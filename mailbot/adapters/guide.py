"""The guide for the wall: one page in each language, made from the live grammar, catalogue and promises of the desk."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError

from mailbot.domain.errors import SettingsError
from mailbot.domain.help import may_say
from mailbot.domain.numbering import ticket_number
from mailbot.domain.people import Role
from mailbot.domain.text import fold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta
    from pathlib import Path

    from mailbot.domain.desk import Desk
    from mailbot.domain.people import Language

_MOST_ALSO = 3
_ALIKE = 0.65
_EXAMPLE_SERIALS = (42, 43)


@dataclass(frozen=True, slots=True)
class Guide:
    """What the guide is made from.

    `spoken` are the commands as grammar.toml lists them, whose order is that of how often people say them; `meanings`
    are the words for verbs that the letters use.
    """

    desk: Desk
    names: Mapping[Language, str]
    spoken: Mapping[str, Any]
    meanings: Mapping[str, Mapping[str, str]]
    templates: Path
    at: datetime

    def page(self, role: Role, languages: Sequence[Language], scale: float = 1.0) -> str:
        """Return one HTML page with a sheet for each language. Raises SettingsError when a template is wrong."""
        words = self._words()
        environment = Environment(
            loader=FileSystemLoader(self.templates), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )
        try:
            template = environment.get_template("guide.html")
            return template.render(sheets=[self._sheet(words, role, one) for one in languages], scale=scale)
        except TemplateError as error:
            raise SettingsError(f"{self.templates / 'guide.html'} cannot be used: {error}.") from error

    def _words(self) -> Mapping[str, Any]:
        path = self.templates / "words.toml"
        try:
            return tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise SettingsError(f"{path} cannot be read: {error}. Install mailbot again.") from error

    def _sheet(self, words: Mapping[str, Any], role: Role, language: Language) -> dict[str, Any]:
        kind = "officer" if role is Role.OFFICER else "staff"
        filled = self._filled(language)
        example = words["example"][kind]
        return {
            "language": language.value,
            "is_officer": role is Role.OFFICER,
            "desk": self.names[language],
            "address": self.desk.address,
            "title": words["title"][kind][language],
            "lead": words["lead"][kind][language],
            "say": {name: text[language] for name, text in words["label"].items()},
            "subject": example["subject"][language].format(**filled),
            "lines": [line.format(**filled) for line in example["lines"][language]],
            "steps": [line.format(**filled) for line in words["steps"][kind][language]],
            "good": [line.format(**filled) for line in words["good"][kind][language]],
            "commands": self._commands(role, language, words["meaning"]),
            "modules": [entry.name(language) for entry in self.desk.catalogue.modules.entries],
            "priorities": self._priorities(language, words["label"]["hours"][language]),
            "has_promises": bool(self.desk.service.promises),
        }

    def _filled(self, language: Language) -> dict[str, str]:
        """Return what may stand in braces: command words, an example of a number, names of the catalogue."""
        catalogue = self.desk.catalogue
        buttons = {name: words["button"][language] for name, words in self.spoken.items()}
        first, second = (ticket_number(self.desk.prefix, self.at, serial) for serial in _EXAMPLE_SERIALS)
        return {
            **buttons,
            "number": first,
            "second": second,
            "days": str(self.desk.close_after.days),
            "module": catalogue.modules.entries[min(1, len(catalogue.modules.entries) - 1)].name(language),
            "priority": catalogue.priorities.entries[min(1, len(catalogue.priorities.entries) - 1)].name(language),
        }

    def _commands(self, role: Role, language: Language, own: Mapping[str, Mapping[str, str]]) -> list[dict[str, str]]:
        return [
            {
                "word": words.button(language),
                "also": ", ".join(other_words(self.spoken[verb], language)),
                "meaning": (own.get(verb) or self.meanings[verb])[language],
            }
            for verb, words in self.desk.grammar.commands
            if may_say(verb, role)
        ]

    def _priorities(self, language: Language, hours: str) -> list[dict[str, str]]:
        promises = self.desk.service.promises
        rows = []
        for entry in self.desk.catalogue.priorities.entries:
            promise = promises.get(entry.code)
            told = (_hours(promise.answer, hours), _hours(promise.resolve, hours)) if promise else ("–", "–")
            rows.append({"name": entry.name(language), "answer": told[0], "resolve": told[1]})
        return rows


def other_words(spoken: Mapping[str, Any], language: Language) -> list[str]:
    """Return a few further ways to say a command: its word in the other language, then ways that share no word."""
    chosen = [spoken["button"][language.other]]
    used = set(fold(" ".join(spoken["button"].values())).split())
    for way in (*spoken["keywords"], *spoken["phrases"]):
        words = set(fold(way).split())
        if len(chosen) < _MOST_ALSO and not _are_alike(words, used):
            chosen.append(way)
            used |= words
    return chosen


def _are_alike(words: set[str], used: set[str]) -> bool:
    """Tell whether a word is another spelling or form of one that was used: "reopened" tells no more than "reopen"."""
    return any(get_close_matches(word, used, n=1, cutoff=_ALIKE) for word in words)


def _hours(span: timedelta, form: str) -> str:
    return form.format(hours=f"{span.total_seconds() / 3600:g}")
