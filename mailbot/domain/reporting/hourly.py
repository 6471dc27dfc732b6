"""The hourly letter: news that somebody did not want one by one, folded into one letter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailbot.domain.letter import LetterKind
from mailbot.domain.reporting.bulletin import Bulletin, write_each
from mailbot.domain.table import CellKind, Column, Table
from mailbot.domain.text import clean_line
from mailbot.domain.trust import normal_address

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mailbot.domain.letter import LetterOrder
    from mailbot.domain.reporting.bulletin import Occasion
    from mailbot.domain.reporting.figures import HeldNews

_WORDS = 200
# The kinds of letters that may have been held back; their names are in the letters' words.
NEWS = (
    LetterKind.NEW_TICKET,
    LetterKind.COMMENT,
    LetterKind.QUESTION,
    LetterKind.STATUS_CHANGED,
    LetterKind.RESOLVED,
    LetterKind.REOPENED,
    LetterKind.CLOSED,
)
_COLUMNS = (
    Column("number", CellKind.TICKET),
    Column("title"),
    Column("news", CellKind.WORD),
    Column("who"),
    Column("said"),
    Column("when", CellKind.MOMENT),
)


def write_hourly(held: Mapping[str, tuple[HeldNews, ...]], occasion: Occasion) -> Bulletin:
    """Return one letter to each person for whom news was held, oldest news first.

    News for somebody who left the IT section is dropped: the tickets themselves hold everything.
    """
    people = {normal_address(person.email): person for person in occasion.staff if person.is_staff}
    letters: list[LetterOrder] = []
    for address, news in held.items():
        person = people.get(normal_address(address))
        if person is None or not news:
            continue
        table = hourly_table(news, occasion.rules.rows)
        tickets = len({one.number for one in news})
        letters += write_each(
            LetterKind.HOURLY,
            (person,),
            occasion,
            values={"news": len(news), "tickets": tickets, "file": f"{occasion.desk.prefix}-news-{occasion.day}"},
            tables=(table,),
            formats=("xlsx",) if table.is_cut else (),
            # The last of the news tells two letters of one hour apart.
            key=f"hourly {news[-1].id}",
        )
    told = tuple(one.id for news in held.values() for one in news)
    return Bulletin("An hour of working time is over.", tuple(letters), told)


def hourly_table(news: tuple[HeldNews, ...], rows: int) -> Table:
    """Return the news as a table: which ticket, what happened, who did it, what was said, and when."""
    lines = tuple(
        (one.number, one.title, _news(one.kind), one.actor, clean_line(one.text, _WORDS), one.at)
        for one in sorted(news, key=lambda one: one.id)
    )
    return Table("news", _COLUMNS, lines, shown=rows)


def _news(kind: str) -> str:
    return f"news_{kind}" if kind in NEWS else "news_other"
