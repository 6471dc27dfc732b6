"""`mailbot letters preview`: every letter on one page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

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
