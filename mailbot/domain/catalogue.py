"""The desk's own lists: request types, modules and priorities, each with its names in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailbot.domain.people import Language


@dataclass(frozen=True, slots=True)
class Entry:
    """One choice of a list: a stable code, a name per language, and other ways people write it.

    `owners` are the Employee IDs of those of the IT section to whom new tickets of a module go in turn.
    """

    code: str
    en: str
    hi: str
    aliases: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()

    def name(self, language: Language) -> str:
        """Return the name a reader of that language knows."""
        return self.hi if language == "hi" else self.en


@dataclass(frozen=True, slots=True)
class Choices:
    """One list of the catalogue and the code that is taken when a mail names none of its entries."""

    entries: tuple[Entry, ...]
    default: str

    def find(self, code: str) -> Entry:
        """Return the entry of a code; a code that was since removed from the settings names itself."""
        return next((entry for entry in self.entries if entry.code == code), Entry(code, code, code))


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything an officer may choose from."""

    request_types: Choices
    modules: Choices
    priorities: Choices
