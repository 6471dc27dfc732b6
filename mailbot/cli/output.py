"""How the commands print: tables for people, JSON for programs, errors as sentences."""

from __future__ import annotations

import dataclasses
import json
import unicodedata
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from mailbot.domain.columns import clip, columns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mailbot.settings import Settings

EXIT_FOUND_WRONG = 1
EXIT_TRY_LATER = 75
EXIT_SETTINGS = 78
EXIT_KEYBOARD = 130

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


@dataclasses.dataclass(frozen=True, slots=True)
class Context:
    """What all commands share: which settings file was named."""

    settings_file: str | None

    def settings(self) -> Settings:
        """Return the settings. Raises SettingsError."""
        from mailbot.settings import find_settings_file, load_settings  # noqa: PLC0415 - keeps --help fast

        return load_settings(find_settings_file(self.settings_file))


def say_error(sentence: str) -> None:
    """Print a sentence to the standard error."""
    click.echo(f"mailbot: {sentence}", err=True)


def print_json(value: Any) -> None:
    """Print one JSON document on one line; dataclasses become objects, moments ISO 8601."""
    document = json.dumps(value, default=_plain, ensure_ascii=False)
    try:
        document.encode()
    except UnicodeEncodeError:  # the name of a file need not be text
        document = json.dumps(value, default=_plain)
    click.echo(document)


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print columns that line up, Devanagari included."""
    table = [list(headings), *[list(map(one_line, row)) for row in rows]]
    widths = [max(columns(row[column]) for row in table) for column in range(len(headings))]
    for row in table:
        cells = [cell + " " * (width - columns(cell)) for cell, width in zip(row, widths, strict=True)]
        click.echo("  ".join(cells).rstrip())


def one_line(text: str) -> str:
    """Return a text without line breaks and control characters, which could act on the terminal."""
    return "".join(c if c.isprintable() or unicodedata.category(c) == "Cf" else " " for c in text)


def shorten(text: str, width: int) -> str:
    """Return at most `width` columns of a text, with an ellipsis when something was cut."""
    return clip(text, width, "…")


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")
