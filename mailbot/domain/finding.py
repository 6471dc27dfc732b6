"""FIND: the IT section looks for tickets by any words in them, and gets the newest of them in one letter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailbot.domain.asking import to_asker
from mailbot.domain.desk import Searched
from mailbot.domain.effects import Effects
from mailbot.domain.letter import LetterKind, Notice
from mailbot.domain.table import CellKind, Column, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mailbot.domain.asking import Asking
    from mailbot.domain.desk import TicketLine
    from mailbot.domain.grammar import Command
    from mailbot.domain.table import Cell

MOST_FOUND = 20
MOST_SEARCHES = 3  # of one mail
_SEARCH = Column("search")
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
    return find_several((command,), asking)


def find_several(commands: Sequence[Command], asking: Asking) -> Effects:
    """Answer all searches of a mail in one letter; of several, each line says which search it answers."""
    searches = tuple(dict.fromkeys(command.argument for command in commands if command.argument))
    looked = {words: asking.known.searches.get(words, Searched()) for words in searches[:MOST_SEARCHES]}
    notices = tuple(Notice("search_empty", command.word) for command in commands if not command.argument)[:1]
    notices += tuple(Notice("search_nothing", words) for words, found in looked.items() if not found.tickets)
    if len(searches) > MOST_SEARCHES:
        notices += (Notice("searches_too_many", str(MOST_SEARCHES), ", ".join(searches[MOST_SEARCHES:])),)
    is_several = len(looked) > 1
    rows = tuple(_row(words, line)[not is_several :] for words, found in looked.items() for line in found.tickets)
    total = sum(found.total for found in looked.values())
    values = (
        ("words", " | ".join(looked) or commands[0].word),
        ("count", f"{total}{'+' if any(found.has_more for found in looked.values()) else ''}"),
        ("shown", str(len(rows))),
        ("left_out", "yes" if total > len(rows) else ""),
        ("several", "yes" if is_several else ""),
    )
    columns = (_SEARCH, *_COLUMNS)[not is_several :]
    tables = (Table("found", columns, rows, total=total),) if rows else ()
    return Effects(
        letters=to_asker(LetterKind.FOUND, asking, values=values, tables=tables, notices=notices),
        reasons=tuple(f"It looks for {words!r}: {found.total} tickets." for words, found in looked.items()),
        refused=not searches,
    )


def _row(words: str, line: TicketLine) -> tuple[Cell, ...]:
    return (words, line.number, line.title, line.status, line.module, line.requester, line.opened_at)
