"""The story on the terminal: scenes, labelled lines, a table. Colours only where a person looks, as NO_COLOR asks."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, TextIO

from mailbot.domain.columns import clip, columns

if TYPE_CHECKING:
    from collections.abc import Sequence

INDENT = "    "
LABEL_WIDTH = 12
WIDEST = 100
NARROWEST = 60
CUT = "..."


class Ink(Enum):
    """The colours (ECMA-48 SGR codes), each for one meaning."""

    SCENE = "1;34"
    STRONG = "1"
    FAINT = "2"
    NUMBER = "1;36"
    GOOD = "32"
    WATCH = "33"


@dataclass(frozen=True, slots=True)
class Terminal:
    """Where the story is printed; `width` is how many columns a line may take."""

    out: TextIO
    colours: bool
    width: int

    def say(self, text: str = "", ink: Ink | None = None) -> None:
        """Print one line, at once."""
        print(self.paint(text, ink), file=self.out, flush=True)

    def paint(self, text: str, ink: Ink | None) -> str:
        """Return a text in a colour, or as it is where colours are not wanted."""
        return f"\x1b[{ink.value}m{text}\x1b[0m" if self.colours and ink and text else text

    def scene(self, title: str, explanation: str) -> None:
        """Print the head of a scene: what happens now, and why it matters."""
        self.say()
        self.say(title, Ink.SCENE)
        for line in wrap(explanation, self.width):
            self.say(line, Ink.FAINT)

    def beat(self, title: str, aside: str = "") -> None:
        """Print who does something; the aside stands at the right edge."""
        self.say()
        room = self.width - 4 - columns(title)
        gap = " " * max(2, room - columns(aside))
        self.say(
            "  " + self.paint("> ", Ink.SCENE) + self.paint(title, Ink.STRONG) + gap + self.paint(aside, Ink.FAINT)
        )

    def line(self, label: str, text: str, ink: Ink | None = None) -> None:
        """Print a labelled line; a long text goes on below itself."""
        for place, part in enumerate(wrap(text, self.width - len(INDENT) - LABEL_WIDTH)):
            head = self.paint(f"{label if place == 0 else '':<{LABEL_WIDTH}}", Ink.FAINT)
            self.say(INDENT + head + self.paint(part, ink))

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Print rows in columns; Hindi belongs into the last one, for terminals do not agree on its width."""
        widths = [max(columns(row[place]) for row in (head, *rows)) for place in range(len(head) - 1)]
        rest = self.width - sum(widths) - 2 * len(widths) - 2
        for number, row in enumerate((head, *rows)):
            cells = [cell + " " * (width - columns(cell)) for cell, width in zip(row[:-1], widths, strict=True)]
            cells.append(clip(row[-1], rest, CUT))
            if number == 0:
                self.say("  " + "  ".join(cells).rstrip(), Ink.FAINT)
            else:
                self.say("  " + self.paint(cells[0], Ink.NUMBER) + "  " + "  ".join(cells[1:]).rstrip())


def make_terminal(out: TextIO) -> Terminal:
    """Return the terminal that stands behind a stream (https://no-color.org: any value of NO_COLOR switches it off)."""
    colours = out.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    width = min(max(shutil.get_terminal_size((WIDEST, 24)).columns, NARROWEST), WIDEST)
    return Terminal(out, colours, width)


def standard_terminal() -> Terminal:
    """Return the terminal of this program; a character its encoding lacks is printed as a question mark."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
    return make_terminal(sys.stdout)


def wrap(text: str, width: int) -> list[str]:
    """Return the text in lines of at most so many columns, broken at plain spaces; at least one line."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and columns(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
