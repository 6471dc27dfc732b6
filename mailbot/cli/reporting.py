"""`mailbot report`: the figures of a period, on the screen or as files."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from mailbot.cli.output import EXIT_FOUND_WRONG, print_table, say_error
from mailbot.domain.reporting.periods import Period

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from mailbot.cli.output import Context
    from mailbot.domain.desk import Desk
    from mailbot.domain.reporting.summary import By
    from mailbot.domain.table import Cell, Table
    from mailbot.domain.wording import Wording

FORMATS = ("table", "csv", "xlsx")


DAY_FORMS = "2026-10-31, 31.10.2026, 31 Oct, 31 अक्टूबर, October, Oct 2026, last month, पिछले महीने"


@click.command("report")
@click.option(
    "--from",
    "first_said",
    metavar="DAY",
    help="The first day or month: 2026-10-01, 1 Oct, October, last month. Default: the first of the month of --to.",
)
@click.option(
    "--to",
    "last_said",
    metavar="DAY",
    help="The last day or month: 2026-10-31, 31 Oct, October. Default: the end of the month named by --from, or today.",
)
@click.option(
    "--by",
    type=click.Choice(["module", "zone", "staff"]),
    default="module",
    show_default=True,
    help="How the figures are divided.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="table",
    show_default=True,
    help="On the screen, or as a file.",
)
@click.option("--language", type=click.Choice(["en", "hi"]), help="Default: the language of the desk.")
@click.option("--output", type=click.Path(dir_okay=False), help="Where to write; needed for xlsx.")
@click.pass_obj
def report(  # noqa: PLR0917 - one argument for each option
    context: Context,
    first_said: str | None,
    last_said: str | None,
    by: str,
    form: str,
    language: str | None,
    output: str | None,
) -> None:
    """Show how many tickets came and were resolved, how fast, and how they were rated, by module, zone or staff.

    Hours are working hours: the middle of all tickets and, in files, the hours within which nine of ten were done.
    """
    from mailbot.adapters.keys import make_keys  # noqa: PLC0415
    from mailbot.adapters.sheets import write_files  # noqa: PLC0415 - keeps --help fast
    from mailbot.domain.people import Language  # noqa: PLC0415
    from mailbot.domain.reporting.summary import By  # noqa: PLC0415
    from mailbot.parts import load_calendar, make_writer, open_store  # noqa: PLC0415
    from mailbot.settings.desk import make_desk  # noqa: PLC0415

    settings = context.settings()
    today = datetime.now(UTC).astimezone(ZoneInfo(settings.desk.timezone)).date()
    period = read_period(first_said, last_said, today)
    if form == "xlsx" and not output:
        say_error("A workbook is no text for the screen: name a file with --output.")
        sys.exit(EXIT_FOUND_WRONG)
    desk = make_desk(settings, make_keys("a report proves nothing and needs no key"), load_calendar(settings))
    with open_store(settings) as engine:
        tables = _find_tables(engine, desk, period, By(by))
    wording = make_writer(settings, desk).wording(Language(language or settings.desk.language))
    if form == "table":
        _print_tables(tables, wording)
        return
    files = write_files(tables[:1] if form == "csv" else tables, (form,), "report", wording, datetime.now(UTC))
    if output:
        Path(output).write_bytes(files[0].data)
        click.echo(f"Written to {output}.")
    else:
        click.echo(files[0].data.decode("utf-8-sig"), nl=False)


def read_period(first_said: str | None, last_said: str | None, today: date) -> Period:
    """Return the days that were asked for; a month named by --from alone is meant whole."""
    begin, end = _read_days("--from", first_said, today), _read_days("--to", last_said, today)
    if end is not None:
        last = end.last
    else:
        names_month = begin is not None and begin.first < begin.last
        last = begin.last if begin is not None and names_month else today
    first = begin.first if begin is not None else last.replace(day=1)
    if first > last:
        say_error(f"--from {first} lies behind --to {last}; the first day comes first.")
        sys.exit(EXIT_FOUND_WRONG)
    return Period(first, last)


def _read_days(option: str, said: str | None, today: date) -> Period | None:
    """Return the day or the month that an option names, as mails may write it, or say how days are written."""
    from mailbot.domain.dates import parse_day  # noqa: PLC0415 - keeps --help fast
    from mailbot.domain.months import parse_month  # noqa: PLC0415
    from mailbot.settings.desk import load_grammar  # noqa: PLC0415

    if said is None:
        return None
    grammar = load_grammar()
    month = parse_month(said, today, grammar) if said.strip() else None
    day = None if month else parse_day(said, today, grammar)
    found = month or (Period(day, day) if day else None)
    if found is None:
        raise click.BadParameter(f"{said!r} is no day and no month; write {DAY_FORMS}.", param_hint=option)
    return found


def _find_tables(engine: Engine, desk: Desk, period: Period, by: By) -> tuple[Table, ...]:
    """Return the figures by what was asked for, then those of all tickets beside the period before, and each day's."""
    from mailbot.adapters.store.engine import reading  # noqa: PLC0415
    from mailbot.adapters.store.period_figures import find_period  # noqa: PLC0415
    from mailbot.domain.reporting.periods import period_before  # noqa: PLC0415
    from mailbot.domain.reporting.summary import by_table, flow_table, measures_table, summarize  # noqa: PLC0415

    with reading(engine) as connection:
        figures = find_period(connection, period, desk.timezone)
        before = find_period(connection, period_before(period), desk.timezone)
    measures = measures_table(summarize(figures, desk.calendar), summarize(before, desk.calendar))
    return by_table(figures, by, desk.calendar), measures, flow_table(figures, desk.calendar)


def _print_tables(tables: tuple[Table, ...], wording: Wording) -> None:
    for table in tables:
        click.echo(wording.title(table.name))
        shown = [(place, column) for place, column in enumerate(table.columns) if column.in_letter]
        rows = [[_said(wording.value(row[place], column.kind)) for place, column in shown] for row in table.rows]
        if rows:
            print_table([wording.column(column.name) for _, column in shown], rows)
        else:
            click.echo("-")
        click.echo()


def _said(cell: Cell) -> str:
    if cell is None:
        return "-"
    return f"{cell:.1f}" if isinstance(cell, float) else str(cell)
