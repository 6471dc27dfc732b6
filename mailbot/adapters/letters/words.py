"""The words of templates/mail/words.toml: statuses, labels, buttons, notices and dates in both languages."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mailbot.domain.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, tzinfo
    from pathlib import Path

    from mailbot.domain.letter import Notice
    from mailbot.domain.people import Language


@dataclass(frozen=True, slots=True)
class Words:
    """The parsed table; every lookup names a group, a word and a language."""

    table: Mapping[str, Any]

    def say(self, group: str, word: str, language: Language, /, **values: object) -> str:
        """Return a word or sentence with its braces filled in; the values themselves may hold braces."""
        sentence: str = self.table[group][word][language]
        return sentence.format(**values)

    def notice(self, notice: Notice, language: Language, timezone: tzinfo | None = None) -> str:
        """Return what a notice says: with what was given when there is something, then what is proposed.

        A line about one ticket of several begins with its number; a time is the desk's own.
        """
        entry = self.table["notice"][notice.code]
        form = "text" if notice.given or "bare" not in entry else "bare"
        local = notice.at.astimezone(timezone) if notice.at else None
        at, time = (self.moment(local, language), f"{local:%H:%M}") if local else ("", "")
        sentence: str = entry[form][language].format(given=notice.given, at=at, time=time)
        if notice.proposed and "proposal" in entry:
            sentence += " " + entry["proposal"][language].format(proposed=notice.proposed)
        return f"{notice.ticket}: {sentence}" if notice.ticket else sentence

    def moment(self, at: datetime, language: Language) -> str:
        """Return a local date and time as people write it."""
        month = self.table["months"][language][at.month - 1]
        return self.say("phrase", "moment", language, day=at.day, month=month, year=at.year, time=f"{at:%H:%M}")


def read_words(folder: Path) -> Words:
    """Return the words of a templates folder. Raises SettingsError when the file is missing or not TOML."""
    path = folder / "words.toml"
    try:
        return Words(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"The words of the letters cannot be read from {path}: {error}. Install mailbot again."
        ) from error
