"""`mailbot run` and `mailbot once`."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from types import FrameType

    from mailbot.cli.output import Context
    from mailbot.settings import Settings


def start_log(settings: Settings, *, verbose: bool = False) -> None:
    """Log to the standard error as [logs] says; `verbose` logs every step."""
    from mailbot.adapters import logs  # noqa: PLC0415 - keeps --help fast

    level = "debug" if verbose else settings.logs.level
    logs.start_log(logs.make_redactor(settings), form=settings.logs.format, level=level)


verbose_option = click.option("-v", "--verbose", is_flag=True, help="Log every step.")


@click.command()
@verbose_option
@click.pass_obj
def run(context: Context, *, verbose: bool) -> None:
    """Work: read the mailbox as mail arrives, answer, send letters, act on timers, until stopped (SIGTERM, Ctrl-C)."""
    from mailbot.adapters.memory import return_large_pieces  # noqa: PLC0415 - keeps --help fast
    from mailbot.adapters.metrics import serve_metrics  # noqa: PLC0415
    from mailbot.adapters.sealing import seal_memory  # noqa: PLC0415
    from mailbot.app import open_desk  # noqa: PLC0415

    settings = context.settings()
    start_log(settings, verbose=verbose)
    seal_memory()
    return_large_pieces()
    with open_desk(settings) as desk, serve_metrics(settings.metrics.port, desk.find_status):
        worker = desk.worker()

        def stop(_signal: int, _frame: FrameType | None) -> None:
            # A handler interrupts the main thread anywhere, also where it holds the lock that stop() needs.
            threading.Thread(target=worker.stop).start()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        worker.run()


@click.command()
@verbose_option
@click.pass_obj
def once(context: Context, *, verbose: bool) -> None:
    """Do everything that waits, in and out, then exit."""
    from mailbot.app import open_desk  # noqa: PLC0415

    settings = context.settings()
    start_log(settings, verbose=verbose)
    with open_desk(settings) as desk:
        try:
            done = desk.once()
        finally:
            desk.alarms.tell_and_keep()
    click.echo(f"{done.taken} mails taken in, {done.handled} handled, {done.delivered} letters sent or tried.")
