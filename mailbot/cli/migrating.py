"""`mailbot migrate`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from mailbot.cli.output import Context


@click.command()
@click.option("--down-to", metavar="REVISION", help="Go back to an earlier revision, or to `base` (no tables).")
@click.pass_obj
def migrate(context: Context, *, down_to: str | None) -> None:
    """Bring the database to the state this version needs; makes it when there is none."""
    from mailbot.adapters.store.engine import open_engine  # noqa: PLC0415 - keeps --help fast
    from mailbot.adapters.store.migrating import migrate_down, migrate_up  # noqa: PLC0415
    from mailbot.adapters.store.revisions import find_known_revisions, find_revisions  # noqa: PLC0415
    from mailbot.parts import make_data_folder  # noqa: PLC0415

    if down_to and down_to not in find_known_revisions():
        raise click.BadParameter(f"{down_to!r} is none of {', '.join(find_known_revisions())}.", param_hint="--down-to")
    settings = context.settings()
    make_data_folder(settings)
    engine = open_engine(settings.database_url)
    try:
        before, _ = find_revisions(engine)
        if down_to:
            migrate_down(engine, down_to)
        else:
            migrate_up(engine)
        after, _ = find_revisions(engine)
    finally:
        engine.dispose()
    if before == after:
        click.echo(f"The database is at revision {after or 'none'} already.")
    else:
        click.echo(f"The database went from revision {before or 'none'} to {after or 'none'}.")
