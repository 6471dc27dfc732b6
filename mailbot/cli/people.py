"""`mailbot people import`: the directory comes as a whole from a CSV file, checked row by row, all or nothing."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NoReturn

import click

from mailbot.cli.answering import muted, unmute
from mailbot.cli.output import EXIT_FOUND_WRONG, json_option, print_json, say_error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mailbot.adapters.people_file import Fault
    from mailbot.adapters.store.transferring import Plan
    from mailbot.cli.output import Context
    from mailbot.domain.people import Person


@click.group()
def people() -> None:
    """Keep the directory of officers and IT staff."""


@people.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option("--full", is_flag=True, help="The file lists everybody: whoever is not in it has left.")
@click.option("--dry-run", is_flag=True, help="Show what would happen, and change nothing.")
@json_option
@click.pass_obj
def import_people(context: Context, file: str, *, full: bool, dry_run: bool, as_json: bool) -> None:
    """Import FILE.csv with the columns employee_id, name, designation, office, zone, email, mobile, role, language.

    Every row is checked first, and every fault is listed with its line; only a file without a fault is imported.
    People who are known are updated by their Employee ID; people who are not in the file stay as they are, unless it is
    a full list. Open tickets of officers who are transferred go where people.tickets_follow says.
    """
    from mailbot.adapters.people_file import parse_people  # noqa: PLC0415 - keeps --help fast
    from mailbot.adapters.store.directory import find_addresses  # noqa: PLC0415
    from mailbot.parts import open_import, open_store  # noqa: PLC0415

    settings = context.settings()
    with click.open_file(file, "rb") as stream:
        data = stream.read()
    with open_store(settings) as engine:
        persons, faults = parse_people(data, find_addresses(engine), settings.desk.address)
        if faults:
            _refuse(faults, as_json=as_json)
        importing = open_import(settings, engine)
        now = datetime.now(UTC)
        plan = importing.plan(persons, full=full) if dry_run else importing.keep(persons, now, full=full)
    if as_json:
        print_json(_as_data(plan, done=not dry_run))
    else:
        _say(plan, done=not dry_run)


def _refuse(faults: Sequence[Fault], *, as_json: bool) -> NoReturn:
    if as_json:
        print_json({"imported": 0, "faults": [{"line": fault.line, "fault": fault.text} for fault in faults]})
    for fault in faults:
        click.echo(f"line {fault.line}: {fault.text}", err=True)
    say_error(f"{len(faults)} faults, so nothing was imported. Mend them and import the file again.")
    sys.exit(EXIT_FOUND_WRONG)


def _as_data(plan: Plan, *, done: bool) -> dict[str, Any]:
    renewal, new = plan.renewal, len(plan.renewal.new)
    return {
        "imported": plan.listed if done else 0,
        "new": new,
        "updated": plan.listed - new,
        "moved": [now.employee_id for _, now in renewal.moved],
        "new_addresses": [now.employee_id for _, now in renewal.readdressed],
        "left": [person.employee_id for person in renewal.left],
        "tickets": [
            {"ticket": move.ticket.number, "why": move.reason, "needs_somebody": move.needs_somebody}
            for move in plan.moves
        ],
        "faults": [],
    }


def _say(plan: Plan, *, done: bool) -> None:
    renewal, new = plan.renewal, len(plan.renewal.new)
    word = "imported" if done else "would be imported"
    click.echo(f"{plan.listed} people {word}: {new} new, {plan.listed - new} updated.")
    for before, now in renewal.moved:
        click.echo(f"moved:       {now.employee_id} {now.name}: {_place(before)} -> {_place(now)}")
    for before, now in renewal.readdressed:
        click.echo(f"new address: {now.employee_id} {now.name}: {before.email} -> {now.email}")
    for person in renewal.left:
        click.echo(f"left:        {person.employee_id} {person.name}, {_place(person)}")
    for move in plan.moves:
        told = " The leads are told." if move.needs_somebody else ""
        reason = move.reason or "Its officer left the office, and nobody plainly follows."
        click.echo(f"ticket:      {move.ticket.number} {reason}{told}")
    if not done:
        click.echo("Nothing was changed. Run it without --dry-run to import the list.")


def _place(person: Person) -> str:
    return ", ".join(part for part in (person.office, person.zone) if part) or "no office"


people.add_command(muted)
people.add_command(unmute)
