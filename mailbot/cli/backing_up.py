"""`mailbot backup`, `mailbot restore`, `mailbot replay`: the data comes back, and nobody gets a second letter."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailbot.cli.output import EXIT_FOUND_WRONG, json_option, print_json, say_error

if TYPE_CHECKING:
    from mailbot.cli.output import Context
    from mailbot.upkeep.manifest import Manifest


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--copy", is_flag=True, help="Copy every file, also where a second name for the same bytes would do.")
@json_option
@click.pass_obj
def backup(context: Context, folder: Path, *, copy: bool, as_json: bool) -> None:
    """Write a backup into FOLDER, which must not exist yet; mailbot may run meanwhile.

    It holds the database and every file. Settings, passwords and keys are named and not copied: keep them yourself.
    """
    from mailbot.upkeep.backup import back_up, left_out  # noqa: PLC0415 - keeps --help fast

    settings = context.settings()
    made = back_up(settings, folder.absolute(), link=not copy)
    if as_json:
        print_json(made)
    else:
        click.echo(f"Written: {folder}. {_summary(made)}")
        click.echo("Not in it, keep copies of these elsewhere:")
        click.echo("  the settings file and the environment of the service")
        for path in left_out(settings):
            click.echo(f"  {path}")
    if made.missing:
        say_error(f"{made.missing} files that a ticket names are gone or damaged; `mailbot fsck` tells which.")
        sys.exit(EXIT_FOUND_WRONG)


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.pass_obj
def restore(context: Context, folder: Path) -> None:
    """Bring the backup in FOLDER back to where the settings say; there must be no data yet.

    Put the settings, passwords and the key of the reply tokens back first. `mailbot replay` comes next: nothing is sent
    before it.
    """
    from mailbot.upkeep.backup import key_path  # noqa: PLC0415 - keeps --help fast
    from mailbot.upkeep.manifest import key_mark  # noqa: PLC0415
    from mailbot.upkeep.restore import restore as bring_back  # noqa: PLC0415

    settings = context.settings()
    made = bring_back(settings, folder.absolute())
    click.echo(f"Restored. {_summary(made)}")
    path = key_path(settings)
    if key_mark(path) != made.key:
        say_error(f"{path} is not the key of the time of the backup. Put the old one back before anything else.")
    click.echo("Next: `mailbot migrate`, then `mailbot replay`, then start mailbot as always.")


@click.command()
@click.option("--without-server", is_flag=True, help="Fetch nothing, because the mailbox is gone as well.")
@json_option
@click.pass_obj
def replay(context: Context, *, without_server: bool, as_json: bool) -> None:
    """After a restore: take in again what came after the backup, and hold back the letters that were sent already.

    The mails are found in the folder of handled mail on the server. Whatever they lead to is written down as before;
    `mailbot letters held` shows the letters that did not go out.
    """
    from mailbot.app import open_desk  # noqa: PLC0415 - keeps --help fast
    from mailbot.cli.working import start_log  # noqa: PLC0415
    from mailbot.replay import replay as catch_up  # noqa: PLC0415

    settings = context.settings()
    start_log(settings)
    with open_desk(settings, catching_up=True) as desk:
        done = catch_up(desk, with_server=not without_server)
    if done is None:
        say_error("No restore waits to be caught up.")
        sys.exit(EXIT_FOUND_WRONG)
    if as_json:
        print_json(done)
        return
    click.echo(f"{done.taken} mails taken in again, {done.handled} handled, {done.held} letters held back.")
    click.echo("mailbot may be started. `mailbot letters held` shows what did not go out, and can send it.")


def _summary(made: Manifest) -> str:
    counts = ", ".join(f"{count} {name}" for name, count in made.counts.items())
    return (
        f"{counts}, {made.files} files ({made.files_bytes // 1_000_000} MB), as of {made.taken_at:%d.%m.%Y, %H:%M} UTC."
    )
