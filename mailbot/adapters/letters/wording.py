"""How one reader reads tables: the words of words.toml and of the catalogue, in the desk's local time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from mailbot.domain.table import Cell, CellKind

if TYPE_CHECKING:
    from datetime import tzinfo

    from mailbot.adapters.letters.words import Words
    from mailbot.domain.catalogue import Catalogue
    from mailbot.domain.people import Language

_GROUPS = {CellKind.STATUS: "status", CellKind.EVENT: "event", CellKind.WORD: "word", CellKind.VERB: "verb"}


@dataclass(frozen=True, slots=True)
class ReaderWording:
    """The wording of one language at one place."""

    words: Words
    catalogue: Catalogue
    timezone: tzinfo
    language: Language

    def title(self, name: str) -> str:
        """Return the title of a table."""
        return self.words.say("table", name, self.language)

    def column(self, name: str) -> str:
        """Return the heading of a column."""
        return self.words.say("column", name, self.language)

    def more(self, count: int) -> str:
        """Return the line that tells how many rows are left out."""
        return self.words.say("phrase", "more", self.language, count=count)

    def value(self, cell: Cell, kind: CellKind) -> Cell:
        """Return a cell as its reader sees it: a code in words, a moment in local time, everything else as it is."""
        if cell is None or cell == "":
            return None
        lists = {
            CellKind.MODULE: self.catalogue.modules,
            CellKind.PRIORITY: self.catalogue.priorities,
            CellKind.REQUEST_TYPE: self.catalogue.request_types,
        }
        if kind in lists:
            return lists[kind].find(str(cell)).name(self.language)
        if kind in _GROUPS:
            return self.words.say(_GROUPS[kind], str(cell), self.language)
        if kind is CellKind.YES_NO:
            return self.words.say("phrase", "yes" if cell else "no", self.language)
        return cell.astimezone(self.timezone) if isinstance(cell, datetime) else cell
