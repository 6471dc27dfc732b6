"""`mailbot check`: what is wrong with the set-up, in sentences."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from mailbot.cli.output import EXIT_FOUND_WRONG, json_option, print_json, say_error

if TYPE_CHECKING:
    from mailbot.cli.output import Context


@click.command()
@json_option
@click.option("--round-trip", is_flag=True, help="Also send a mail to the desk itself and wait for it to arrive.")
@click.option("--pin", is_flag=True, help="Only see whether your mail server out-ranks a forged header.")
@click.option("--through", default="", metavar="HOST[:PORT]", help="With --pin: the SMTP server that takes the mail.")
@click.option("--mailbox", default="", metavar="NAME", help="With --pin: a mailbox of [mailboxes], not that of [imap].")
@click.option("--seconds", default=60.0, show_default=True, help="With --pin: how long to wait for the mail.")
@click.pass_obj
def check(
    context: Context, *, as_json: bool, round_trip: bool, pin: bool, through: str, mailbox: str, seconds: float
) -> None:
    """Say what is wrong with the settings, the login, the folder, SMTP, the database, the clock and the disk.

    Exit code 1 when there is a problem.
    """
    from mailbot.checks import check_everything  # noqa: PLC0415 - keeps --help fast
    from mailbot.pin_check import check_pin  # noqa: PLC0415

    if pin:
        findings = check_pin(context.settings(), through, seconds, mailbox)
    else:
        findings = check_everything(context.settings(), round_trip=round_trip)
    if as_json:
        print_json(findings)
    else:
        for finding in findings:
            click.echo(f"{finding.level:8} {finding.text}")
    problems = sum(finding.level == "problem" for finding in findings)
    if problems:
        say_error(f"{problems} problems found.")
        sys.exit(EXIT_FOUND_WRONG)
