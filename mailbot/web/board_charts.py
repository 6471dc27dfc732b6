"""What the statistics page draws of each table of the board, and which sentence answers its question."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Protocol

from babel.dates import format_date

from mailbot.domain.columns import clip
from mailbot.domain.reporting.pendency import NOWHERE, OLD_CLASS
from mailbot.domain.table import CellKind
from mailbot.web.charts import Piece, Row, Told, draw_bars, draw_columns, draw_shares, top_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from markupsafe import Markup

    from mailbot.adapters.letters.wording import ReaderWording
    from mailbot.domain.table import Cell, Table
    from mailbot.web.formats import Formats

# So many rows are drawn; the table below has all of them.
_MOST_ROWS = 10
# A phone has room for so much of a name; the table has all of it.
_LONGEST_LABEL = 36
_GOOD = 4
_HOUR, _HUNDRED = 3600, 100
_NUMBERS = frozenset({CellKind.NUMBER, CellKind.HOURS, CellKind.SHARE})


class Say(Protocol):
    """Returns a word of the pages in the language of who looks."""

    def __call__(self, key: str, /, **values: object) -> str:
        """Return a word or sentence with its braces filled in."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One cell of a table on the page."""

    label: str
    text: str
    is_number: bool


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its answer in words, its chart with the names of its series, and its table."""

    name: str
    title: str
    question: str
    answer: str
    chart: Markup | None
    legend: tuple[str, ...]
    is_cut: bool
    heads: tuple[Shown, ...]
    rows: tuple[tuple[Shown, ...], ...]


@dataclass(frozen=True, slots=True)
class Teller:
    """Draws and tells tables to one reader."""

    wording: ReaderWording
    formats: Formats
    say: Say

    def ask(self, name: str, table: Table) -> Question:
        """Return a table as a question."""
        draw, legend = _CHARTS[name]
        answer = _ANSWERS[name](self, table) if name in _ANSWERS and table.rows else ""
        title = self.wording.title(table.name)
        told = Told(name, self.say("statistics.chart_of", title=title), answer or title)
        heads = tuple(Shown(self.wording.column(one.name), "", one.kind in _NUMBERS) for one in table.columns)
        return Question(
            name,
            title,
            self.say(f"statistics.ask_{name}"),
            answer,
            draw(self, told, table) if table.rows else None,
            tuple(self.say(f"statistics.{word}") for word in legend),
            draw is Teller.bars and len(table.rows) > _MOST_ROWS,
            heads,
            tuple(tuple(map(self._cell, heads, row, table.columns)) for row in table.rows),
        )

    def columns(self, told: Told, table: Table) -> Markup:
        """Draw what came and was resolved over time."""
        rows = [Row(self._mark(day), self._pieces(figures)) for day, *figures in table.rows]
        top = top_of(piece.value for row in rows for piece in row.pieces)
        return draw_columns(told, rows, [self.formats.number(part) for part in (0, top // 2, top)])

    def bars(self, told: Told, table: Table) -> Markup:
        """Draw the numbers of the columns that are named as bars, of the first rows."""
        wanted = _DRAWN[told.key]
        places = [place for place, column in enumerate(table.columns) if column.name in wanted]
        rows = [
            Row(
                clip(self._text(row[0], table.columns[0].kind), _LONGEST_LABEL, "…"),
                self._pieces([row[place] for place in places]),
            )
            for row in table.rows[:_MOST_ROWS]
        ]
        return draw_bars(told, rows)

    def again(self, told: Told, table: Table) -> Markup:
        """Draw how many of a hundred solutions of each module came back."""
        rows = []
        for code, resolved, reopened, share in table.rows[:_MOST_ROWS]:
            text = self._of(_number(reopened), _number(resolved))
            rows.append(Row(self._text(code, CellKind.MODULE), (Piece(1, _number(share), text),)))
        return draw_bars(told, rows)

    def speed(self, told: Told, table: Table) -> Markup:
        """Draw the hours to the answer and to the solution of each priority, beside what was promised."""
        rows = []
        for code, *hours in table.rows:
            for word, figures in (("first_answer", hours[:3]), ("solution", hours[3:])):
                pieces = tuple(
                    Piece(series, _number(figure), self.say("statistics.of_hours", hours=self._hours(figure)))
                    for series, figure in enumerate(figures, 1)
                    if figure is not None
                )
                if figures[0] is not None:
                    rows.append(Row(self._pair(code, word), pieces))
        return draw_bars(told, rows)

    def kept(self, told: Told, table: Table) -> Markup:
        """Draw which part of the promises was kept."""
        rows = []
        for code, *figures in table.rows:
            for word, (kept, missed, _) in (("first_answer", figures[:3]), ("solution", figures[3:])):
                whole = _number(kept) + _number(missed)
                if whole:
                    label = f"{self._pair(code, word)}: {self._of(_number(kept), whole)}"
                    rows.append(Row(label, (Piece(1, _number(kept), ""), Piece(2, _number(missed), ""))))
        return draw_shares(told, rows)

    def say_flow(self, table: Table) -> str:
        """Say how many came and were resolved."""
        received, resolved = (self._sum(table, place) for place in (1, 2))
        return self.say("statistics.say_flow", received=received, resolved=resolved)

    def say_ages(self, table: Table) -> str:
        """Say how many are open, and how many of them are old."""
        counts = [_number(count) for _, count in table.rows]
        number = self.formats.number
        return self.say("statistics.say_ages", open=number(sum(counts)), old=number(sum(counts[OLD_CLASS:])))

    def say_kept(self, table: Table) -> str:
        """Say which share of the promises was kept."""
        shares = []
        for place in (1, 4):
            kept, missed = (sum(_number(row[place + more]) for row in table.rows) for more in (0, 1))
            shares.append(self.formats.percent(kept / (kept + missed)) if kept + missed else NOWHERE)
        return self.say("statistics.say_kept", answers=shares[0], solutions=shares[1])

    def say_again(self, table: Table) -> str:
        """Say how many came back."""
        return self.say("statistics.say_again", resolved=self._sum(table, 1), again=self._sum(table, 2))

    def say_ratings(self, table: Table) -> str:
        """Say how many ratings were good."""
        good = sum(_number(count) for rating, count in table.rows if _number(rating) >= _GOOD)
        return self.say("statistics.say_ratings", good=self.formats.number(good), rated=self._sum(table, 1))

    def say_staff(self, _table: Table) -> str:
        """Say what the figures are for."""
        return self.say("statistics.say_staff")

    def _pieces(self, figures: Sequence[Cell]) -> tuple[Piece, ...]:
        return tuple(
            Piece(series, _number(figure), self.formats.number(_number(figure)))
            for series, figure in enumerate(figures, 1)
        )

    def _cell(self, head: Shown, cell: Cell, column: object) -> Shown:
        return Shown(head.label, self._text(cell, column.kind), head.is_number)  # type: ignore[attr-defined]

    def _text(self, cell: Cell, kind: CellKind) -> str:
        """Return a cell as its reader sees it."""
        value = self.wording.value(cell, kind)
        if value is None:
            return NOWHERE
        if isinstance(value, date):
            return str(self.formats.day(value))
        return self.formats.number(value) if isinstance(value, int | float) else str(value)

    def _mark(self, day: Cell) -> str:
        assert isinstance(day, date), "a mark of time is a day"
        return format_date(day, "d MMM", locale=self.formats.locale)

    def _hours(self, hours: Cell) -> str:
        return self.formats.number(_number(hours))

    def _pair(self, code: Cell, word: str) -> str:
        first = self._text(code, CellKind.PRIORITY)
        return self.say("statistics.pair", first=first, second=self.say(f"statistics.{word}"))

    def _of(self, part: float, whole: float) -> str:
        share = self.formats.percent(part / whole) if whole else NOWHERE
        number = self.formats.number
        return self.say("statistics.of_all", part=number(part), whole=number(whole), share=share)

    def _sum(self, table: Table, place: int) -> str:
        return self.formats.number(sum(_number(row[place]) for row in table.rows))


def _number(cell: Cell) -> float:
    return cell if isinstance(cell, int | float) else 0


_BARS = Teller.bars
_DRAWN = {
    "ages": {"open"},
    "modules": {"received", "resolved", "open"},
    "zones": {"received", "resolved", "open"},
    "offices": {"open"},
    "ratings": {"rated"},
    "staff": {"resolved", "open"},
}
_CHARTS: dict[str, tuple[Callable[[Teller, Told, Table], Markup], tuple[str, ...]]] = {
    "flow": (Teller.columns, ("received", "resolved")),
    "ages": (_BARS, ("open",)),
    "speed": (Teller.speed, ("median", "nine_of_ten", "promised")),
    "kept": (Teller.kept, ("in_time", "late")),
    "modules": (_BARS, ("received", "resolved", "open")),
    "zones": (_BARS, ("received", "resolved", "open")),
    "offices": (_BARS, ("open",)),
    "again": (Teller.again, ("share",)),
    "ratings": (_BARS, ("rated",)),
    "staff": (_BARS, ("resolved", "open")),
}
_ANSWERS: dict[str, Callable[[Teller, Table], str]] = {
    "flow": Teller.say_flow,
    "ages": Teller.say_ages,
    "kept": Teller.say_kept,
    "again": Teller.say_again,
    "ratings": Teller.say_ratings,
    "staff": Teller.say_staff,
}
