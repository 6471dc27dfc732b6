"""`mailbot web`: the same desk in a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mailbot.cli.working import start_log, verbose_option

if TYPE_CHECKING:
    from mailbot.cli.output import Context


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), help="Another port than web.port of the settings.")
@verbose_option
@click.pass_obj
def web(context: Context, *, port: int | None, verbose: bool) -> None:
    """Serve the pages of the desk: tickets for officers, the queue for the IT section.

    It serves plain HTTP on web.host; docs/web.md says how TLS comes in front. Needs: pip install "mailbot[web]".
    """
    from mailbot.adapters.sealing import seal_memory  # noqa: PLC0415 - keeps --help fast
    from mailbot.domain.errors import SettingsError  # noqa: PLC0415

    try:
        from mailbot.web.serving import serve  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("mailbot"):
            raise
        raise SettingsError(
            f'The pages need what is not installed ({error.name}). Install it with: pip install "mailbot[web]"'
        ) from None
    settings = context.settings()
    if port is not None:
        settings = settings.model_copy(update={"web": settings.web.model_copy(update={"port": port})})
    start_log(settings, verbose=verbose)
    seal_memory()
    serve(settings, lambda address: click.echo(f"The pages are at {address}"))
