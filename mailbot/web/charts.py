"""Charts as SVG of our own: positions in percent and letters in pixels, so that one drawing fits a phone and a screen.

No colour stands alone: the second series is hatched and the third one hollow. Every chart has a title and a description
for those who hear it, and each bar its figure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# The longest bar leaves room for its figure.
_WIDEST = 74.0
_BAR, _LABEL, _GAP = 16, 22, 10
_TOP, _BOTTOM, _PLOT = 26, 26, 180
_FEW_COLUMNS, _MOST_MARKS = 7, 6
_STEPS = (1, 2, 5)
_HATCHED = 2

PATTERNS = Markup(
    '<svg class="patterns" width="0" height="0" aria-hidden="true" focusable="false"><defs>'
    '<pattern id="hatch" patternUnits="userSpaceOnUse" width="7" height="7">'
    '<rect width="7" height="7" class="hatch-ground"/>'
    '<path d="M-1 8 8 -1M-1 1 1 -1M6 8 8 6" class="hatch-line"/></pattern></defs></svg>'
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One bar: how long it is, and its figure in words; `series` is 1, 2 or 3."""

    series: int
    value: float
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line of bars under a label."""

    label: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What a chart tells those who do not see it; `key` makes its ids unique on the page."""

    key: str
    title: str
    text: str


def draw_bars(told: Told, rows: Sequence[Row]) -> Markup:
    """Return lying bars: below each label its bars, the longest of all as long as there is room."""
    highest = max((piece.value for row in rows for piece in row.pieces), default=0) or 1
    parts, y = [], 0
    for row in rows:
        parts.append(_text("0", y + 15, row.label, "label"))
        y += _LABEL
        parts.append(_axis(y, y + _BAR * len(row.pieces) - 3))
        for piece in row.pieces:
            width = _WIDEST * piece.value / highest
            parts.append(_bar(0, width, y, _BAR - 3, piece.series))
            parts.append(_text(f"{width:.2f}%", y + 11, piece.text, "value", move=7))
            y += _BAR
        y += _GAP
    return _whole(told, y, parts)


def draw_shares(told: Told, rows: Sequence[Row]) -> Markup:
    """Return one whole bar for each row, divided into its pieces; the label tells the figures."""
    parts, y = [], 0
    for row in rows:
        parts.append(_text("0", y + 15, row.label, "label"))
        y += _LABEL
        whole, begin = sum(piece.value for piece in row.pieces) or 1, 0.0
        for piece in row.pieces:
            width = 100 * piece.value / whole
            parts.append(_bar(begin, width, y, _BAR, piece.series))
            begin += width
        y += _BAR + _GAP
    return _whole(told, y, parts)


def draw_columns(told: Told, rows: Sequence[Row], number: Sequence[str] = ()) -> Markup:
    """Return standing bars over marks of time; `number` are the words of the lines at none, half and all."""
    highest = top_of(piece.value for row in rows for piece in row.pieces)
    room = 100 / len(rows)
    every = -(-len(rows) // _MOST_MARKS)
    parts = [_line(_TOP + _PLOT * (1 - share), word) for share, word in zip((0, 0.5, 1), number, strict=True)]
    for place, row in enumerate(rows):
        width = room * 0.8 / len(row.pieces)
        for count, piece in enumerate(row.pieces):
            height = _PLOT * piece.value / highest
            x = room * (place + 0.1) + width * count
            parts.append(_bar(x, width, _TOP + _PLOT - height, height, piece.series))
            if len(rows) <= _FEW_COLUMNS:
                parts.append(
                    _text(f"{x + width / 2:.2f}%", _TOP + _PLOT - height - 4, piece.text, "value", middle=True)
                )
        if place % every == 0:
            parts.append(_text(f"{room * (place + 0.5):.2f}%", _TOP + _PLOT + 18, row.label, "mark", middle=True))
    return _whole(told, _TOP + _PLOT + _BOTTOM, parts)


def top_of(values: Iterable[float]) -> int:
    """Return the even round number that no value exceeds, where the scale ends."""
    highest, size = max(values, default=0), 1
    while True:
        for step in _STEPS:
            if 2 * step * size >= highest:
                return 2 * step * size
        size *= 10


def _whole(told: Told, height: float, parts: Iterable[Markup]) -> Markup:
    return Markup(
        '<svg class="plot" role="img" width="100%" height="{height}" aria-labelledby="{key}-title {key}-text">'
        '<title id="{key}-title">{title}</title><desc id="{key}-text">{text}</desc>{parts}</svg>'
    ).format(height=round(height), key=told.key, title=told.title, text=told.text, parts=Markup("").join(parts))


def _bar(x: float, width: float, y: float, height: float, series: int) -> Markup:
    fill = Markup(' fill="url(#hatch)"') if series == _HATCHED else ""
    return Markup('<rect x="{:.2f}%" width="{:.2f}%" y="{:.1f}" height="{:.1f}" class="bar bar-{}"{}/>').format(
        x, width, y, height, series, fill
    )


def _axis(top: float, bottom: float) -> Markup:
    return Markup('<line x1="0" x2="0" y1="{}" y2="{}" class="axis"/>').format(top, bottom)


def _text(x: str, y: float, text: str, kind: str, move: int = 0, *, middle: bool = False) -> Markup:
    anchor = "middle" if middle else "start"
    form = Markup('<text x="{}" y="{:.0f}" dx="{}" text-anchor="{}" class="{}">{}</text>')
    return form.format(x, y, move, anchor, kind, text)


def _line(y: float, word: str) -> Markup:
    line = Markup('<line x1="0" x2="100%" y1="{0:.0f}" y2="{0:.0f}" class="grid-line"/>').format(y)
    return line + _text("0", y - 4, word, "scale")
