"""The Markdown sources of the letters, and how a stranger's words travel past Markdown.

Jinja2 renders a source once. Each `{{ value }}` leaves a placeholder (forms.py), which means nothing to Markdown. Only
then Markdown becomes HTML, and the placeholders become escaped values. The text part is
the same rendered source without the marks of Markdown, and its placeholders become plain values. So no value is ever
read as Markdown or as HTML.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, StrictUndefined, Template, TemplateError, nodes, pass_context
from markdown_it import MarkdownIt

from mailbot.adapters.letters.forms import Form, placeholder, take_apart
from mailbot.domain.errors import SettingsError
from mailbot.domain.letter import LetterKind
from mailbot.domain.people import Language
from mailbot.domain.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from jinja2.runtime import Context

SHORT_MARKER = "<!-- short -->"
_SUBJECT = "Subject: "
_PRIVATE_USE = re.compile("[\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd]")
_BLANK_LINES = re.compile(r"\n{3,}")
_HEADING = re.compile(r"^#+ ", re.MULTILINE)
_INLINE_LIMIT = 2000
_PARSER = MarkdownIt("commonmark", {"html": False})

# Inline, because many mail clients drop style sheets; the classes are for the dark scheme in layout.html.
_STYLES = {
    "p": "margin:0 0 16px 0;",
    "h3": "margin:28px 0 10px 0;font-size:16px;line-height:1.5;font-weight:700;",
    "ul": "margin:0 0 16px 0;padding:0 0 0 22px;",
    "li": "margin:0 0 8px 0;",
    "strong": "white-space:nowrap;",
    "code": "padding:1px 6px;border-radius:4px;background-color:#e7eef6;color:#123a68;font-family:inherit;"
    "font-weight:700;-webkit-box-decoration-break:clone;box-decoration-break:clone;",
}


@dataclass(frozen=True, slots=True)
class Block:
    """Something that stands alone in a paragraph of a source: as text, and as finished HTML. Empty, it is false."""

    text: str = ""
    html: str = ""

    def __bool__(self) -> bool:
        """Tell whether there is anything to show."""
        return bool(self.text)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A rendered source with the values that its placeholders stand for."""

    source: str
    values: list[str | Block] = field(default_factory=list)

    def as_text(self) -> str:
        """Return plain text: the source without the marks of Markdown, the values as they are."""
        values = [value.text if isinstance(value, Block) else value for value in self.values]
        return _BLANK_LINES.sub("\n\n", _plain(self.source).fill(values)).strip()

    def as_html(self) -> str:
        """Return HTML: the source read as Markdown, the values escaped."""
        values = [value.html if isinstance(value, Block) else html.escape(value) for value in self.values]
        blocks = {number for number, value in enumerate(self.values) if isinstance(value, Block)}
        return _markdown(self.source).fill(values, blocks)


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of a source, compiled, with the names that it may ask for; no other value need be worked out."""

    template: Template
    names: frozenset[str]

    def fill(self, values: Mapping[str, Any]) -> Rendered:
        """Return the passage with its values; a name that has none raises jinja2.UndefinedError."""
        held: list[str | Block] = []
        source = self.template.render({**values, "held": held})
        return Rendered(_BLANK_LINES.sub("\n\n", source).strip(), held)


@dataclass(frozen=True, slots=True)
class Source:
    """One letter in one language."""

    subject: Passage
    body: Passage
    short: Passage


def hide(text: str) -> str:
    """Return a text without private-use characters, which are ours alone."""
    return text if text.isprintable() else _PRIVATE_USE.sub("", text)


def read_sources(folder: Path) -> dict[tuple[LetterKind, Language], Source]:
    """Return all letters of a templates folder, so that a broken one stops the start and not a ticket.

    Raises SettingsError when one is missing or cannot be compiled.
    """
    environment = Environment(
        autoescape=False,  # noqa: S701 - what it renders is Markdown; values are placeholders and escaped after Markdown
        undefined=StrictUndefined,
        finalize=_hold,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return {
        (kind, language): _read_source(folder / kind / f"{language}.md", environment)
        for kind in LetterKind
        for language in Language
    }


def _read_source(path: Path, environment: Environment) -> Source:
    try:
        first, _, rest = path.read_text(encoding="utf-8").partition("\n")
        body, marker, short = rest.partition(SHORT_MARKER)
        if not first.startswith(_SUBJECT) or not marker:
            raise SettingsError(f"The letter {path} needs a first line '{_SUBJECT}...' and a line '{SHORT_MARKER}'.")
        subject = first.removeprefix(_SUBJECT)
        return Source(*(_compile(part, environment) for part in (subject, body, short)))
    except (OSError, UnicodeDecodeError, TemplateError) as error:
        raise SettingsError(
            f"The letter {path} cannot be used: {error}. Correct it, or install mailbot again."
        ) from error


def _compile(source: str, environment: Environment) -> Passage:
    parsed = environment.parse(source)
    return Passage(environment.from_string(parsed), frozenset(name.name for name in parsed.find_all(nodes.Name)))


@pass_context
def _hold(context: Context, value: object) -> str:
    """Keep a value back and leave a placeholder; the context is asked for so that Jinja2 never folds this away."""
    held: list[str | Block] = context["held"]
    held.append(value if isinstance(value, Block) else clean_line(hide(str(value)), _INLINE_LIMIT))
    return placeholder(len(held) - 1)


# Without its values a source has few forms, so most are found in these two caches.
@lru_cache(maxsize=256)
def _plain(source: str) -> Form:
    """Return a source without the marks of Markdown."""
    return take_apart(_HEADING.sub("", source).replace("**", "").replace("`", '"'))


@lru_cache(maxsize=256)
def _markdown(source: str) -> Form:
    """Return a source as HTML."""
    tokens = _PARSER.parse(source)
    for token in tokens:
        for part in (token, *(token.children or ())):
            if part.nesting >= 0 and part.tag in _STYLES:
                part.attrSet("style", _STYLES[part.tag])
                part.attrSet("class", f"md-{part.tag}")
    return take_apart(str(_PARSER.renderer.render(tokens, _PARSER.options, {})))
