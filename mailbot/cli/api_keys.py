"""`mailbot api-key`: the keys of programs that call the API."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from mailbot.cli.output import EXIT_FOUND_WRONG, json_option, print_json, print_table, say_error
from mailbot.domain.api_keys import Scope

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mailbot.cli.output import Context
    from mailbot.domain.api_keys import ApiKey

_LONGEST_NAME = 80


@click.group("api-key")
def api_key() -> None:
    """Give programs keys for the API of `mailbot web`, or take them away."""


@api_key.command("create")
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice([scope.value for scope in Scope]),
    multiple=True,
    required=True,
    help="What the key may do; may be given several times.",
)
@click.option("--days", type=click.IntRange(1, 3650), default=365, help="For how many days it counts. Default: 365.")
@json_option
@click.pass_obj
def create(context: Context, name: str, scopes: tuple[str, ...], *, days: int, as_json: bool) -> None:
    """Make a key for the program NAME, and show it this once.

    Only a hash of it is kept, so it cannot be shown again: a key that was lost is revoked, and another one made.
    """
    from mailbot.adapters.store.api_keys import make_api_key  # noqa: PLC0415 - keeps --help fast
    from mailbot.parts import open_store  # noqa: PLC0415

    name = " ".join(name.split())
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise click.BadParameter(f"write a name of 1 to {_LONGEST_NAME} characters", param_hint="NAME")
    now = datetime.now(UTC)
    with open_store(context.settings()) as engine:
        made, key = make_api_key(engine, name, {Scope(one) for one in scopes}, now, now + timedelta(days=days))
    if as_json:
        print_json(_as_data(made, now) | {"key": key})
        return
    click.echo(key)
    click.echo(
        f"This is the key of {made.name}, shown this once: copy it to where that program keeps its secrets.", err=True
    )
    click.echo(f"It counts until {made.ends_at:%Y-%m-%d}. `mailbot api-key revoke {made.prefix}` ends it.", err=True)


@api_key.command("list")
@json_option
@click.pass_obj
def list_keys(context: Context, *, as_json: bool) -> None:
    """List the keys with what they may do and when they were used last; the keys themselves are nowhere."""
    from mailbot.adapters.store.api_keys import find_api_keys  # noqa: PLC0415
    from mailbot.parts import open_store  # noqa: PLC0415

    now = datetime.now(UTC)
    with open_store(context.settings()) as engine:
        lines = [_as_data(key, now) for key in find_api_keys(engine)]
    if as_json:
        print_json(lines)
        return
    columns = ("key", "name", "state", "until", "used", "scopes")
    print_table(columns, _rows(lines))


@api_key.command("revoke")
@click.argument("key")
@click.pass_obj
def revoke(context: Context, key: str) -> None:
    """End the key that begins with KEY (such as mbk_1a2b3c4d) at once and for good, with its webhooks."""
    from mailbot.adapters.store.api_keys import revoke_api_key  # noqa: PLC0415
    from mailbot.parts import open_store  # noqa: PLC0415

    prefix = "_".join(key.split("_")[:2])
    with open_store(context.settings()) as engine:
        ended = revoke_api_key(engine, prefix, datetime.now(UTC))
    if ended is None:
        say_error(f"No key that counts begins with {prefix!r}. `mailbot api-key list` shows them.")
        sys.exit(EXIT_FOUND_WRONG)
    webhooks = f" {ended} webhooks of it are told nothing any more." if ended else ""
    click.echo(f"The key {prefix} opens nothing any more.{webhooks}")


def _as_data(key: ApiKey, now: datetime) -> dict[str, Any]:
    return {
        "prefix": key.prefix,
        "name": key.name,
        "state": "counts" if key.counts(now) else "revoked" if key.revoked_at else "ended",
        "scopes": sorted(key.scopes),
        "made_at": key.made_at.isoformat(),
        "ends_at": key.ends_at.isoformat() if key.ends_at else None,
        "used_at": key.used_at.isoformat() if key.used_at else None,
    }


def _rows(lines: Iterable[dict[str, Any]]) -> list[tuple[str, ...]]:
    return [
        (
            one["prefix"],
            one["name"],
            one["state"],
            (one["ends_at"] or "always")[:10],
            (one["used_at"] or "never")[:10],
            " ".join(one["scopes"]),
        )
        for one in lines
    ]
