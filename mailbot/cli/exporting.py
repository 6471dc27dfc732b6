"""`mailbot export`: one ticket as a zip file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from mailbot.cli.output import EXIT_FOUND_WRONG, say_error

if TYPE_CHECKING:
    from mailbot.cli.output import Context


@click.command()
@click.argument("number")
@click.option("--output", metavar="FILE", type=click.Path(path_type=Path), help="The file. Default: NUMBER.zip here.")
@click.pass_obj
def export(context: Context, number: str, *, output: Path | None) -> None:
    """Write everything about one ticket into a zip file: history (HTML and JSON), mails, files and letters.

    It holds what people wrote, internal notes too: give it only to those who may read that.
    """
    from mailbot.cli.tickets import find_number  # noqa: PLC0415 - keeps --help fast
    from mailbot.parts import open_files, open_store  # noqa: PLC0415
    from mailbot.upkeep.export import export_ticket  # noqa: PLC0415

    settings = context.settings()
    full = find_number(number, settings.desk.prefix)
    target = output or Path(f"{full}.zip")
    if target.exists():
        raise click.UsageError(f"{target} exists already. Name another file with --output.")
    with open_store(settings) as engine:
        made = export_ticket(engine, open_files(settings), full, target, ZoneInfo(settings.desk.timezone))
    if made is None:
        say_error(f"There is no ticket {full}.")
        sys.exit(EXIT_FOUND_WRONG)
    click.echo(f"Written: {target}, with {made.mails} mails, {made.files} files and {made.letters} letters.")
    if made.missing:
        say_error(f"Gone from the file store, and not in it: {', '.join(made.missing)}")
        sys.exit(EXIT_FOUND_WRONG)
