"""`mailbot audit`: proofs that the history of the tickets is as it was written."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailbot.cli.output import EXIT_FOUND_WRONG, json_option, one_line, print_json, say_error

if TYPE_CHECKING:
    from mailbot.adapters.store.auditing import Audit
    from mailbot.cli.output import Context


@click.group()
def audit() -> None:
    """Prove that no history was altered."""


@audit.command()
@click.option(
    "--kept",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="A file with anchors that lay elsewhere: lines of `mailbot audit anchor`, or a saved letter with one.",
)
@json_option
@click.pass_obj
def verify(context: Context, *, kept: tuple[Path, ...], as_json: bool) -> None:
    """Compute the chain of every history anew, and every anchor over all of them.

    Without --kept the database is compared with itself. Exit code 1 when something was altered, cut off or removed.
    """
    from mailbot.adapters.store.anchors import parse_anchors  # noqa: PLC0415 - keeps --help fast
    from mailbot.adapters.store.auditing import audit_histories  # noqa: PLC0415
    from mailbot.adapters.store.engine import reading_one_state  # noqa: PLC0415
    from mailbot.parts import open_store  # noqa: PLC0415

    anchors = [anchor for path in kept for anchor in parse_anchors(path.read_text(encoding="utf-8", errors="replace"))]
    if kept and not anchors:
        raise click.UsageError(f"{kept[0]} holds no anchor. One is a line that begins with mailbot-anchor.")
    with open_store(context.settings()) as engine, reading_one_state(engine) as connection:
        found = audit_histories(connection, anchors)
    if as_json:
        print_json(found)
    else:
        _print(found, len(anchors))
    if found.wrong:
        say_error(
            f"{found.wrong} things are wrong. Keep the database as it is, compare it with a backup, and find out who "
            "had access to it."
        )
        sys.exit(EXIT_FOUND_WRONG)


@audit.command()
@click.pass_obj
def anchor(context: Context) -> None:
    """Print one line that proves all history up to now.

    Keep it where whoever can change the database cannot reach it.
    """
    from mailbot.adapters.clock import now  # noqa: PLC0415 - keeps --help fast
    from mailbot.adapters.store.anchors import take_anchor  # noqa: PLC0415
    from mailbot.parts import open_store  # noqa: PLC0415

    with open_store(context.settings()) as engine:
        taken = take_anchor(engine, now())
    if taken is None:
        say_error("There is no history yet that an anchor could prove.")
        sys.exit(EXIT_FOUND_WRONG)
    click.echo(str(taken))


def _print(found: Audit, kept: int) -> None:
    click.echo(f"{found.tickets} tickets with {found.lines} lines of history, {found.erased} of them erased by rule.")
    click.echo(
        f"{found.anchors} anchors, {kept} more that were kept elsewhere; {found.since_anchor} lines since the last."
    )
    if found.last_anchor:
        click.echo(f"The last: {found.last_anchor}")
    for finding in found.findings:
        click.echo(one_line(finding))
    if not found.wrong:
        click.echo("Nothing was altered.")
