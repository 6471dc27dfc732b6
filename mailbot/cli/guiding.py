"""`mailbot guide`: the page that hangs on the wall."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from mailbot.cli.output import Context

BOTH = "both"


@click.command()
@click.option("--role", type=click.Choice(["officer", "staff"]), default="officer", show_default=True, help="For whom.")
@click.option(
    "--language", type=click.Choice(["en", "hi", BOTH]), default=BOTH, show_default=True, help="In which language."
)
@click.option("--pdf", metavar="FILE", help="Write a PDF: one A4 page for each language.")
@click.option("--html", metavar="FILE", help="Write the same as one HTML page, to be shown or printed by a browser.")
@click.pass_obj
def guide(context: Context, *, role: str, language: str, pdf: str | None, html: str | None) -> None:
    """Write a guide to pin on the wall: what to write to the desk, which words it knows, and what happens then.

    It is made from the grammar and from your settings: address, ticket prefix, modules, priorities and promises.
    """
    if not pdf and not html:
        raise click.UsageError("Say where to write it: --pdf FILE, --html FILE, or both.")
    from mailbot.domain.people import Language, Role  # noqa: PLC0415 - keeps --help fast
    from mailbot.parts import make_guide  # noqa: PLC0415

    made = make_guide(context.settings())
    languages = list(Language) if language == BOTH else [Language(language)]
    reader = Role(role)
    if html:
        _write(html, made.page(reader, languages).encode())
    if pdf:
        from mailbot.adapters.printing import print_sheets  # noqa: PLC0415

        _write(pdf, print_sheets([partial(made.page, reader, [one]) for one in languages]))


def _write(name: str, content: bytes) -> None:
    try:
        Path(name).write_bytes(content)
    except OSError as error:
        raise click.UsageError(f"{name} cannot be written: {error.strerror}.") from error
    click.echo(f"Written: {name}")
