"""`mailbot trust report`: whom levels would hinder, before they hinder anybody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from mailbot.cli.output import json_option, print_json, print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mailbot.cli.output import Context
    from mailbot.domain.trial_report import DomainCount

_LEVELS = ("A2", "A1", "A0")
_EFFECTS = ("refused", "new_ticket", "unverified", "allowed")


@click.group()
def trust() -> None:
    """Look at how sure it is who wrote the mails that came."""


@trust.command("report")
@click.option("--days", type=click.IntRange(1, 400), default=14, show_default=True, help="How many days back.")
@json_option
@click.pass_obj
def report(context: Context, *, days: int, as_json: bool) -> None:
    """Count, for each domain that writes, what trust.mode "enforce" changes or, in "shadow", would change."""
    from mailbot.adapters.store.engine import reading_one_state  # noqa: PLC0415 - keeps --help fast
    from mailbot.adapters.store.trials import find_reasons  # noqa: PLC0415
    from mailbot.domain.trial_report import count_trials  # noqa: PLC0415
    from mailbot.parts import open_store  # noqa: PLC0415

    settings = context.settings()
    since = datetime.now(UTC) - timedelta(days=days)
    with open_store(settings) as engine, reading_one_state(engine) as connection:
        counts = count_trials(find_reasons(connection, since))
    if as_json:
        print_json([{**_plain(count), "hindered": count.hindered} for count in counts])
    elif counts:
        _print_counts(counts)
    else:
        click.echo(f'No mail of the last {days} days was looked at: trust.mode is "{settings.trust.mode}".')


def _plain(count: DomainCount) -> dict[str, object]:
    return {
        "domain": count.domain,
        "mails": count.mails,
        "tokens": count.tokens,
        "levels": dict(count.levels),
        "because": dict(count.because),
        "effects": dict(count.effects),
    }


def _print_counts(counts: Sequence[DomainCount]) -> None:
    headings = (
        "domain",
        "mails",
        "token",
        *_LEVELS,
        "refused",
        "own ticket",
        "unverified",
        "allowed",
        "mostly because",
    )
    rows = [
        (
            count.domain,
            str(count.mails),
            str(count.tokens),
            *(str(count.levels[level]) for level in _LEVELS),
            *(str(count.effects[effect]) for effect in _EFFECTS),
            ", ".join(f"{code} {number}" for code, number in count.because.most_common(2)),
        )
        for count in counts
    ]
    print_table(headings, rows)
    hindered, mails = sum(count.hindered for count in counts), sum(count.mails for count in counts)
    click.echo(f"\nHindered (refused, in a ticket of their own, or marked unverified): {hindered} of {mails} mails.")
