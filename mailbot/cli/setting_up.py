"""`mailbot init`: asks for the servers, tries both directions, writes the settings file."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailbot.cli.output import EXIT_FOUND_WRONG, say_error

if TYPE_CHECKING:
    from datetime import datetime

PASSWORD_FILE = "mailbot-password"  # noqa: S105 - the name of the file, not the secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What a person answered."""

    address: str
    imap_host: str
    imap_port: int
    imap_security: str
    smtp_host: str
    smtp_port: int
    smtp_security: str
    username: str
    folder: str
    start_date: datetime
    ca_file: str
    oauth2: str | None
    client_id: str


security_choice = click.Choice(["tls", "starttls", "none"])
port_range = click.IntRange(1, 65535)


@click.command()
@click.option("--file", default="settings.toml", show_default=True, help="The settings file to write.")
@click.option("--address", prompt="Address of the help desk", help="The address officers write to.")
@click.option("--imap-host", prompt="IMAP server (Gmail: imap.gmail.com)", help="The server with the mailbox.")
@click.option("--imap-port", default=993, show_default=True, type=port_range, help="Its port.")
@click.option("--imap-security", type=security_choice, default="tls", show_default=True, help="How it is secured.")
@click.option("--smtp-host", prompt="SMTP server (Gmail: smtp.gmail.com)", help="The server that takes letters.")
@click.option("--smtp-port", default=465, show_default=True, type=port_range, help="Its port.")
@click.option("--smtp-security", type=security_choice, default="tls", show_default=True, help="How it is secured.")
@click.option("--username", prompt="User name (often the address)", help="Who logs in, at both servers.")
@click.option("--folder", prompt="Folder to read", default="INBOX", help="The folder that is polled.")
@click.option(
    "--start-date",
    prompt="Answer mail that arrives from which date on (YYYY-MM-DD)",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Older mail is listed, never answered.",
)
@click.option("--ca-file", default="", help="Certificates of your own authority (PEM), for both servers.")
@click.option(
    "--oauth2",
    type=click.Choice(["google", "microsoft"]),
    help="Log in with OAuth 2 instead of a password; docs/oauth.md says how to get a client ID.",
)
@click.option("--client-id", default="", help="With --oauth2: what the desk is called at Google or Microsoft.")
@click.option("--force", is_flag=True, help="Overwrite the settings file.")
@click.option("--no-test", is_flag=True, help="Write the file without trying the servers.")
def init(*, file: str, force: bool, no_test: bool, **given: object) -> None:
    """Ask for the servers, try both directions with a mail to oneself, and write settings.toml.

    The password is asked for, or taken from MAILBOT_IMAP__PASSWORD. It never goes into the settings: it is kept in a
    file of its own, beside them, that only its owner may read.
    """
    path = Path(file)
    if path.exists() and not force:
        say_error(f"{path} exists. Name another one with --file, or overwrite it with --force.")
        sys.exit(EXIT_FOUND_WRONG)
    answers = Answers(**given)  # type: ignore[arg-type] # click has checked the types
    secret = None
    if not answers.oauth2 and not os.environ.get("MAILBOT_IMAP__PASSWORD"):
        secret = path.with_name(PASSWORD_FILE)
    try:
        if secret:
            password = click.prompt("Password (Gmail: an app password)", hide_input=True)
            write_private(secret, password + "\n")
        path.write_text(settings_text(answers, secret.name if secret else ""), encoding="utf-8")
    except OSError as error:
        say_error(f"{error.filename} cannot be written: {error.strerror}. Name another file with --file.")
        sys.exit(EXIT_FOUND_WRONG)
    click.echo(f"Written: {path}" + (f", and the password to {secret} (only you may read it)" if secret else ""))
    if answers.oauth2:
        click.echo(f"Next: mailbot login {answers.oauth2}, then mailbot migrate, mailbot people import FILE.csv.")
        return
    if not no_test and not _both_directions_work(file):
        say_error(f"Correct {path}, or run `mailbot init --force` again; `mailbot check` tries the servers any time.")
        sys.exit(EXIT_FOUND_WRONG)
    click.echo("Next: mailbot migrate, mailbot people import FILE.csv, mailbot check, mailbot run.")


def settings_text(answers: Answers, password_file: str) -> str:
    """Return a settings file with only what differs from the defaults; no secret is in it."""
    quoted = {name: json.dumps(str(getattr(answers, name)), ensure_ascii=False) for name in Answers.__slots__}
    day = json.dumps(f"{answers.start_date:%Y-%m-%d}")
    named = json.dumps(password_file)
    way = 'auth = "oauth2"\n' if answers.oauth2 else f"password_file = {named}\n"
    oauth2 = f"\n[oauth2]\nprovider = {quoted['oauth2']}\nclient_id = {quoted['client_id']}\n" if answers.oauth2 else ""
    return (
        "# Written by `mailbot init`. Every other setting has a default, explained in the settings.toml of mailbot.\n\n"
        f"[desk]\naddress = {quoted['address']}\n\n"
        f"[imap]\nhost = {quoted['imap_host']}\nport = {answers.imap_port}\nsecurity = {quoted['imap_security']}\n"
        f"ca_file = {quoted['ca_file']}\nusername = {quoted['username']}\n{way}"
        f"folder = {quoted['folder']}\nstart_date = {day}\n\n"
        f"[smtp]\nhost = {quoted['smtp_host']}\nport = {answers.smtp_port}\nsecurity = {quoted['smtp_security']}\n"
        f"ca_file = {quoted['ca_file']}\nusername = {quoted['username']}\n{way}{oauth2}"
    )


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, from its first moment on."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
        stream.write(text)


def _both_directions_work(file: str) -> bool:
    from mailbot.checks import try_round_trip  # noqa: PLC0415 - keeps --help fast
    from mailbot.settings import find_settings_file, load_settings  # noqa: PLC0415

    click.echo("Trying both directions with a mail to the desk itself ...")
    findings = try_round_trip(load_settings(find_settings_file(file)))
    for finding in findings:
        click.echo(f"  {finding.level:8} {finding.text}")
    return all(finding.level != "problem" for finding in findings)
