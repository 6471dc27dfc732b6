"""`mailbot fsck`: the file store against the rows that name its files."""

from __future__ import annotations

import sys
import time

import click

from mailbot.cli.output import EXIT_FOUND_WRONG, Context, json_option, one_line, print_json, say_error


@click.command()
@click.option("--repair", is_flag=True, help="Remove what no row names since a day, and move damaged files aside.")
@click.option("--quick", is_flag=True, help="Only look whether the files are there; do not read them.")
@json_option
@click.pass_obj
def fsck(context: Context, *, repair: bool, quick: bool, as_json: bool) -> None:
    """Compare every file with the rows that name it: missing, damaged, left over. mailbot may run meanwhile.

    Exit code 1 when a file is missing or damaged.
    """
    from mailbot.parts import open_files, open_store  # noqa: PLC0415 - keeps --help fast
    from mailbot.upkeep.fsck import Way, compare_files  # noqa: PLC0415

    settings = context.settings()
    with open_store(settings) as engine:
        found = compare_files(engine, open_files(settings), Way(reads=not quick, repairs=repair, now=time.time()))
    if as_json:
        print_json(found)
    else:
        click.echo(f"{found.named} files are named, {found.missing} of them missing, {found.damaged} damaged.")
        click.echo(
            f"{found.orphans} that no row names, {found.leftovers} that were never finished, {found.strange} strange; "
            f"{found.removed} removed."
        )
        for finding in found.findings:
            click.echo(one_line(finding))
    if not found.is_whole:
        say_error("Bring missing and damaged files back from a backup: copy files/ab/ab12... to the same place here.")
        sys.exit(EXIT_FOUND_WRONG)
