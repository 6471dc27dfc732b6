"""FIND: the IT section looks for tickets by any words in them, and gets the newest of them in one letter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailbot.domain.asking import to_asker
from mailbot.domain.desk import Searched
from mailbot.domain.effects import Effects
from mailbot.domain.letter import LetterKind, Notice
from mailbot.domain.table import CellKind, Column, Table

if TYPE_CHECKING:
    from mailbot.domain.asking import Asking
    from mailbot.domain.desk import TicketLine
    from mailbot.domain.grammar import Command
    from mailbot.domain.table import Cell

MOST_FOUND = 20
_COLUMNS = (
    Column("number", CellKind.TICKET),
    Column("title"),
    Column("status", CellKind.STATUS),
    Column("module", CellKind.MODULE),
    Column("requester"),
    Column("opened_at", CellKind.MOMENT),
)


def find_tickets(command: Command, asking: Asking) -> Effects:
    """Answer with the tickets that hold all the words."""
    words = command.argument
    found = asking.known.searches.get(words, Searched())
    notices: tuple[Notice, ...] = ()
    if not words:
        notices = (Notice("search_empty", command.word),)
    elif not found.tickets:
        notices = (Notice("search_nothing", words),)
    values = (
        ("words", words or command.word),
        ("count", f"{found.total}{'+' if found.has_more else ''}"),
        ("shown", str(len(found.tickets))),
        ("left_out", "yes" if found.total > len(found.tickets) else ""),
    )
    tables = (Table("found", _COLUMNS, tuple(map(_row, found.tickets)), total=found.total),) if found.tickets else ()
    return Effects(
        letters=to_asker(LetterKind.FOUND, asking, values=values, tables=tables, notices=notices),
        reasons=(f"It looks for {words!r}: {found.total} tickets.",),
        refused=not words,
    )


def _row(line: TicketLine) -> tuple[Cell, ...]:
    return (line.number, line.title, line.status, line.module, line.requester, line.opened_at)
