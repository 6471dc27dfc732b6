"""`mailbot incident-pack`: what a report about an incident needs, in one file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from mailbot.cli.output import EXIT_FOUND_WRONG, json_option, print_json, say_error

if TYPE_CHECKING:
    from datetime import datetime

    from mailbot.cli.output import Context

MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"])
LOG = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("incident-pack")
@click.option("--since", required=True, type=MOMENT, help='When it began, in the desk\'s time: "2026-11-23 18:00".')
@click.option("--until", type=MOMENT, help="When it ended. Default: now.")
@click.option("--log", "logs", type=LOG, multiple=True, help="A file of the log to put in; more than once for several.")
@click.option(
    "--to", "path", required=True, type=click.Path(path_type=Path), help="The ZIP to write; it must not exist."
)
@json_option
@click.pass_obj
def incident_pack(
    context: Context, *, since: datetime, until: datetime | None, logs: tuple[Path, ...], path: Path, as_json: bool
) -> None:
    """Collect what a report about an incident needs: what happened in a period, how the desk fares, the audit.

    Nothing is changed, and no words of mails are in it. Exit code 1 when the history was altered.
    """
    from mailbot.adapters.clock import now  # noqa: PLC0415 - keeps --help fast
    from mailbot.incident import make_pack  # noqa: PLC0415
    from mailbot.parts import open_store  # noqa: PLC0415

    settings = context.settings()
    zone = ZoneInfo(settings.desk.timezone)
    period = (since.replace(tzinfo=zone), until.replace(tzinfo=zone) if until else now())
    if period[0] >= period[1]:
        raise click.UsageError("--since must be before --until.")
    if path.exists():
        raise click.UsageError(f"{path} exists already. Name another file.")
    with open_store(settings) as engine:
        made = make_pack(settings, engine, period, path, logs)
    if as_json:
        print_json({"path": str(path), "counts": made.counts, "wrong": made.wrong, "due": made.due})
    else:
        counts = ", ".join(f"{count} {name}" for name, count in made.counts.items())
        click.echo(f"{path}: {counts}. report.txt in it holds the fields of CERT-In's form.")
        click.echo(f"A report is due within six hours of noticing: by {made.due.astimezone(zone):%d.%m.%Y, %H:%M}.")
    if made.wrong:
        say_error(f"The history was altered: {made.wrong} things are wrong, see audit.json.")
        sys.exit(EXIT_FOUND_WRONG)
