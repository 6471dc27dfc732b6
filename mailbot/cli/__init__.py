"""What a person types.

Exit codes: 0 done, 1 something was found wrong or not found, 2 wrong use of a command,
75 try again later (network, database, disk), 78 a setting is wrong.
"""

from __future__ import annotations

import click

from mailbot.cli.answering import answers
from mailbot.cli.api_keys import api_key
from mailbot.cli.auditing import audit
from mailbot.cli.backing_up import backup, replay, restore
from mailbot.cli.checking import check
from mailbot.cli.comparing import fsck
from mailbot.cli.erasing import erase
from mailbot.cli.explaining import explain
from mailbot.cli.exporting import export
from mailbot.cli.files import files
from mailbot.cli.guiding import guide
from mailbot.cli.incident import incident_pack
from mailbot.cli.keys import keys
from mailbot.cli.letters import letters
from mailbot.cli.logging_in import login
from mailbot.cli.mails import quarantine, reconcile
from mailbot.cli.migrating import migrate
from mailbot.cli.output import EXIT_KEYBOARD, EXIT_SETTINGS, EXIT_TRY_LATER, Context, say_error
from mailbot.cli.people import people
from mailbot.cli.reporting import report
from mailbot.cli.serving import web
from mailbot.cli.setting_up import init
from mailbot.cli.showing import demo
from mailbot.cli.status import alarm, status
from mailbot.cli.tickets import ticket
from mailbot.cli.trust import trust
from mailbot.cli.working import once, run
from mailbot.domain.errors import MailbotError, SettingsError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--settings",
    "settings_file",
    metavar="FILE",
    help="The settings file. Default: MAILBOT_SETTINGS, else settings.toml in this folder.",
)
@click.version_option(package_name="mailbot", message="%(prog)s %(version)s")
@click.pass_context
def cli(context: click.Context, settings_file: str | None) -> None:
    """Turn a support mailbox into a ticket desk: officers mail a problem, the IT section answers by replying."""
    context.obj = Context(settings_file)


COMMANDS = (
    *(init, login, check, migrate, run, once, people, ticket, explain),
    *(guide, letters, report, quarantine, reconcile, demo, trust, audit),
    *(backup, restore, replay, fsck, export, erase),
    *(status, alarm, files, answers),
    *(incident_pack, keys),
    *(web, api_key),
)
for command in COMMANDS:
    cli.add_command(command)


EXIT_CODES: dict[type[Exception], int] = {
    SettingsError: EXIT_SETTINGS,
    MailbotError: EXIT_TRY_LATER,
    click.Abort: EXIT_KEYBOARD,
}


def main() -> int:
    """Run the command line; errors become one sentence and an exit code."""
    try:
        cli.main(prog_name="mailbot", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.exceptions.Exit as done:
        return done.exit_code
    except (click.Abort, MailbotError) as error:
        say_error(str(error) or "stopped by the keyboard")
        return next(code for kind, code in EXIT_CODES.items() if isinstance(error, kind))
    return 0
