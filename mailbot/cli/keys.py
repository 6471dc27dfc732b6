"""`mailbot keys`: the keys of the reply tokens, by name and age, and a new one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from mailbot.cli.output import json_option, print_json, print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mailbot.cli.output import Context
    from mailbot.domain.token_keys import Key


@click.group()
def keys() -> None:
    """Look at the keys of the reply tokens, or replace the key that new tokens are made with."""


@keys.command("list")
@json_option
@click.pass_obj
def list_keys(context: Context, *, as_json: bool) -> None:
    """List the keys by name and age; a secret is never shown."""
    from mailbot.adapters.keys import read_keys  # noqa: PLC0415 - keeps --help fast

    lines = _lines(read_keys(context.settings()), datetime.now(UTC))
    if as_json:
        print_json(lines)
        return
    print_table(("key", "made", "days", "use"), [(one["key"], one["made"], one["days"], one["use"]) for one in lines])


@keys.command("rotate")
@click.pass_obj
def rotate(context: Context) -> None:
    """Make a new key. Letters of the key before it can be answered for 400 more days, or until the next rotation."""
    from mailbot.adapters.keys import find_key_file, read_keys, rotate_key_file  # noqa: PLC0415

    settings = context.settings()
    before = read_keys(settings)
    made, replaced = rotate_key_file(find_key_file(settings), datetime.now(UTC))
    click.echo(f"New letters carry tokens of the key {made.id}. Letters of {replaced.id} can still be answered.")
    if gone := ", ".join(key.id for key in before if key.id not in {made.id, replaced.id}):
        click.echo(f"Letters of {gone} prove nothing any more: replies to them are asked to confirm.")
    click.echo("A running `mailbot run` uses it within a quarter of a minute; no restart is needed.")
    click.echo(
        "Now copy the key file to the place of your backups, and to other machines that have a copy of their own."
    )


def _lines(found: Sequence[Key], now: datetime) -> list[dict[str, Any]]:
    from mailbot.domain.token_keys import ends_at  # noqa: PLC0415

    lines = []
    for position, key in enumerate(found):
        end = ends_at(found, position)
        use = "makes new tokens" if end is None else f"accepted until {end:%Y-%m-%d}" if now < end else "not accepted"
        made = f"{key.made_at:%Y-%m-%d}" if key.made_at else "unknown"
        days = str((now - key.made_at).days) if key.made_at else ""
        lines.append({"key": key.id, "made": made, "days": days, "use": use})
    return lines
