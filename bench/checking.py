"""Whether everything that was measured was also done: every mail, every ticket, every letter, every file by its hash.

A figure without this check does not count.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bench.mails import find_case
from bench.people import STAFF
from mailbot.adapters.store.tables import files, letters, mails, tickets
from mailbot.domain.errors import UnreadableMailError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from bench.desk import Desk
    from bench.floor import Order
    from bench.mails import Mail
    from bench.servers import Accepted

# One fault is enough for a turn to count for nothing; more of a kind than this only fill the screen.
MOST_NAMED = 5
LETTERS_OF_FRESH, LETTERS_OF_REPLY = 2, 1


class WrongResultError(Exception):
    """What was measured was not done, or not once; the sentences say what."""

    def __init__(self, who: str, faults: Sequence[str]) -> None:
        super().__init__(f"{who}: the result is wrong, so its figures count for nothing:\n  " + "\n  ".join(faults))


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter, as the outbox or the sink has it."""

    message_id: str
    to: str
    sha256: str


def count_letters(written: Iterable[Mail]) -> int:
    """Return how many letters these mails cause: the acknowledgement and one notice; of a reply the notice alone."""
    return sum(LETTERS_OF_FRESH if mail.case else LETTERS_OF_REPLY for mail in written)


def require_right(desk: Desk, written: Sequence[Mail], accepted: Sequence[Accepted]) -> None:
    """Raise WrongResultError unless each mail has its one ticket, each letter arrived once, and each file is there."""
    if faults := find_faults(desk, written, accepted):
        raise WrongResultError("mailbot", faults)


def find_faults(desk: Desk, written: Sequence[Mail], accepted: Sequence[Accepted]) -> list[str]:
    """Return what is wrong, in sentences."""
    waiting = desk.count_waiting()
    return [
        *([f"{waiting} mails are still in the inbox"] if waiting else []),
        *_wrong_mails(desk, written),
        *_wrong_tickets(desk, written),
        *_wrong_letters(desk, written, accepted),
        *_wrong_files(desk, written),
    ]


def _wrong_mails(desk: Desk, written: Sequence[Mail]) -> list[str]:
    """Compare the mails with the ledger: each stands there once, done, with the ticket that it opened or answers."""
    ledger = select(mails.c.sha256, mails.c.ticket, tickets.c.title).where(mails.c.state == "done", desk.is_new(mails))
    rows = desk.rows_of(ledger.outerjoin_from(mails, tickets, tickets.c.number == mails.c.ticket))
    replies = {mail.sha256 for mail in written if mail.ticket}
    expected = Counter((mail.sha256, mail.ticket or mail.case) for mail in written)
    found = Counter((row.sha256, row.ticket if row.sha256 in replies else find_case(row.title or "")) for row in rows)
    return _differences("mail (by hash, with its case or the ticket it answers)", expected, found)


def _wrong_tickets(desk: Desk, written: Sequence[Mail]) -> list[str]:
    """Compare the mails with the tickets: one for each fresh mail, from its sender, and no other."""
    expected = Counter((mail.case, mail.sender) for mail in written if mail.case)
    found = Counter(
        (find_case(row.title), row.requester) for row in desk.rows_of(select(tickets).where(desk.is_new(tickets)))
    )
    return _differences("ticket (by case and sender)", expected, found)


def _wrong_letters(desk: Desk, written: Sequence[Mail], accepted: Sequence[Accepted]) -> list[str]:
    """Compare the outbox with the sink, to the byte, and both with what each ticket must have caused."""
    rows = desk.rows_of(select(letters, tickets.c.title).outerjoin_from(letters, tickets).where(desk.is_new(letters)))
    outbox = Counter(Letter(row.message_id, row.to, sha256(row.raw).hexdigest()) for row in rows)
    sink = Counter(Letter(one.message_id, one.to, one.sha256) for one in accepted)
    unsent = sum(row.state != "sent" for row in rows)
    readers = {(find_case(row.title or ""), row.to) for row in rows}
    due = {(mail.case, to) for mail in written if mail.case for to in (mail.sender, STAFF)}
    count, expected = len(accepted), count_letters(written)
    return [
        *_differences("letter", outbox, sink),
        *([f"{unsent} letters are not settled as sent"] if unsent else []),
        *([f"{count} letters arrived, and {expected} were due"] if count != expected else []),
        *[f"no letter about case {case} to {to}" for case, to in sorted(due - readers)[:MOST_NAMED]],
    ]


def _wrong_files(desk: Desk, written: Sequence[Mail]) -> list[str]:
    """Compare the bytes on the disk with the names of mails and screenshots, and the screenshots with their tickets."""
    rows = desk.rows_of(select(files.c.sha256, tickets.c.title).join_from(files, tickets).where(desk.is_new(files)))
    shown = {(row.sha256, find_case(row.title)) for row in rows}
    wanted = {(mail.picture, mail.case) for mail in written if mail.picture}
    names = {mail.sha256 for mail in written} | {mail.picture for mail in written if mail.picture}
    broken = [name for name in sorted(names) if not _is_whole(desk, name)]
    return [
        *[f"file {name} is missing or has another hash" for name in broken[:MOST_NAMED]],
        *[f"case {case} does not have its screenshot {name}" for name, case in sorted(wanted - shown)[:MOST_NAMED]],
    ]


def _is_whole(desk: Desk, name: str) -> bool:
    try:
        return sha256(desk.file_store.find(name)).hexdigest() == name
    except UnreadableMailError:
        return False


def require_right_floor(order: Order, folder: Path, written: Sequence[Mail], accepted: Sequence[Accepted]) -> None:
    """Raise WrongResultError unless the floor kept each mail and sent its letters."""
    expected = Counter(mail.sha256 for mail in written)
    kept = Counter(path.name for path in folder.iterdir() if sha256(path.read_bytes()).hexdigest() == path.name)
    wrong_letters = Counter(one.to for one in accepted) != Counter(to for to, _ in order.letters)
    faults = [
        *_differences("row", expected, Counter(_rows_of_floor(order.database_url))),
        *_differences("file", expected, kept),
        *(["other letters arrived than were sent"] if wrong_letters else []),
    ]
    if faults:
        raise WrongResultError("floor", faults)


def _rows_of_floor(url: str) -> list[str]:
    query = "select sha256 from mails"
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as database:
            return [row[0] for row in database.execute(query)]
    import psycopg  # noqa: PLC0415 - who measures on SQLite needs no driver

    with psycopg.connect(url) as connection:
        return [row[0] for row in connection.execute(query)]


def _differences(what: str, expected: Counter[Any], found: Counter[Any]) -> list[str]:
    """Return one sentence for each of the first that are missing or too many."""
    missing, surplus = expected - found, found - expected
    return [
        f"{what} {sign}: {one} ({count} times)"
        for sign, counted in (("missing", missing), ("too many", surplus))
        for one, count in list(counted.items())[:MOST_NAMED]
    ]
