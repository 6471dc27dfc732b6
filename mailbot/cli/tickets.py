"""`mailbot ticket list`, `mailbot ticket find` and `mailbot ticket show`."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from mailbot.cli.output import EXIT_FOUND_WRONG, json_option, one_line, print_json, print_table, say_error, shorten
from mailbot.domain.alike_notices import MOST_NAMED
from mailbot.domain.legacy_hindi import find_reading
from mailbot.domain.ticket import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from mailbot.adapters.store.challenges import OpenQuestion
    from mailbot.adapters.store.queries import FileLine, TicketHistory
    from mailbot.cli.output import Context
    from mailbot.domain.likeness import LookAlike
    from mailbot.domain.ticket import Ticket

TITLE_WIDTH = 44


@click.group()
def ticket() -> None:
    """Look at tickets."""


@ticket.command("list")
@click.option(
    "--status", help="Only this status.", type=click.Choice([status.value for status in Status]), default=None
)
@click.option("--module", help="Only this module (its code in the settings).", default="")
@click.option("--requester", help="Only tickets of this address.", default="")
@click.option("--fact", help="Only tickets that name this: a GSTIN, an ARN, an error code and so on.", default="")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="At most so many.")
@json_option
@click.pass_obj
def list_tickets(
    context: Context, *, status: str | None, module: str, requester: str, fact: str, limit: int, as_json: bool
) -> None:
    """List tickets, newest first."""
    from mailbot.adapters.store.queries import TicketFilter, find_tickets  # noqa: PLC0415 - keeps --help fast
    from mailbot.domain.facts import search_values  # noqa: PLC0415
    from mailbot.domain.trust import normal_address  # noqa: PLC0415
    from mailbot.parts import open_store  # noqa: PLC0415

    settings = context.settings()
    zone = ZoneInfo(settings.desk.timezone)
    with open_store(settings) as engine:
        facts = search_values(fact) if fact else ()
        wanted = TicketFilter(status or "", module, normal_address(requester), facts, limit)
        found = find_tickets(engine, wanted)
    if as_json:
        print_json(found)
    elif found:
        _print_tickets(found, zone)
    else:
        click.echo("There are no such tickets.")


@ticket.command("find")
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1, 1_000), default=20, show_default=True, help="At most so many.")
@json_option
@click.pass_obj
def find_tickets(context: Context, *, words: tuple[str, ...], limit: int, as_json: bool) -> None:
    """Find the tickets that hold all WORDS, newest first.

    Title, text, answers and notes are searched, with what the ticket names (GSTIN, ARN, error code), its number, and
    its requester's name, address and office. Words in quotation marks stand side by side: '"liability ledger"'. The
    last word may be the beginning of a longer one. Hindi is found however it is spelt.
    """
    from mailbot.adapters.store.searching import find_words  # noqa: PLC0415 - keeps --help fast
    from mailbot.parts import open_store  # noqa: PLC0415

    settings = context.settings()
    with open_store(settings) as engine:
        found = find_words(engine, " ".join(words), limit)
    if as_json:
        print_json(found.tickets)
    elif found.tickets:
        _print_tickets(found.tickets, ZoneInfo(settings.desk.timezone))
        left_out = found.total - len(found.tickets)
        if left_out:
            click.echo(f"\n{left_out}{'' if found.is_counted else ' or more'} more. Add a word, or raise --limit.")
    else:
        click.echo("No ticket holds all these words.")


@ticket.command("show")
@click.argument("number")
@json_option
@click.pass_obj
def show_ticket(context: Context, number: str, *, as_json: bool) -> None:
    """Show a ticket with its history, files and letters. NUMBER is accepted as people say it: "tms 2611 00042 7"."""
    from mailbot.adapters.clock import now  # noqa: PLC0415
    from mailbot.adapters.store.challenges import find_open_questions  # noqa: PLC0415
    from mailbot.adapters.store.lookalikes import find_alike_to  # noqa: PLC0415
    from mailbot.adapters.store.queries import find_history  # noqa: PLC0415
    from mailbot.parts import open_store  # noqa: PLC0415
    from mailbot.settings.desk import make_look_rules  # noqa: PLC0415

    settings = context.settings()
    full = find_number(number, settings.desk.prefix)
    with open_store(settings) as engine:
        history = find_history(engine, full)
        alike = find_alike_to(engine, history.ticket, make_look_rules(settings)) if history else ()
        questions = find_open_questions(engine, full, now())
    if history is None:
        say_error(f"There is no ticket {full}.")
        sys.exit(EXIT_FOUND_WRONG)
    if as_json:
        print_json(replace(history, alike=tuple(one.number for one in alike), questions=tuple(questions)))
    else:
        _print_history(history, alike, questions, ZoneInfo(settings.desk.timezone))


def find_number(number: str, prefix: str) -> str:
    """Return the ticket number that a person typed as people say it; end with a sentence when it is none."""
    from mailbot.domain.numbering import find_numbers, find_wrong_numbers  # noqa: PLC0415 - keeps --help fast

    written = number if number.upper().startswith(prefix) else f"{prefix}-{number}"
    numbers = find_numbers(prefix, written)
    if not numbers:
        wrong = bool(find_wrong_numbers(prefix, written))
        say_error(f"{number!r} is no ticket number{': one of its digits is wrong' if wrong else ''}.")
        sys.exit(EXIT_FOUND_WRONG)
    return numbers[0]


def _print_tickets(found: Iterable[Ticket], zone: ZoneInfo) -> None:
    headings = ("number", "status", "module", "priority", "requester", "opened", "title")
    print_table(headings, [_row(one, zone) for one in found])


def _row(one: Ticket, zone: ZoneInfo) -> tuple[str, ...]:
    title = shorten(one.title, TITLE_WIDTH)
    requester = one.requester or "(unknown)"
    return (one.number, one.status, one.module, one.priority, requester, _moment(one.opened_at, zone), title)


def _print_history(
    history: TicketHistory, alike: Sequence[LookAlike], questions: Sequence[OpenQuestion], zone: ZoneInfo
) -> None:
    one = history.ticket
    click.echo(f"{one.number}  {one.status}  {one_line(one.title)}")
    _print_reading(one.title, "  ")
    facts = {
        "requester": f"{one.requester_name} <{one.requester}>" if one.requester else "(unknown)",
        "type, module, priority": f"{one.request_type}, {one.module}, {one.priority}",
        "employee id, mobile": ", ".join(part for part in (one.employee_id, one.mobile) if part) or "-",
        "assignee": one.assignee or "-",
        "re-opened": f"{one.reopen_count} times",
        "linked to": one.related or "-",
        "looks like": _alike_line(alike, zone),
        "names": ", ".join(f"{fact.kind} {fact.value}" for fact in history.facts) or "-",
    }
    for question in questions:
        asked = f"{question.actor} was asked at {_moment(question.asked_at, zone)}: was this you?"
        facts["open question"] = f"{asked} A yes counts until {_moment(question.until, zone)}."
    for name, value in facts.items():
        click.echo(f"  {name + ':':24}{one_line(value)}")
    click.echo("\nhistory")
    for event in history.events:
        mark = " (internal)" if event.internal else ""
        click.echo(f"  {_moment(event.at, zone)}  {event.kind}{mark} by {one_line(event.actor) or '(unknown)'}")
        for line in event.text.split("\n") if event.text else ():
            click.echo(f"      | {one_line(line)}")
        _print_reading(event.text, "      ")
        if event.reason:
            click.echo(f"      {one_line(event.reason)}")
    _print_files("files", [file for file in history.files if file.evidence])
    _print_files("logos and tracking pixels", [file for file in history.files if not file.evidence])
    if history.letters:
        click.echo("\nletters")
        rows = [
            (f"  {_moment(m.written_at, zone)}", m.kind, m.to, m.state, shorten(m.answer, 60)) for m in history.letters
        ]
        print_table(("  written", "kind", "to", "state", "answer of the server"), rows)


def _alike_line(alike: Sequence[LookAlike], zone: ZoneInfo) -> str:
    """Return how many others look like a ticket since when, and the first of them."""
    if not alike:
        return "-"
    numbers = ", ".join(one.number for one in alike[:MOST_NAMED])
    more = ", ..." if len(alike) > MOST_NAMED else ""
    return f"{len(alike)} since {_moment(alike[0].opened_at, zone)}: {numbers}{more}"


def _print_files(heading: str, files: Sequence[FileLine]) -> None:
    if not files:
        return
    click.echo(f"\n{heading}")
    rows = []
    for file in files:
        pixels = f"{file.width} x {file.height}" if file.width else "-"
        scan = " ".join(part for part in (file.verdict.upper(), shorten(file.threat, 40)) if part) or "-"
        rows.append(
            (f"  {file.name}", file.content_type, str(file.size), pixels, scan, file.sha256, file.preview or "-")
        )
    print_table(("  name", "type", "bytes", "pixels", "malware", "sha256", "preview"), rows)


def _print_reading(text: str, indent: str) -> None:
    """Print how words in a legacy Hindi font are read, and that the program read them."""
    reading = find_reading(text)
    if reading is None:
        return
    click.echo(f"{indent}typed in an old Hindi font, read by the program:")
    for line in reading.split("\n"):
        click.echo(f"{indent}| {one_line(line)}")


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
