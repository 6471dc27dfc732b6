"""Tables of a letter, as text and as HTML, made for a phone as well as for a desk.

A table of few columns, or of figures alone, is drawn as a table. One with many columns of words becomes one card for
each row: its ticket, status and title, and below them the rest as names and values.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from mailbot.adapters.letters.sources import Block, hide
from mailbot.domain.columns import columns as width_of
from mailbot.domain.table import CellKind
from mailbot.domain.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mailbot.adapters.letters.blocks import Button, Pages
    from mailbot.adapters.letters.wording import ReaderWording
    from mailbot.domain.table import Cell, Column, Table

    Offer = Callable[[str, str], Button]

NUMBERS = frozenset({CellKind.NUMBER, CellKind.HOURS, CellKind.SHARE, CellKind.AGE})
_NARROW, _NARROW_FIGURES = 3, 6  # columns; a bar takes the room of two
_CELL_LIMIT = 300
_FULL = 100
_LONGEST_WORD = 14
_HOURS_OF_A_DAY = 24


@dataclass(frozen=True, slots=True)
class Shown:
    """One cell as its reader sees it; `code` is what it holds, `share` how long its bar is in percent."""

    label: str
    text: str
    kind: CellKind
    code: str = ""
    share: int | None = None

    @property
    def is_number(self) -> bool:
        """Whether the cell stands on the right of its column."""
        return self.kind in NUMBERS

    @property
    def has_long_word(self) -> bool:
        """Whether the cell must be broken inside a word, because no small screen holds it."""
        return any(len(word) > _LONGEST_WORD for word in self.text.split())


@dataclass(frozen=True, slots=True)
class Card:
    """One row of a wide table: what it is about, short facts side by side, longer words below, and buttons."""

    heading: str
    title: str
    status: Shown | None
    facts: tuple[Shown, ...]
    words: tuple[Shown, ...]
    buttons: tuple[Button, ...]

    def as_text(self) -> str:
        """Return the card for the text part."""
        lines = [" · ".join(part for part in (self.heading, self.status.text if self.status else "") if part)]
        lines += [self.title] if self.title else []
        if self.facts:
            lines.append("  " + " · ".join(f"{fact.label}: {fact.text}" for fact in self.facts))
        lines += [f"  {word.label}: {word.text}" for word in self.words]
        lines += [f"  {button.line}" for button in self.buttons]
        return "\n".join(lines)


def table_block(table: Table, pages: Pages, wording: ReaderWording, offer: Offer) -> Block:
    """Return a table as text and HTML; empty when it has no rows. `offer` makes the button for a ticket and a verb."""
    places = [place for place, column in enumerate(table.columns) if column.in_letter]
    columns = [table.columns[place] for place in places]
    rows = [[row[place] for place in places] for row in table.rows[: table.shown]]
    if not rows:
        return Block()
    tops = [_highest(column, [row[place] for row in rows]) for place, column in enumerate(columns)]
    shown = [
        [_show(cell, column, top, wording) for cell, column, top in zip(row, columns, tops, strict=True)]
        for row in rows
    ]
    left_out = max((table.total or len(table.rows)) - len(rows), 0)
    more = wording.more(left_out) if left_out else ""
    if _is_narrow(columns):
        header = [Shown(wording.column(column.name), "", column.kind) for column in columns]
        return pages.grid(_grid_text(header, shown, more), header, shown, more)
    cards = [_card(row, columns, offer) for row in shown]
    return pages.cards("\n\n".join([card.as_text() for card in cards] + ([more] if more else [])), cards, more)


def cell_text(cell: Cell, kind: CellKind, wording: ReaderWording) -> str:
    """Return a cell as its reader sees it."""
    value = wording.value(cell, kind)
    if value is None:
        return ""
    if isinstance(value, datetime):
        return wording.words.moment(value, wording.language)
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    if kind is CellKind.AGE and isinstance(value, int | float):
        return _age(value, wording)
    return f"{value:.1f}" if isinstance(value, float) else clean_line(hide(str(value)), _CELL_LIMIT)


def _is_narrow(columns: Sequence[Column]) -> bool:
    is_figures = all(column.kind in NUMBERS for column in columns[1:])
    has_buttons = any(column.kind is CellKind.BUTTON for column in columns)
    if has_buttons or not is_figures:
        return not has_buttons and len(columns) <= _NARROW
    return len(columns) + sum(column.kind is CellKind.SHARE for column in columns) <= _NARROW_FIGURES


def _show(cell: Cell, column: Column, highest: float, wording: ReaderWording) -> Shown:
    share = None
    if column.kind is CellKind.SHARE and isinstance(cell, int | float):
        share = round(_FULL * cell / highest) if highest else 0
    code = str(cell) if isinstance(cell, str) else ""
    return Shown(wording.column(column.name), cell_text(cell, column.kind, wording), column.kind, code, share)


def _highest(column: Column, cells: Sequence[Cell]) -> float:
    return max((cell for cell in cells if column.kind is CellKind.SHARE and isinstance(cell, int | float)), default=0)


def _card(row: Sequence[Shown], columns: Sequence[Column], offer: Offer) -> Card:
    head = next((cell for cell in row if cell.kind is CellKind.TICKET), row[0])
    status = next((cell for cell in row if cell.kind is CellKind.STATUS), None)
    named = [cell for cell, column in zip(row, columns, strict=True) if column.name == "title"]
    title = next((cell for cell in named if cell is not head), None)
    verbs = [cell for cell in row if cell.kind is CellKind.BUTTON and cell.code]
    rest = [
        cell
        for cell in row
        if cell.text and cell.kind is not CellKind.BUTTON and not any(cell is one for one in (head, status, title))
    ]
    return Card(
        heading=head.text,
        title=title.text if title else "",
        status=status if status and status.text else None,
        facts=tuple(cell for cell in rest if cell.kind is not CellKind.TEXT),
        words=tuple(cell for cell in rest if cell.kind is CellKind.TEXT),
        buttons=tuple(offer(head.code, verb.code) for verb in verbs),
    )


def _grid_text(header: Sequence[Shown], rows: Sequence[Sequence[Shown]], more: str) -> str:
    """Return aligned columns, numbers to the right."""
    lines = [[cell.label for cell in header], *([cell.text for cell in row] for row in rows)]
    widths = [max(width_of(line[place]) for line in lines) for place in range(len(header))]
    text = ["  ".join(_pad(*cell) for cell in zip(line, widths, header, strict=True)).rstrip() for line in lines]
    return "\n".join([*text, *([more] if more else [])])


def _pad(text: str, width: int, column: Shown) -> str:
    gap = " " * (width - width_of(text))
    return gap + text if column.is_number else text + gap


def _age(days: float, wording: ReaderWording) -> str:
    """Return how long ago something was, as people say it."""
    hours = int(days * _HOURS_OF_A_DAY)
    count, unit = (int(days), "day") if days >= 1 else (hours, "hour")
    if not count:
        return wording.words.say("phrase", "age_now", wording.language)
    word = f"age_{unit}" if count == 1 else f"age_{unit}s"
    return wording.words.say("phrase", word, wording.language, count=count)
