"""A table that a letter shows and a spreadsheet holds: plain rows; words and number formats come with the writing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

Cell = str | int | float | date | datetime | None


class CellKind(StrEnum):
    """How the cells of a column are shown.

    STATUS, MODULE, PRIORITY, REQUEST_TYPE and EVENT hold codes, which each reader sees in words, and so does WORD,
    whose codes stand in the letters' own list of words. HOURS are working hours as a number; AGE is a time in days as a
    number; SHARE is a number that is drawn as a bar; TICKET is a ticket's number. BUTTON is a verb that a letter offers
    on the ticket of its row; files leave it out. VERB is a command, which is shown as what it does.
    """

    TEXT = "text"
    NUMBER = "number"
    DAY = "day"
    MOMENT = "moment"
    HOURS = "hours"
    SHARE = "share"
    YES_NO = "yes_no"
    TICKET = "ticket"
    STATUS = "status"
    MODULE = "module"
    PRIORITY = "priority"
    REQUEST_TYPE = "request_type"
    EVENT = "event"
    WORD = "word"
    AGE = "age"
    BUTTON = "button"
    VERB = "verb"


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `name` is its key in the words of the letters. One that is not `in_letter` stands in files only."""

    name: str
    kind: CellKind = CellKind.TEXT
    in_letter: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a title; `name` is the title's key in the words of the letters.

    `total` counts what there is where `rows` are only the first of it. `shown` is how many of the rows a letter shows;
    an attached file holds all. `chart` asks a spreadsheet to draw the columns of numbers over the first column.
    """

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: int | None = None
    chart: bool = False
    shown: int | None = None

    @property
    def is_cut(self) -> bool:
        """Whether a letter leaves out some of the rows."""
        return self.shown is not None and len(self.rows) > self.shown
