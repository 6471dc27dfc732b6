"""`mailbot files`: the malware scanner's word about the files of tickets."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from mailbot.cli.output import EXIT_FOUND_WRONG, say_error

if TYPE_CHECKING:
    from mailbot.cli.output import Context


@click.group()
def files() -> None:
    """Look after the files of tickets."""


@files.command("rescan")
@click.option("--all", "also_clean", is_flag=True, help="Also files that were found clean: the scanner learns.")
@click.pass_obj
def rescan_files(context: Context, *, also_clean: bool) -> None:
    """Scan all files for malware that could not be scanned when they came.

    Whoever got a file that turns out to be malware is warned by the worker within a minute.
    """
    from mailbot.adapters.store.scans import Scans  # noqa: PLC0415 - keeps --help fast
    from mailbot.parts import make_inspection, open_store  # noqa: PLC0415
    from mailbot.watch_parts import make_alarms  # noqa: PLC0415

    settings = context.settings()
    with open_store(settings) as engine:
        inspection = make_inspection(settings, engine, make_alarms(settings, engine))
        if inspection is None:
            say_error("No scanner is set. Name the socket of clamd in [scanner] of the settings.")
            sys.exit(EXIT_FOUND_WRONG)
        inspection.scanner.probe()
        names = Scans(engine).find_unscanned()
        settled = inspection.rescan(names)
        click.echo(f"Scanned {settled} of {len(names)} files; {len(names) - settled} stay unscanned.")
        if also_clean:
            known = Scans(engine).find_clean()
            inspection.rescan(known)
            still = len(set(known) & set(Scans(engine).find_clean()))
            click.echo(f"Scanned {len(known)} clean files again; {still} are clean, {len(known) - still} are not.")
