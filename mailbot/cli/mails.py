"""`mailbot quarantine` and `mailbot reconcile`: no mail is ever forgotten."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from mailbot.cli.output import EXIT_FOUND_WRONG, json_option, one_line, print_json, print_table, say_error, shorten

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Engine

    from mailbot.adapters.store.queries import MailLine
    from mailbot.cli.output import Context
    from mailbot.elsewhere import FoundMail


MAIL = click.IntRange(1, 2**63 - 1)  # what a database can count to


@click.group()
def quarantine() -> None:
    """Look after mails that could not be read."""


@quarantine.command("list")
@json_option
@click.pass_obj
def list_quarantine(context: Context, *, as_json: bool) -> None:
    """List the mails that were set aside, oldest first."""
    from mailbot.adapters.store.queries import find_mails  # noqa: PLC0415 - keeps --help fast
    from mailbot.parts import open_store  # noqa: PLC0415

    with open_store(context.settings()) as engine:
        found = find_mails(engine, "quarantined")
    if as_json:
        print_json(found)
    elif found:
        rows = [
            (str(m.id), f"{m.arrived_at:%Y-%m-%d %H:%M}", m.ticket, shorten(" ".join(m.reasons), 70)) for m in found
        ]
        print_table(("mail", "arrived (UTC)", "ticket", "why"), rows)
    else:
        click.echo("The quarantine is empty.")


@quarantine.command("show")
@click.argument("mail", type=MAIL)
@click.option("--raw", is_flag=True, help="Write the mail itself to the standard output, as it came.")
@json_option
@click.pass_obj
def show_quarantined(context: Context, mail: int, *, raw: bool, as_json: bool) -> None:
    """Show one mail of the quarantine; MAIL is its number in the list."""
    from mailbot.parts import open_files, open_store  # noqa: PLC0415

    settings = context.settings()
    with open_store(settings) as engine:
        line = _find(engine, mail)
    if not line.sha256 and not as_json:
        say_error(f"The bytes of mail {mail} were not kept. {' '.join(line.reasons)}".rstrip())
        sys.exit(EXIT_FOUND_WRONG)
    if raw:
        click.echo(open_files(settings).find(line.sha256), nl=False)
    elif as_json:
        print_json(line)
    else:
        click.echo(f"mail {line.id}, {line.state}, ticket {line.ticket or '-'}, tried {line.attempts} times")
        click.echo(f"kept as {open_files(settings).place(line.sha256)}")
        for reason in line.reasons:
            click.echo(one_line(reason))


@quarantine.command("retry")
@click.argument("mail", type=MAIL, nargs=-1)
@click.option("--all", "every", is_flag=True, help="All mails of the quarantine.")
@click.pass_obj
def retry_quarantined(context: Context, mail: tuple[int, ...], *, every: bool) -> None:
    """Handle mails anew, as if they had just arrived; `mailbot run` or `mailbot once` does the work."""
    from mailbot.adapters.clock import now  # noqa: PLC0415
    from mailbot.adapters.store.queries import find_mails  # noqa: PLC0415
    from mailbot.adapters.store.setting_aside import retry_mails  # noqa: PLC0415
    from mailbot.parts import open_store  # noqa: PLC0415

    with open_store(context.settings()) as engine:
        wanted = [line.id for line in find_mails(engine, "quarantined", limit=10_000)] if every else list(mail)
        if not wanted:
            raise click.UsageError("Name the mails, or write --all.")
        _report(wanted, retry_mails(engine, wanted, now()), "will be handled anew")


@quarantine.command("discard")
@click.argument("mail", type=MAIL, nargs=-1, required=True)
@click.pass_obj
def discard_quarantined(context: Context, mail: tuple[int, ...]) -> None:
    """Leave mails alone for good. Their bytes stay in the file store."""
    from mailbot.adapters.clock import now  # noqa: PLC0415
    from mailbot.adapters.store.setting_aside import discard_mails  # noqa: PLC0415
    from mailbot.parts import open_store  # noqa: PLC0415

    with open_store(context.settings()) as engine:
        _report(list(mail), discard_mails(engine, list(mail), now()), "discarded")


@click.command()
@click.option("--take", type=MAIL, multiple=True, help="Take in a mail of the list, by its number; may be repeated.")
@json_option
@click.pass_obj
def reconcile(context: Context, take: tuple[int, ...], *, as_json: bool) -> None:
    """Compare the mailbox with the ledger: every mail must be accounted for exactly once.

    Mails that went past the inbox, because somebody archived them or a filter put them into the spam folder, are
    listed. `--take` lets an archived one be handled as if it had just arrived; `mailbot run` or `mailbot once` does it.

    Exit code 1 when a mail on the server is unknown to the ledger or a sum does not agree.
    """
    from mailbot.app import open_desk  # noqa: PLC0415

    with open_desk(context.settings()) as desk:
        if take:
            _report(list(take), desk.lookout.take(take), "will be handled", "not in the list, or spam")
            return
        found = desk.reconcile()
    if as_json:
        print_json(found)
    else:
        click.echo(found.equation)
        for line in found.findings:
            click.echo(line)
        _print_elsewhere(found.elsewhere)
    if not found.agrees:
        say_error("The sums do not agree. `mailbot once` fetches what waits; if this stays, look at the findings.")
        sys.exit(EXIT_FOUND_WRONG)


def _find(engine: Engine, mail: int) -> MailLine:
    from mailbot.adapters.store.queries import find_mail  # noqa: PLC0415

    line = find_mail(engine, mail)
    if line is None:
        say_error(f"There is no mail {mail} in the ledger.")
        sys.exit(EXIT_FOUND_WRONG)
    return line


def _print_elsewhere(found: Sequence[FoundMail]) -> None:
    if not found:
        return
    click.echo("\nThese mails went past the inbox. `mailbot reconcile --take MAIL` takes an archived one in.")
    click.echo("If one of the spam folder is none, move it to the inbox in a mail program.")
    rows = [
        (str(m.id), m.folder, f"{m.arrived_at:%Y-%m-%d %H:%M}", shorten(m.sender, 40), shorten(m.subject, 50))
        for m in found
    ]
    print_table(("mail", "folder", "arrived (UTC)", "sender", "subject"), rows)


def _report(wanted: list[int], done: list[int], what: str, otherwise: str = "not in the quarantine") -> None:
    for mail in done:
        click.echo(f"mail {mail} {what}")
    missed = sorted(set(wanted) - set(done))
    if missed:
        say_error(f"{otherwise}: {', '.join(map(str, missed))}")
        sys.exit(EXIT_FOUND_WRONG)
