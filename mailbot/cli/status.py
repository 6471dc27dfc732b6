"""`mailbot status` and `mailbot alarm`: how the desk fares, for people and for monitoring."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from mailbot.cli.output import json_option, one_line, print_json, print_table, say_error, shorten
from mailbot.domain.alarms import AlarmCode
from mailbot.domain.errors import WorldError
from mailbot.domain.health import Health, judge_health
from mailbot.domain.send_quota import SendQuota

if TYPE_CHECKING:
    from datetime import datetime

    from mailbot.cli.output import Context
    from mailbot.domain.health import HeldBack, Queue, Status, WorkerLine

HEADLINES = {
    Health.WELL: "mailbot is well.",
    Health.NEEDS_A_PERSON: "mailbot needs a person:",
    Health.NOT_RUNNING: "mailbot is not running: no heartbeat for two minutes. Start it with `mailbot run`.",
}
WIDEST = 100


@click.command()
@json_option
@click.option("--tell", is_flag=True, help="When it is not running, sound the alarm over the second path of [alarms].")
@click.pass_obj
def status(context: Context, *, as_json: bool, tell: bool) -> None:
    """Show how the desk fares: its parts, what waits, the last mail and letter, and the alarms that sound.

    Exit code 0: all is well; 1: it needs a person; 2: it is not running.
    """
    from mailbot.adapters.clock import now  # noqa: PLC0415 - keeps --help fast
    from mailbot.adapters.store.status import find_status  # noqa: PLC0415
    from mailbot.parts import open_store  # noqa: PLC0415
    from mailbot.settings.desk import make_quota  # noqa: PLC0415

    settings = context.settings()
    try:
        with open_store(settings) as engine:
            found = find_status(engine, now())
    except WorldError as error:
        say_error(str(error))
        if tell:
            _tell(context, f"How the desk fares cannot be seen. {error}")
        sys.exit(Health.NEEDS_A_PERSON)
    per_day = make_quota(settings).per_day
    health = judge_health(found.parts, len(found.alarms), found.at)
    if as_json:
        print_json({"health": health.name.lower(), "letters_per_day": per_day, "status": found})
    else:
        _print(found, health, per_day)
    if tell and health is Health.NOT_RUNNING:
        _tell(context, "No part of mailbot gave a sign of life for two minutes. Mail waits; start it again.")
    sys.exit(health)


@click.group()
def alarm() -> None:
    """Settle alarms by hand, and try the way they take."""


@alarm.command("settle")
@click.argument("code", type=click.Choice([str(code) for code in AlarmCode]))
@click.pass_obj
def settle_alarm(context: Context, code: str) -> None:
    """Say that an alarm is over; one whose cause goes on sounds again."""
    from mailbot.adapters.clock import now  # noqa: PLC0415
    from mailbot.adapters.store.alarm_book import AlarmBook  # noqa: PLC0415
    from mailbot.parts import open_store  # noqa: PLC0415

    with open_store(context.settings()) as engine:
        settled = AlarmBook(engine).settle(AlarmCode(code), now())
    if not settled:
        say_error(f"The alarm {code} does not sound.")
        sys.exit(Health.NEEDS_A_PERSON)
    click.echo(f"The alarm {code} is over. A worker that runs notices it within a minute.")


@alarm.command("test")
@click.pass_obj
def test_alarm(context: Context) -> None:
    """Send a test over every second path of [alarms] and say which of them took it."""
    from mailbot.watch_parts import try_paths  # noqa: PLC0415 - keeps --help fast

    results = try_paths(context.settings(), AlarmCode.WORKER_STOPPED, "This is a test by `mailbot alarm test`.")
    for name, trouble in results.items():
        click.echo(f"{name}: {trouble or 'taken'}")
    if not results:
        say_error("No second path is set: name a mail server or a webhook in [alarms] of the settings.")
    if not results or any(results.values()):
        sys.exit(Health.NEEDS_A_PERSON)


def _tell(context: Context, sentence: str) -> None:
    """Tell once a day that nothing runs; whether it was told stands in a file, because the database may be down."""
    from mailbot.watch_parts import tell_stopped  # noqa: PLC0415 - keeps --help fast

    for name, trouble in tell_stopped(context.settings(), sentence).items():
        say_error(f"told over {name}" if not trouble else f"could not be told over {name}: {trouble}")


def _print(found: Status, health: Health, per_day: int) -> None:
    """Print it for people; `per_day` is what the provider lets through, 0 when nobody counts."""
    click.echo(HEADLINES[health])
    for sounding in found.alarms:
        click.echo(f"  {sounding.code} since {_moment(sounding.sounded_at)}: {one_line(sounding.text)}")
    click.echo()
    rows = [
        (line.part, _moment(line.succeeded_at), shorten(one_line(line.error), WIDEST), line.worker)
        for line in found.parts
    ]
    print_table(("part", "last success (UTC)", "trouble", "worker"), rows)
    click.echo()
    for line in found.workers:
        click.echo(f"{'worker':20} {line.worker}: {_life(line)}")
    came_back = f", the last one travelled {found.canary_seconds:.0f} s" if found.canary_seconds is not None else ""
    for label, value in (
        ("mails that wait", _queue(found.mails)),
        ("letters that wait", _queue(found.letters)),
        ("last mail taken in", _moment(found.last_mail_at)),
        ("last letter sent", f"{_moment(found.last_letter_at)}, {found.letters_sent_today} in 24 hours"),
        ("send quota", _quota(found.held_back, SendQuota(per_day))),
        ("automatic answers", _answers(found.held_back)),
        ("muted addresses", _muted(found.held_back)),
        ("quarantine", str(found.quarantined)),
        ("undelivered letters", str(found.undelivered)),
        ("test mail", f"{_moment(found.canary_sent_at)}{came_back}"),
    ):
        click.echo(f"{label:20} {value}")


def _life(line: WorkerLine) -> str:
    if line.is_alive:
        return "runs"
    return f"gave no sign of life since {_moment(line.beaten_at)}; start it again unless you ended it"


def _quota(held: HeldBack, quota: SendQuota) -> str:
    if not quota.per_day:
        return "nobody counts (smtp.provider)"
    room = quota.find_room(held.sent)
    left = f"{room.people} left" + ("" if room.others else ", which are kept for what people write")
    return f"{held.sent} of {quota.per_day} used in 24 hours, {left}; {held.waiting} letters are due"


def _answers(held: HeldBack) -> str:
    return f"stopped since {_moment(held.stopped_at)}: {held.stopped_why}" if held.stopped_at else "go out"


def _muted(held: HeldBack) -> str:
    staff = f", of them {held.muted_staff} of the IT section" if held.muted_staff else ""
    return f"{held.muted}{staff}" + ("; `mailbot people muted` names them" if held.muted else "")


def _queue(queue: Queue) -> str:
    return f"{queue.waiting}, the oldest since {_moment(queue.oldest)}" if queue.oldest else str(queue.waiting)


def _moment(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment else "never"
