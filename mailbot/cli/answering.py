"""`mailbot answers` and `mailbot people muted`: what keeps letters back, and how it ends."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from mailbot.cli.output import EXIT_FOUND_WRONG, json_option, print_json, say_error

if TYPE_CHECKING:
    from mailbot.cli.output import Context


@click.group()
def answers() -> None:
    """See whether automatic answers go out, and let them go out again."""


@answers.command("show")
@json_option
@click.pass_obj
def show(context: Context, *, as_json: bool) -> None:
    """Tell whether automatic answers are stopped, and how much of the day's sending is used."""
    from mailbot.adapters.store.brakes import find_stop  # noqa: PLC0415 - keeps --help fast
    from mailbot.adapters.store.sending_room import find_sending  # noqa: PLC0415
    from mailbot.parts import open_store  # noqa: PLC0415
    from mailbot.settings.desk import make_quota  # noqa: PLC0415

    settings, now = context.settings(), datetime.now(UTC)
    with open_store(settings) as engine:
        stop, (sent, waiting) = find_stop(engine, now), find_sending(engine, now)
    allowed = make_quota(settings).per_day
    if as_json:
        print_json({"stopped": stop.reason if stop else "", "sent": sent, "waiting": waiting, "allowed": allowed})
        return
    if stop:
        click.echo(f"Automatic answers are stopped since {stop.began_at:%Y-%m-%d %H:%M} UTC: {stop.reason}.")
    else:
        click.echo("Automatic answers go out.")
    limit = f" of {allowed} allowed" if allowed else ""
    click.echo(f"{sent}{limit} letters went out in the last 24 hours, {waiting} wait.")


@answers.command("resume")
@click.pass_obj
def resume(context: Context) -> None:
    """Let automatic answers go out again at once, when you know why they were stopped."""
    from mailbot.adapters.store.brakes import resume_answers  # noqa: PLC0415 - keeps --help fast
    from mailbot.parts import open_store  # noqa: PLC0415

    with open_store(context.settings()) as engine:
        was_stopped = resume_answers(engine, datetime.now(UTC))
    click.echo("Automatic answers go out again." if was_stopped else "Automatic answers were not stopped.")


@click.command("muted")
@json_option
@click.pass_obj
def muted(context: Context, *, as_json: bool) -> None:
    """List the addresses that get no letters, because they did not take earlier ones."""
    from mailbot.adapters.store.brakes import find_muted  # noqa: PLC0415 - keeps --help fast
    from mailbot.parts import open_store  # noqa: PLC0415

    with open_store(context.settings()) as engine:
        mutes = find_muted(engine, datetime.now(UTC))
    if as_json:
        print_json(
            [
                {"address": mute.address, "until": mute.until, "staff": mute.is_staff, "why": mute.reason}
                for mute in mutes
            ]
        )
        return
    for mute in mutes:
        side = " (IT section)" if mute.is_staff else ""
        click.echo(f"{mute.address}{side}: no letters until {mute.until:%Y-%m-%d}. {mute.reason}")
    if not mutes:
        click.echo("No address is muted.")


@click.command("unmute")
@click.argument("address")
@click.pass_obj
def unmute(context: Context, address: str) -> None:
    """Let letters go to ADDRESS again, when its mailbox works."""
    from mailbot.adapters.store.brakes import unmute as take_back  # noqa: PLC0415 - keeps --help fast
    from mailbot.parts import open_store  # noqa: PLC0415

    with open_store(context.settings()) as engine:
        was_muted = take_back(engine, address)
    if not was_muted:
        say_error(f"{address} is not muted. `mailbot people muted` lists the addresses that are.")
        sys.exit(EXIT_FOUND_WRONG)
    click.echo(f"{address} gets letters again.")
