"""Tables of a letter: codes become words, moments the desk's local time, in the reader's language."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from mailbot.adapters.letters.sources import Block, hide
from mailbot.domain.table import Cell, CellKind
from mailbot.domain.text import clean_line

if TYPE_CHECKING:
    from datetime import tzinfo

    from mailbot.adapters.letters.blocks import Pages
    from mailbot.adapters.letters.words import Words
    from mailbot.domain.catalogue import Catalogue
    from mailbot.domain.people import Language
    from mailbot.domain.table import Table

_CELL_LIMIT = 300


def table_block(  # noqa: PLR0917 - everything that a cell may need to become words
    table: Table, pages: Pages, words: Words, catalogue: Catalogue, timezone: tzinfo, language: Language
) -> Block:
    """Return a table as text and HTML; empty when it has no rows."""
    header = [words.say("column", column.name, language) for column in table.columns]
    rows = [
        [
            cell_text(cell, column.kind, words, catalogue, timezone, language)
            for cell, column in zip(row, table.columns, strict=True)
        ]
        for row in table.rows
    ]
    return pages.table(header, rows) if rows else Block()


def cell_text(  # noqa: PLR0917 - see table_block
    cell: Cell, kind: CellKind, words: Words, catalogue: Catalogue, timezone: tzinfo, language: Language
) -> str:
    """Return a cell as its reader sees it."""
    if cell is None or cell == "":
        return ""
    lists = {
        CellKind.MODULE: catalogue.modules,
        CellKind.PRIORITY: catalogue.priorities,
        CellKind.REQUEST_TYPE: catalogue.request_types,
    }
    if kind in lists:
        return lists[kind].find(str(cell)).name(language)
    if kind is CellKind.STATUS:
        return words.say("status", str(cell), language)
    if kind is CellKind.YES_NO:
        return words.say("phrase", "yes" if cell else "no", language)
    return _plain_text(cell, words, timezone, language)


def _plain_text(cell: Cell, words: Words, timezone: tzinfo, language: Language) -> str:
    if isinstance(cell, datetime):
        return words.moment(cell.astimezone(timezone), language)
    if isinstance(cell, date):
        return f"{cell:%d.%m.%Y}"
    return f"{cell:.1f}" if isinstance(cell, float) else clean_line(hide(str(cell)), _CELL_LIMIT)
