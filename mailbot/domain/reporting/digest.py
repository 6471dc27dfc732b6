"""The daily digest to the IT section: what is new, due today, late, re-opened, with nobody, and what went wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailbot.domain.decision import Outcome
from mailbot.domain.letter import LetterKind
from mailbot.domain.reporting.bulletin import Bulletin, readers, write_each
from mailbot.domain.table import CellKind, Column, Table

if TYPE_CHECKING:
    from mailbot.domain.reporting.bulletin import Occasion
    from mailbot.domain.reporting.figures import DigestFigures, Listed

# The lists of a digest, in the order in which they are read: what is late comes first.
LISTS = ("overdue", "due_today", "reopened", "unassigned", "new")

_LINES = (
    Column("number", CellKind.TICKET),
    Column("title"),
    Column("module", CellKind.MODULE),
    Column("priority", CellKind.PRIORITY, in_letter=False),
    Column("requester", in_letter=False),
    Column("office", in_letter=False),
    Column("assignee"),
    Column("opened_at", CellKind.MOMENT, in_letter=False),
    Column("due_at", CellKind.MOMENT),
)
_MAILS = (
    Column("mail", CellKind.NUMBER),
    Column("sender"),
    Column("subject"),
    Column("arrived_at", CellKind.MOMENT),
)
_FOUND = (
    Column("mail", CellKind.NUMBER),
    Column("folder"),
    Column("sender"),
    Column("subject"),
    Column("arrived_at", CellKind.MOMENT),
)
_LETTERS = (
    Column("to"),
    Column("subject"),
    Column("answer"),
    Column("failed_at", CellKind.MOMENT),
)


def write_digest(figures: DigestFigures, occasion: Occasion) -> Bulletin:
    """Return the digest to everybody of the IT section; without anything to tell it is not written, or very short."""
    counts = digest_counts(figures)
    is_empty = not any(counts.values())
    if is_empty and not occasion.rules.tells_nothing:
        return Bulletin("There is nothing to tell.")
    tables = digest_tables(figures, occasion.rules.rows)
    values = {
        "file": f"{occasion.desk.prefix}-digest-{occasion.day}",
        "since": occasion.said(figures.since),
        "open": figures.open_count,
        "empty": "yes" if is_empty else "",
        **counts,
        **mail_values(figures),
        **sending_values(figures, occasion),
    }
    letters = write_each(
        LetterKind.DIGEST,
        readers(occasion.staff, LetterKind.DIGEST, occasion.now),
        occasion,
        values=values,
        tables=tables,
        formats=("xlsx",) if any(table.is_cut for table in tables) else (),
        key=f"digest {occasion.day}",
    )
    return Bulletin("A working day begins.", letters)


def digest_counts(figures: DigestFigures) -> dict[str, int]:
    """Return how many there are of everything that a digest tells."""
    lists = {name: _listed(figures, name).total for name in LISTS}
    wrong = {name: len(getattr(figures, name)) for name in ("quarantined", "undelivered", "elsewhere")}
    return {**lists, **wrong}


def digest_tables(figures: DigestFigures, rows: int) -> tuple[Table, ...]:
    """Return the lists of a digest; a letter shows the first rows of each."""
    mails = tuple((mail.id, mail.sender, mail.subject, mail.arrived_at) for mail in figures.quarantined)
    found = tuple((one.id, one.folder, one.sender, one.subject, one.arrived_at) for one in figures.elsewhere)
    failed = tuple((one.to, one.subject, one.answer, one.failed_at) for one in figures.undelivered)
    return (
        *(_list_table(name, _listed(figures, name), rows) for name in LISTS),
        Table("quarantined", _MAILS, mails, len(mails), shown=rows),
        Table("undelivered", _LETTERS, failed, len(failed), shown=rows),
        Table("elsewhere", _FOUND, found, len(found), shown=rows),
    )


def mail_values(figures: DigestFigures) -> dict[str, object]:
    """Return the account of the mails: received is the sum of all that became of them, and of those that wait."""
    parts = {outcome.value: figures.outcomes.get(outcome.value, 0) for outcome in Outcome}
    account = {**parts, "waiting": figures.states.get("kept", 0), "received": sum(figures.states.values())}
    said: dict[str, object] = {f"mails_{name}": count for name, count in account.items()}
    return {**said, "unbalanced": "" if figures.is_balanced else "yes"}


def sending_values(figures: DigestFigures, occasion: Occasion) -> dict[str, object]:
    """Return what keeps letters back, and the line that proves the histories up to the last night."""
    held = figures.held_back
    return {
        "muted": held.muted or "",
        "muted_staff": held.muted_staff or "",
        "stopped": occasion.said(held.stopped_at) if held.stopped_at else "",
        "allowed": figures.per_day or "",
        "sent": held.sent,
        "due_letters": held.waiting or "",
        "anchor": figures.anchor,
    }


def _listed(figures: DigestFigures, name: str) -> Listed:
    listed: Listed = getattr(figures, name)
    return listed


def _list_table(name: str, listed: Listed, rows: int) -> Table:
    lines = tuple(
        (
            line.number,
            line.title,
            line.module,
            line.priority,
            line.requester,
            line.office,
            line.assignee,
            line.opened_at,
            line.due_at,
        )
        for line in listed.rows
    )
    return Table(name, _LINES, lines, listed.total, shown=rows)
