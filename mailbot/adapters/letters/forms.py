"""Texts with gaps: what many letters have in common is taken apart once, and each letter only fills the gaps.

A gap is a placeholder of private-use characters (Unicode 23.5), which mean nothing to Markdown and to HTML.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

_OPEN, _CLOSE = "\ue000", "\ue001"
_GAP = re.compile(f"(<p[^>]*>){_OPEN}(\\d+){_CLOSE}(</p>)|{_OPEN}(\\d+){_CLOSE}")


@dataclass(frozen=True, slots=True)
class Gap:
    """The place of a value: what stands before it, its number, and the paragraph around it if it stands there alone."""

    before: str
    number: int
    opening: str
    closing: str


@dataclass(frozen=True, slots=True)
class Form:
    """A text taken apart at its gaps; `end` stands behind the last one."""

    gaps: tuple[Gap, ...]
    end: str

    def fill(self, values: Sequence[str], blocks: Collection[int] = ()) -> str:
        """Return the text with its values; the numbers in `blocks` take the place of a paragraph that was theirs."""
        parts: list[str] = []
        for gap in self.gaps:
            value = values[gap.number]
            parts += (gap.before, value) if gap.number in blocks else (gap.before, gap.opening, value, gap.closing)
        return "".join((*parts, self.end))


def placeholder(number: int) -> str:
    """Return what stands for a value until it is known."""
    return f"{_OPEN}{number}{_CLOSE}"


def take_apart(text: str) -> Form:
    """Return a text with placeholders as a form."""
    gaps: list[Gap] = []
    end = 0
    for found in _GAP.finditer(text):
        opening, alone, closing, inline = found.groups()
        gaps.append(Gap(text[end : found.start()], int(alone or inline), opening or "", closing or ""))
        end = found.end()
    return Form(tuple(gaps), text[end:])
