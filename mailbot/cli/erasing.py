"""`mailbot erase`: what one person or one ticket left behind goes for good, and the erasure itself is written down."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from mailbot.cli.output import EXIT_FOUND_WRONG, say_error

if TYPE_CHECKING:
    from mailbot.cli.output import Context


@click.command()
@click.argument("number", required=False)
@click.option("--requester", metavar="ADDRESS", default="", help="All that this person wrote, and all letters to them.")
@click.option("--reason", required=True, help="On whose request, and when; it stands in the history for good.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def erase(context: Context, number: str | None, *, requester: str, reason: str, yes: bool) -> None:
    """Erase the words, people, mails, files and letters of a closed ticket, or of all closed tickets of a person.

    Number, times and steps remain, and `mailbot audit verify` still proves them. Backups hold the words until they are
    removed: docs/operations.md says how long that may take.
    """
    from mailbot.adapters.clock import now  # noqa: PLC0415 - keeps --help fast
    from mailbot.cli.tickets import find_number  # noqa: PLC0415
    from mailbot.domain.trust import normal_address  # noqa: PLC0415
    from mailbot.parts import open_files, open_store  # noqa: PLC0415
    from mailbot.upkeep.erasing import Wanted, erase_now  # noqa: PLC0415

    if bool(number) == bool(requester):
        raise click.UsageError("Name a ticket, or a person with --requester.")
    settings = context.settings()
    full = find_number(number, settings.desk.prefix) if number else ""
    if not yes:
        click.confirm(f"Erase {full or requester} for good?", abort=True)
    with open_store(settings) as engine:
        wanted = Wanted(full, normal_address(requester), reason)
        done = erase_now(engine, open_files(settings), wanted, now())
    click.echo(f"{done.tickets} tickets erased, {done.files} files removed.")
    if done.later:
        click.echo(
            f"{done.later} files go later: in the night to come if they were written within the last hour, a day later "
            "in a bucket."
        )
    if done.left:
        say_error(f"Not erased, because they are open or a letter is on its way: {', '.join(done.left)}.")
    if done.left or not done.found:
        if not done.found:
            say_error(f"Nothing is kept of {full or requester} that could be erased.")
        sys.exit(EXIT_FOUND_WRONG)
