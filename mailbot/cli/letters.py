"""`mailbot letters`: every letter on one page, and those that a restore held back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailbot.cli.output import json_option, print_json, print_table, shorten

if TYPE_CHECKING:
    from mailbot.cli.output import Context


@click.group()
def letters() -> None:
    """Look at the letters that mailbot writes."""


@letters.command()
@click.option("--output", metavar="FILE", default="letters.html", show_default=True, help="Where the page is written.")
@click.option("--no-open", is_flag=True, help="Only write the page, and open no browser.")
@click.pass_obj
def preview(context: Context, *, output: str, no_open: bool) -> None:
    """Write one HTML page with every letter and open it: all kinds, both languages, all readers, two widths.

    The letters are written from samples with your settings and your templates; nothing is sent.
    """
    from mailbot.adapters.keys import make_keys  # noqa: PLC0415 - keeps --help fast
    from mailbot.demo.letters_page import letters_page, sample_writer  # noqa: PLC0415
    from mailbot.parts import make_writer  # noqa: PLC0415
    from mailbot.settings.desk import make_desk  # noqa: PLC0415

    settings = context.settings()
    desk = make_desk(settings, make_keys("a preview proves nothing and needs no key"))
    page = letters_page(sample_writer(make_writer(settings, desk), desk))
    path = Path(output)
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise click.UsageError(f"{output} cannot be written: {error.strerror}.") from error
    click.echo(f"Written: {output}")
    if not no_open:
        click.launch(path.resolve().as_uri())


@letters.command()
@click.option(
    "--release", "released", type=click.IntRange(1, 2**63 - 1), multiple=True, help="Send this letter after all."
)
@click.option("--release-all", is_flag=True, help="Send all of them after all.")
@json_option
@click.pass_obj
def held(context: Context, *, released: tuple[int, ...], release_all: bool, as_json: bool) -> None:
    """Show the letters that a restore held back, because they may have been sent before the data was lost."""
    from mailbot.adapters.clock import now  # noqa: PLC0415 - keeps --help fast
    from mailbot.adapters.store.restoring import find_held, release_held  # noqa: PLC0415
    from mailbot.parts import open_store  # noqa: PLC0415

    with open_store(context.settings()) as engine:
        found = find_held(engine)
        wanted = [row.id for row in found if release_all or row.id in released]
        count = release_held(engine, wanted, now()) if wanted else 0
    if as_json:
        print_json([dict(row._mapping) for row in found])  # noqa: SLF001 - how a row becomes a dictionary
    elif count:
        click.echo(f"{count} letters go out now.")
    elif found:
        rows = [(str(row.id), f"{row.written_at:%Y-%m-%d %H:%M}", row.to, shorten(row.subject, 60)) for row in found]
        print_table(("letter", "written (UTC)", "to", "subject"), rows)
    else:
        click.echo("No letter is held back.")
