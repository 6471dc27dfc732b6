"""`mailbot people import`: the directory comes as a whole from a CSV file, checked row by row, all or nothing."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from mailbot.cli.output import EXIT_FOUND_WRONG, json_option, print_json, say_error

if TYPE_CHECKING:
    from mailbot.cli.output import Context


@click.group()
def people() -> None:
    """Keep the directory of officers and IT staff."""


@people.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@json_option
@click.pass_obj
def import_people(context: Context, file: str, *, as_json: bool) -> None:
    """Import FILE.csv with the columns employee_id, name, designation, office, zone, email, mobile, role, language.

    Every row is checked first, and every fault is listed with its line; only a file without a fault is imported.
    People who are known are updated by their Employee ID; people who are not in the file stay as they are.
    """
    from mailbot.adapters.people_file import parse_people  # noqa: PLC0415 - keeps --help fast
    from mailbot.adapters.store.directory import find_addresses, keep_people  # noqa: PLC0415
    from mailbot.parts import open_store  # noqa: PLC0415

    settings = context.settings()
    with click.open_file(file, "rb") as stream:
        data = stream.read()
    with open_store(settings) as engine:
        persons, faults = parse_people(data, find_addresses(engine), settings.desk.address)
        if faults:
            if as_json:
                print_json({"imported": 0, "faults": [{"line": fault.line, "fault": fault.text} for fault in faults]})
            for fault in faults:
                click.echo(f"line {fault.line}: {fault.text}", err=True)
            say_error(f"{len(faults)} faults, so nothing was imported. Mend them and import the file again.")
            sys.exit(EXIT_FOUND_WRONG)
        new, known = keep_people(engine, persons)
    if as_json:
        print_json({"imported": len(persons), "new": new, "updated": known, "faults": []})
    else:
        click.echo(f"{len(persons)} people imported: {new} new, {known} updated.")
