"""The bare floor: what the same mails cost without any logic, in one plain loop and with the standard library.

`python -m bench.floor ORDER` reads a JSON file and does this for each batch of mails: fetch over IMAP, write each
with fsync, parse each (all parts decoded), commit the batch to a small table, file it on the server, and send as many
letters of the same size as mailbot sends over one SMTP connection. No helpdesk can do less; the figures of mailbot are
ratios to it.
"""

from __future__ import annotations

import imaplib
import json
import os
import re
import smtplib
import sqlite3
import sys
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# As mailbot's batches are bounded by [worker] batch_mails and batch_bytes.
BATCH_MAILS, BATCH_BYTES = 50, 5_242_880
READY = "the floor runs"
# Servers that are silent for so many seconds are broken.
HOST, PATIENCE = "127.0.0.1", 120
TABLE = "create table mails (uid integer, sha256 varchar(64), subject text, sender text, words integer, files integer)"
PLACES = {"sqlite": "?, ?, ?, ?, ?, ?", "postgresql": "%s, %s, %s, %s, %s, %s"}
LINE = "The state tax department has received your mail and looks into the matter.\r\n"


@dataclass(frozen=True, slots=True)
class Order:
    """What the floor shall do; `letters` are pairs of recipient and size, as many for each mail as `per_mail` says."""

    imap_port: int
    user: str
    password: str
    smtp_port: int
    database_url: str
    folder: str
    sender: str
    letters: list[tuple[str, int]]
    per_mail: list[int]


class Database(Protocol):
    """A connection as PEP 249 has it, to SQLite or PostgreSQL."""

    def cursor(self) -> Any:
        """Return something that executes statements."""

    def commit(self) -> None:
        """End the transaction."""

    def close(self) -> None:
        """Let go of it."""


def run(order: Order) -> None:
    """Do it all, batch by batch."""
    database, kind = open_database(order.database_url)
    database.cursor().execute(TABLE)
    database.commit()
    folder = Path(order.folder)
    folder.mkdir()
    letters, per_mail = iter(order.letters), iter(order.per_mail)
    sys.stdout.write(f"{READY}\n")
    sys.stdout.flush()
    with (
        imaplib.IMAP4(HOST, order.imap_port, PATIENCE) as imap,
        smtplib.SMTP(HOST, order.smtp_port, timeout=PATIENCE) as smtp,
    ):
        imap.login(order.user, order.password)
        imap.create("Processed")
        imap.select("INBOX")
        for uids in find_batches(imap):
            rows = [take(uid, raw, folder) for uid, raw in fetch(imap, uids)]
            database.cursor().executemany(f"insert into mails values ({PLACES[kind]})", rows)  # noqa: S608 - our own
            database.commit()
            imap.uid("MOVE", ",".join(map(str, uids)), "Processed")
            for _ in rows:
                for number in range(next(per_mail)):
                    to, size = next(letters)
                    smtp.sendmail(order.sender, to, write_letter(order.sender, to, size, number))
    database.close()


def open_database(url: str) -> tuple[Database, str]:
    """Return a connection whose commits survive a power cut, and its kind."""
    if url.startswith("sqlite"):
        database = sqlite3.connect(url.removeprefix("sqlite:///"))
        database.execute("pragma journal_mode=wal")
        database.execute("pragma synchronous=full")
        return database, "sqlite"
    import psycopg  # noqa: PLC0415 - the floor on SQLite shall not wait for it

    return psycopg.connect(url), "postgresql"


def find_batches(imap: imaplib.IMAP4) -> Iterator[list[int]]:
    """Return the UIDs of the mails that wait, in batches bounded by count and bytes."""
    _, parts = imap.uid("FETCH", "1:*", "(RFC822.SIZE)")
    sizes = [re.search(rb"UID (\d+).*RFC822.SIZE (\d+)", part) for part in parts if isinstance(part, bytes)]
    batch: list[int] = []
    total = 0
    for found in filter(None, sizes):
        uid, size = int(found[1]), int(found[2])
        if batch and (len(batch) >= BATCH_MAILS or total + size > BATCH_BYTES):
            yield batch
            batch, total = [], 0
        batch.append(uid)
        total += size
    if batch:
        yield batch


def fetch(imap: imaplib.IMAP4, uids: Sequence[int]) -> Iterator[tuple[int, bytes]]:
    """Return the mails with these UIDs."""
    _, parts = imap.uid("FETCH", ",".join(map(str, uids)), "(UID BODY.PEEK[])")
    for part in parts:
        if isinstance(part, tuple):
            uid = re.search(rb"UID (\d+)", part[0])
            assert uid is not None
            yield int(uid[1]), part[1]


def take(uid: int, raw: bytes, folder: Path) -> tuple[int, str, str, str, int, int]:
    """Write a mail down so that a power cut cannot lose it, and return what the standard library reads in it."""
    name = sha256(raw).hexdigest()
    with (folder / name).open("wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
    mail = message_from_bytes(raw, policy=default)
    parts = [part for part in mail.walk() if not part.is_multipart()]
    words = sum(len(part.get_content().split()) for part in parts if part.get_content_maintype() == "text")
    files = sum(len(part.get_payload(decode=True)) for part in parts if part.get_content_maintype() != "text")
    return uid, name, str(mail["Subject"]), str(mail["From"]), words, files


def write_letter(sender: str, to: str, size: int, number: int) -> bytes:
    """Return a letter of that size."""
    name = os.urandom(12).hex()
    head = f"From: {sender}\r\nTo: {to}\r\nMessage-ID: <{name}.{number}@bench>\r\nSubject: [TMS-2611-00001-8]\r\n\r\n"
    return (head + LINE * (max(0, size - len(head)) // len(LINE))).encode()


if __name__ == "__main__":
    given = json.loads(Path(sys.argv[1]).read_text())
    run(Order(**given))
