"""A table that a letter shows and a spreadsheet holds: plain rows; words and number formats come with the writing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

Cell = str | int | float | date | datetime | None


class CellKind(StrEnum):
    """How the cells of a column are shown.

    STATUS, MODULE, PRIORITY, REQUEST_TYPE and EVENT hold codes, which each reader sees in words; HOURS are working
    hours as a number; SHARE is a number that is drawn as a bar; TICKET is a ticket's number.
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


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `name` is its key in the words of the letters."""

    name: str
    kind: CellKind = CellKind.TEXT


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a title; `name` is the title's key in the words of the letters.

    `total` counts what there is where `rows` are only the first of it. `chart` asks a spreadsheet to draw the columns
    of numbers over the first column.
    """

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: int | None = None
    chart: bool = False
