"""`mailbot demo`: the whole desk on an embedded mail server."""

from __future__ import annotations

import sys

import click


@click.command()
@click.option("--keep", is_flag=True, help="Keep the servers open until Ctrl-C, to connect a mail program.")
@click.option(
    "--folder", default="demo-data", show_default=True, help="Where the demonstration keeps everything it makes."
)
def demo(*, keep: bool, folder: str) -> None:
    """Show the main job on real IMAP and SMTP servers inside this process, without any settings."""
    from mailbot.domain.errors import SettingsError  # noqa: PLC0415 - keeps --help fast

    try:
        import uvicorn  # noqa: F401, PLC0415 - the demonstration starts `mailbot web`, too

        from mailbot.demo.play import play  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("mailbot"):
            raise
        raise SettingsError(
            f'The demonstration needs {error.name}. Install it with: pip install "mailbot[demo,web]"'
        ) from error
    sys.exit(play(folder, keep=keep))
