"""The Markdown sources of the letters, and how a stranger's words travel past Markdown.

Jinja2 renders a source once. Each `{{ value }}` leaves a placeholder of private-use characters (Unicode 23.5), which
mean nothing to Markdown. Only then Markdown becomes HTML, and the placeholders become escaped values. The text part is
the same rendered source without the marks of Markdown, and its placeholders become plain values. So no value is ever
read as Markdown or as HTML.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, StrictUndefined, Template, TemplateError, pass_context
from markdown_it import MarkdownIt

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
_OPEN, _CLOSE = "\ue000", "\ue001"
_PLACEHOLDER = re.compile(f"{_OPEN}(\\d+){_CLOSE}")
_LONE_PLACEHOLDER = re.compile(f"<p[^>]*>{_OPEN}(\\d+){_CLOSE}</p>")
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
        plain = _HEADING.sub("", self.source).replace("**", "").replace("`", '"')
        filled = _PLACEHOLDER.sub(lambda match: self._text(match.group(1)), plain)
        return _BLANK_LINES.sub("\n\n", filled).strip()

    def as_html(self) -> str:
        """Return HTML: the source read as Markdown, the values escaped."""
        body = _LONE_PLACEHOLDER.sub(self._lone_html, _markdown(self.source))
        return _PLACEHOLDER.sub(lambda match: self._html(match.group(1)), body)

    def _text(self, index: str) -> str:
        value = self.values[int(index)]
        return value.text if isinstance(value, Block) else value

    def _html(self, index: str) -> str:
        value = self.values[int(index)]
        return value.html if isinstance(value, Block) else html.escape(value)

    def _lone_html(self, match: re.Match[str]) -> str:
        value = self.values[int(match.group(1))]
        return value.html if isinstance(value, Block) else match.group(0)


@dataclass(frozen=True, slots=True)
class Source:
    """One letter in one language, compiled."""

    subject: Template
    body: Template
    short: Template


def hide(text: str) -> str:
    """Return a text without private-use characters, which are ours alone."""
    return _PRIVATE_USE.sub("", text)


def render(template: Template, values: Mapping[str, Any]) -> Rendered:
    """Return the rendered source; an unknown variable raises jinja2.UndefinedError."""
    held: list[str | Block] = []
    source = template.render({**values, "held": held})
    return Rendered(_BLANK_LINES.sub("\n\n", source).strip(), held)


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
        return Source(*(environment.from_string(part) for part in (subject, body, short)))
    except (OSError, UnicodeDecodeError, TemplateError) as error:
        raise SettingsError(
            f"The letter {path} cannot be used: {error}. Correct it, or install mailbot again."
        ) from error


@pass_context
def _hold(context: Context, value: object) -> str:
    """Keep a value back and leave a placeholder; the context is asked for so that Jinja2 never folds this away."""
    held: list[str | Block] = context["held"]
    held.append(value if isinstance(value, Block) else clean_line(hide(str(value)), _INLINE_LIMIT))
    return f"{_OPEN}{len(held) - 1}{_CLOSE}"


@lru_cache(maxsize=256)
def _markdown(source: str) -> str:
    """Return a source as HTML; without its values a source has few forms, so most are found in the cache."""
    tokens = _PARSER.parse(source)
    for token in tokens:
        for part in (token, *(token.children or ())):
            if part.nesting >= 0 and part.tag in _STYLES:
                part.attrSet("style", _STYLES[part.tag])
                part.attrSet("class", f"md-{part.tag}")
    return str(_PARSER.renderer.render(tokens, _PARSER.options, {}))
