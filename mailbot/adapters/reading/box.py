"""A stretch of text that is being written out of HTML: its lines, and the breaks between them."""

from __future__ import annotations

import re

_BLANKS = re.compile(r"[ \t\r\n\f]+")
_MOST_BREAKS = 3


class Box:
    """A stretch of text that is being written: lines, and the breaks that are due before the next word."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.due = 0
        self.open = False

    def write(self, text: str, *, raw: bool = False) -> None:
        """Add text; unless it is `raw`, blanks collapse and none stands at the beginning of a line."""
        if not raw:
            text = _BLANKS.sub(" ", text)
            if not self.open or (self.pieces and self.pieces[-1].endswith(" ")):
                text = text.lstrip(" ")
        if not text:
            return
        if self.pieces:
            self.pieces.append("\n" * self.due)
        self.due = 0
        self.pieces.append(text)
        self.open = True

    def end_line(self, count: int = 1) -> None:
        """Make sure that the next word stands on a new line, after `count` - 1 empty ones."""
        if self.pieces:
            self.due = max(self.due, count)
        self.open = False

    def add_break(self) -> None:
        """End a line that has words, make an empty line otherwise, as <br> does."""
        self.due = max(self.due, 1) if self.open else min(self.due + 1, _MOST_BREAKS)
        self.open = False

    def ends_with(self, text: str) -> bool:
        """Tell whether the last words that were written are these."""
        last = next((piece for piece in reversed(self.pieces) if piece.strip()), "")
        return last.strip() == text

    def text(self) -> str:
        """Return what was written, without blanks at the ends of lines."""
        lines = "".join(self.pieces).replace("\u00a0", " ").split("\n")
        return "\n".join(line.rstrip() for line in lines)
