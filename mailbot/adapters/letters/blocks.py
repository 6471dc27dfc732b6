"""The blocks of a letter that are no prose: facts, quoted words, notices, pictures and buttons, as text and as HTML.

The HTML of every block is a macro of templates/mail/blocks.html, which escapes all it is given.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError
from markupsafe import escape

from mailbot.adapters.letters.forms import placeholder, take_apart
from mailbot.adapters.letters.sources import Block
from mailbot.domain.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mailbot.adapters.letters.forms import Form
    from mailbot.adapters.letters.pictures import Embedded
    from mailbot.adapters.letters.tables import Card, Shown


@dataclass(frozen=True, slots=True)
class Button:
    """A step to offer: what stands on it, the word it writes, the link, and the line for the text part.

    A `filled` button is the answer we hope for; the others are only framed.
    """

    label: str
    word: str
    link: str
    line: str
    filled: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """Words of a legacy Hindi font as the program reads them, and the lines that say so; empty, it is false."""

    text: str = ""
    labels: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether there is anything to show."""
        return bool(self.text)


NO_READING = Reading()


@dataclass(frozen=True, slots=True)
class Look:
    """What stands in the frames of many letters alike."""

    language: str
    other_language: str
    other_label: str
    desk_name: str
    desk_address: str
    status: str
    status_name: str
    footer: str


class Pages:
    """The HTML templates: the frame of a letter and the macros of its blocks."""

    def __init__(self, folder: Path) -> None:
        """Compile layout.html and blocks.html. Raises SettingsError when one is missing or wrong."""
        environment = Environment(
            loader=FileSystemLoader(folder),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        try:
            self._layout = environment.get_template("layout.html")
            self._macros: Any = environment.get_template("blocks.html").module
        except TemplateError as error:
            raise SettingsError(
                f"The frame of the letters in {folder} cannot be used: {error}. Install mailbot again."
            ) from error
        self._frame = lru_cache(maxsize=64)(self._make_frame)

    def frame(  # noqa: PLR0917 - from top to bottom
        self, look: Look, headline: str, lines: Sequence[str], preheader: str, body: str, note: str
    ) -> str:
        """Return the whole HTML page; `lines` stand below the headline, `body` and `note` are HTML already."""
        words = [str(escape(each)) for each in (headline, preheader, *lines)]
        return self._frame(look, len(lines)).fill([body, note, *words])

    def _make_frame(self, look: Look, count: int) -> Form:
        """Return the page with a gap for everything that is one letter's own."""
        body, note, headline, preheader, *lines = (placeholder(number) for number in range(4 + count))
        own = {"body": body, "note": note, "number": headline, "preheader": preheader}
        title, reading = (lines[0], lines[1:]) if lines else ("", [])
        return take_apart(self._layout.render({**asdict(look), **own, "title": title, "title_reading": reading}))

    def facts(self, rows: Sequence[tuple[str, str]]) -> Block:
        """Return a table of names and values."""
        return self._block("\n".join(f"{name}: {value}" for name, value in rows), "facts", rows)

    def quote(self, text: str, ending: str = "", reading: Reading = NO_READING) -> Block:
        """Return the words of a person, set apart, with their line breaks; `ending` and the reading below are ours."""
        lines = text.split("\n") if text else []
        plain = _barred(text)
        if plain and ending:
            plain += f"\n{ending}"
        if plain and reading:
            plain += "\n\n" + "\n".join((*reading.labels, _barred(reading.text)))
        return self._block(plain, "quote", lines, ending, reading)

    def notices(self, sentences: Sequence[str], tone: str) -> Block:
        """Return sentences as a list; `tone` is `good` for what was done, `heed` for what needs a look."""
        return self._block("\n".join(f"- {sentence}" for sentence in sentences), "notices", sentences, tone)

    def pictures(self, shown: Sequence[tuple[Embedded, str]], above: Sequence[str], below: Sequence[str]) -> Block:
        """Return pictures with their captions; `above` names them in the text part, `below` other files."""
        return self._block("\n".join((*above, *below)), "pictures", shown, below)

    def lines(self, lines: Sequence[str]) -> Block:
        """Return small print, a paragraph for each line."""
        return self._block("\n".join(lines), "pictures", (), lines)

    def grid(self, text: str, header: Sequence[Shown], rows: Sequence[Sequence[Shown]], more: str) -> Block:
        """Return a table of few columns; `more` tells below it what is left out."""
        return self._block(text, "grid", header, rows, more)

    def cards(self, text: str, cards: Sequence[Card], more: str) -> Block:
        """Return a card for each row of a wide table."""
        return self._block(text, "cards", cards, more)

    def asks(self, rows: Sequence[tuple[str, Sequence[tuple[str, str]]]]) -> Block:
        """Return what is asked for, each with its ready answers; the text part has the sentences alone."""
        return self._block("\n".join(f"- {sentence}" for sentence, _ in rows), "asks", rows)

    def buttons(self, buttons: Sequence[Button], hint: str) -> Block:
        """Return buttons side by side, or below each other on a narrow screen."""
        return self._block("\n".join(button.line for button in buttons), "buttons", buttons, hint)

    def ratings(self, buttons: Sequence[Button], line: str) -> Block:
        """Return the buttons of a rating; the text part has one line for all of them."""
        return self._block(line, "buttons", buttons, line)

    def _block(self, text: str, macro: str, *values: object) -> Block:
        return Block(text, str(getattr(self._macros, macro)(*values))) if text else Block()


def _barred(text: str) -> str:
    return "\n".join(f"| {line}".rstrip() for line in text.split("\n")) if text else ""
