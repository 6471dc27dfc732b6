"""What stands between a table and its reader: the words for its codes, and the files it becomes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mailbot.domain.table import Cell, CellKind, Table


class Wording(Protocol):
    """How one reader reads tables: in one language and at one place."""

    def title(self, name: str) -> str:
        """Return the title of a table."""

    def column(self, name: str) -> str:
        """Return the heading of a column."""

    def value(self, cell: Cell, kind: CellKind) -> Cell:
        """Return a cell as its reader sees it: a code in words, a moment in local time, everything else as it is."""

    def more(self, count: int) -> str:
        """Return the line that tells how many rows are left out."""


@dataclass(frozen=True, slots=True)
class SheetFile:
    """A finished file that holds tables, ready to be attached or written; its bytes stay out of every log."""

    name: str
    content_type: str
    data: bytes = field(repr=False)


class Spreadsheets(Protocol):
    """Turns tables into files; the same tables at the same moment give the same bytes."""

    def __call__(
        self, tables: Sequence[Table], formats: Sequence[str], stem: str, wording: Wording, at: datetime
    ) -> tuple[SheetFile, ...]:
        """Return one XLSX with a sheet for each table, one CSV for each table, as `formats` asks for."""
