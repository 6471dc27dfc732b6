"""The proof that no history was altered: every chain is computed anew, and every anchor over all of them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from mailbot.adapters.store.anchors import anchor_hash, find_anchors, find_hashes
from mailbot.adapters.store.history import Line, content_digest, line_hash
from mailbot.adapters.store.tables import events, serials, tickets
from mailbot.domain.decision import EventKind
from mailbot.domain.numbering import MINIMUM_DIGITS, number_digits

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from mailbot.adapters.store.anchors import Anchor

# The first ones tell what happened; a list of thousands tells no more.
MOST_FINDINGS = 50
_BATCH = 1000


@dataclass(slots=True)
class Audit:
    """What was looked at, and what is wrong, in sentences; `since_anchor` lines are not proved by an anchor yet."""

    tickets: int = 0
    lines: int = 0
    erased: int = 0
    anchors: int = 0
    since_anchor: int = 0
    last_anchor: str = ""
    last_anchor_at: datetime | None = None
    wrong: int = 0
    findings: list[str] = field(default_factory=list)

    def tell(self, finding: str) -> None:
        """Count something wrong, and keep the sentence while there are few."""
        self.wrong += 1
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(finding)


def audit_histories(connection: Connection, kept: Sequence[Anchor] = ()) -> Audit:
    """Compute every history anew from one state of the database; `kept` are anchors that lay somewhere else."""
    audit = Audit()
    _check_chains(connection, audit)
    _check_tickets(connection, audit)
    _check_anchors(connection, audit, kept)
    return audit


@dataclass(slots=True)
class _Chain:
    """Where the walk stands in one ticket's history."""

    ticket_id: int
    number: str
    sequence: int = 0
    previous: str = ""
    is_broken: bool = False
    erased_to: int = 0
    erasures: list[int] = field(default_factory=list)


def _check_chains(connection: Connection, audit: Audit) -> None:
    query = select(events, tickets.c.number).outerjoin(tickets, tickets.c.id == events.c.ticket_id)
    query = query.order_by(events.c.ticket_id, events.c.sequence)
    chain = None
    for row in connection.execute(query.execution_options(yield_per=_BATCH)):
        if chain is None or row.ticket_id != chain.ticket_id:
            _end(chain, audit)
            chain = _Chain(row.ticket_id, row.number or f"(a ticket that is gone, row {row.ticket_id})")
        audit.lines += 1
        if not chain.is_broken and (fault := _fault_of(row, chain, audit)):
            # What comes after a broken link proves nothing; one sentence for each ticket says enough.
            chain.is_broken = True
            audit.tell(f"{chain.number}: {fault}")
    _end(chain, audit)


def _fault_of(row: Row[Any], chain: _Chain, audit: Audit) -> str:
    """Return what is wrong with a line, or an empty string; the chain goes one line on."""
    chain.sequence += 1
    if row.sequence != chain.sequence:
        return f"line {chain.sequence} of its history is missing."
    if row.salt:
        if row.digest != content_digest(row.salt, row.actor, row.text, row.reason):
            return f"the words of line {row.sequence} of its history were changed."
    elif row.actor or row.text or row.reason:
        return f"line {row.sequence} of its history has words where an erasure left none."
    else:
        audit.erased += 1
        chain.erased_to = row.sequence
    if row.kind == EventKind.ERASED:
        chain.erasures.append(row.sequence)
    line = Line(row.number or "", row.sequence, row.at, row.kind, row.internal, row.mail_id, row.digest)
    chain.previous = line_hash(chain.previous, line)
    return "" if row.hash == chain.previous else f"line {row.sequence} of its history was changed or moved."


def _end(chain: _Chain | None, audit: Audit) -> None:
    if chain is None or chain.is_broken:
        return
    if chain.erased_to > max(chain.erasures, default=0):
        audit.tell(f"{chain.number}: line {chain.erased_to} of its history is empty, but no erasure is written down.")


def _check_tickets(connection: Connection, audit: Audit) -> None:
    """Every number that was ever given stands in the tables, and each of its tickets has a history."""
    found: dict[str, set[int]] = defaultdict(set)
    has_history = select(events.c.id).where(events.c.ticket_id == tickets.c.id).exists()
    query = select(tickets.c.number, has_history).order_by(tickets.c.id)
    for number, is_told in connection.execute(query.execution_options(yield_per=_BATCH)):
        audit.tickets += 1
        month, serial = _serial_of(number)
        found[month].add(serial)
        if not is_told:
            audit.tell(f"{number}: its history is gone.")
    for month, last in connection.execute(select(serials.c.month, serials.c.last)):
        missing = sorted(set(range(1, last + 1)) - found.pop(month, set()))
        for serial in missing:
            audit.tell(f"Ticket {serial} of the month {month} is gone.")
    for month in found:
        audit.tell(f"The count of the month {month} is gone, but tickets of it are there.")


def _serial_of(number: str) -> tuple[str, int]:
    """Return the month and the serial of a number; something that is no number belongs to no month."""
    digits = number_digits(number)
    return (digits[:4], int(digits[4:-1])) if len(digits) >= MINIMUM_DIGITS else ("", 0)


def _check_anchors(connection: Connection, audit: Audit, kept: Sequence[Anchor]) -> None:
    previous, first, last = "", 0, 0
    stored: dict[int, Anchor] = {}
    for number, anchor in enumerate(find_anchors(connection), start=1):
        hashes = list(find_hashes(connection, first, anchor.last_event))
        whole = anchor_hash(previous, number, anchor.at, hashes)
        if (number, len(hashes), whole) != (anchor.number, anchor.lines, anchor.hash):
            audit.tell(
                f"Anchor {anchor.number} of {anchor.at:%d.%m.%Y, %H:%M} UTC does not prove the lines before it: "
                f"it was made of {anchor.lines} lines of history, {len(hashes)} are there now."
            )
        stored[anchor.number] = anchor
        previous, first, last = anchor.hash, anchor.last_event, number
        audit.last_anchor, audit.last_anchor_at = str(anchor), anchor.at
    audit.anchors = last
    left = select(func.count()).select_from(events).where(events.c.id > first)
    audit.since_anchor = connection.execute(left).scalar_one()
    for anchor in kept:
        if stored.get(anchor.number) != anchor:
            audit.tell(
                f"The kept anchor {anchor.number} of {anchor.at:%d.%m.%Y, %H:%M} UTC is not the one of the database: "
                "history that it proves was changed or cut off, or an older state of the data was restored."
            )
