"""`mailbot run` and `mailbot once`."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from types import FrameType

    from mailbot.cli.output import Context

LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def start_log(*, verbose: bool) -> None:
    """Log our own doings to the standard error; libraries only from warnings on, because they would log mail bodies."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format=LOG_FORMAT)
    logging.getLogger("mailbot").setLevel(logging.DEBUG if verbose else logging.INFO)


verbose_option = click.option("-v", "--verbose", is_flag=True, help="Log every step.")


@click.command()
@verbose_option
@click.pass_obj
def run(context: Context, *, verbose: bool) -> None:
    """Work: read the mailbox as mail arrives, answer, send letters, act on timers, until stopped (SIGTERM, Ctrl-C)."""
    from mailbot.app import open_desk  # noqa: PLC0415 - keeps --help fast

    start_log(verbose=verbose)
    with open_desk(context.settings()) as desk:
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

    start_log(verbose=verbose)
    with open_desk(context.settings()) as desk:
        done = desk.once()
    click.echo(f"{done.taken} mails taken in, {done.handled} handled, {done.delivered} letters sent or tried.")
