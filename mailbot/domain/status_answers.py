"""STATUS and MY TICKETS: where tickets stand, as a letter with buttons for what its reader may do next."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mailbot.domain.asking import to_asker
from mailbot.domain.effects import Effects
from mailbot.domain.letter import LetterKind, Notice
from mailbot.domain.number_lists import number_notices, pick_numbers
from mailbot.domain.table import CellKind, Column, Table
from mailbot.domain.ticket import Actor, Status, Step, status_after
from mailbot.domain.verbs import Verb

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mailbot.domain.asking import Asking
    from mailbot.domain.desk import TicketLine
    from mailbot.domain.grammar import Command
    from mailbot.domain.table import Cell

# Gmail cuts a letter of more than 102 kB, and each line takes some three of them.
MOST_LINES = 25
OWN, ASKED = "own", "asked"
OPEN_FIRST = (Status.WAITING, Status.RESOLVED, Status.NEW, Status.IN_PROGRESS, Status.CLOSED, Status.MERGED)
_ENDED = frozenset({Status.CLOSED, Status.MERGED})
# What is offered on a row: the first of these that its reader may do now.
_OFFERED = {Actor.REQUESTER: (Step.REOPEN, Step.CANCEL), Actor.STAFF: (Step.RESOLVE, Step.REOPEN)}
_SECONDS_OF_A_DAY = 86_400
_COLUMNS = (
    Column("number", CellKind.TICKET),
    Column("status", CellKind.STATUS),
    Column("title"),
    Column("module", CellKind.MODULE),
    Column("priority", CellKind.PRIORITY),
    Column("opened_at", CellKind.MOMENT),
    Column("age", CellKind.AGE),
    Column("assignee"),
    Column("last_word"),
    Column("step", CellKind.BUTTON),
)
_COUNTS = (Column("status", CellKind.STATUS), Column("count", CellKind.NUMBER))


def merge_status(commands: Iterable[Command], answered: str = "") -> tuple[Command, ...]:
    """Return the commands with all STATUS lines that name tickets as one, so that one letter answers them.

    A STATUS without a number means the ticket that is answered, or else all tickets of who asks.
    """
    asked = tuple(
        replace(command, argument=answered) if command.verb is Verb.STATUS and not _has_number(command) else command
        for command in commands
    )
    several = [command for command in asked if command.verb is Verb.STATUS and _has_number(command)]
    if len(several) <= 1:
        return tuple(dict.fromkeys(asked))
    arguments = " ".join(command.argument for command in several)
    targets = tuple(number for command in several for number in command.targets)
    merged = replace(several[0], argument=arguments, targets=targets)
    return (merged, *dict.fromkeys(command for command in asked if command not in several))


def _has_number(command: Command) -> bool:
    return bool(command.targets or command.argument.strip(" ?"))


def answer_status(command: Command, asking: Asking) -> Effects:
    """Tell where the named tickets stand, or the ticket of the letter that is answered; without either, all of them."""
    named = dict.fromkeys((*command.targets, *pick_numbers(command.argument, asking.desk.prefix)[0]))
    if not named and asking.ticket is not None:
        named = {asking.ticket.number: None}
    if not named:
        return answer_my_tickets(command, asking)
    lines = {line.number: line for line in asking.known.lists.get(ASKED, ())}
    found = tuple(lines[number] for number in named if number in lines)
    notices = number_notices((number for number in named if number not in lines), asking.known)
    notices += tuple(
        Notice("status_merged", line.merged_into, ticket=line.number) for line in found if line.merged_into
    )
    letters = to_asker(
        LetterKind.STATUS,
        asking,
        values=(("count", str(len(found))),),
        tables=(_table("status_of", found, asking),) if found else (),
        notices=notices,
    )
    return Effects(letters=letters, reasons=(f"It asks where {', '.join(named)} stands.",))


def answer_my_tickets(command: Command, asking: Asking) -> Effects:
    """Tell all tickets of who asks: how many stand where, then each with its last word; the IT section gets its own."""
    del command
    if asking.known.person is None:
        return _unknown_asker(LetterKind.MY_TICKETS, asking)
    counts = {status: asking.known.own_counts.get(status, 0) for status in OPEN_FIRST}
    total = sum(counts.values())
    lines = asking.known.lists.get(OWN, ())[:MOST_LINES]
    tables = (
        Table("my_counts", _COUNTS, tuple((status, count) for status, count in counts.items() if count)),
        _table("my_tickets", lines, asking, total=total),
    )
    letters = to_asker(
        LetterKind.MY_TICKETS,
        asking,
        values=(
            ("listed", "yes"),
            ("count", str(total)),
            ("open", str(sum(count for status, count in counts.items() if status not in _ENDED))),
        ),
        tables=tables if total else (),
    )
    return Effects(letters=letters, reasons=(f"It asks for the tickets of its sender: {total}.",))


def _unknown_asker(kind: LetterKind, asking: Asking) -> Effects:
    """Say that a list is for people of the directory."""
    letters = to_asker(
        kind, asking, values=(("count", "0"), ("open", "0"), ("listed", "")), notices=(Notice("not_in_directory"),)
    )
    return Effects(letters=letters, reasons=("Its sender is not in the directory and has no list.",))


def _table(name: str, lines: tuple[TicketLine, ...], asking: Asking, total: int | None = None) -> Table:
    return Table(name, _COLUMNS, tuple(_row(line, asking) for line in lines), total=total)


def _row(line: TicketLine, asking: Asking) -> tuple[Cell, ...]:
    ended = line.closed_at or line.resolved_at
    age = None if ended else (asking.now - line.opened_at).total_seconds() / _SECONDS_OF_A_DAY
    return (
        line.number,
        line.status,
        line.title,
        line.module,
        line.priority,
        line.opened_at,
        age,
        line.assignee,
        f"→ {line.merged_into}" if line.merged_into else line.last_word,
        _offer(line, asking),
    )


def _offer(line: TicketLine, asking: Asking) -> str | None:
    """Return the command on the button of a row."""
    is_own = asking.known.person is None or line.requester == asking.known.person.email
    actor = Actor.REQUESTER if is_own and not asking.is_staff else Actor.STAFF
    if actor is Actor.STAFF and not asking.is_staff:
        return None
    is_past = line.closed_at is not None and asking.now - line.closed_at > asking.desk.reopen_after_close
    possible = (
        step for step in _OFFERED[actor] if status_after(step, Status(line.status), frozenset({actor})) is not None
    )
    return None if is_past else next(possible, None)
