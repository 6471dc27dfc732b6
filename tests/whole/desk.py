"""A whole desk for tests: the real program in processes of its own, real servers, and the people who write to it."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import select

from mailbot.adapters.people_file import parse_people
from mailbot.adapters.store.directory import keep_people
from mailbot.adapters.store.engine import open_engine, reading
from mailbot.adapters.store.migrating import migrate_up
from mailbot.adapters.store.tables import tickets
from mailbot.demo.clients import Client, Note, Picture, reply_to, write_mail

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from email.message import EmailMessage

    from sqlalchemy import Engine, Row, Select

    from tests.servers.dovecot import Dovecot
    from tests.servers.smtp_server import SmtpServer

Found = TypeVar("Found")

PEOPLE_FILE = Path(__file__).parents[1] / "mails" / "people.csv"
DIRECTORY_DOMAIN = "tax.up.example"
# Two officers and two of the IT section, one of each pair Hindi and one English, by their first name in the address.
PEOPLE = ("rakesh", "sunita", "neha", "sanjay")
STAFF = ("neha", "sanjay")
# Long enough for a slow machine; no test waits so long when all is well.
PATIENCE = 60.0
KILLED = -signal.SIGKILL


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended, and what it printed."""

    code: int
    output: str
    errors: str


@dataclass(frozen=True, slots=True)
class Worker:
    """A `mailbot run` in the background."""

    process: subprocess.Popen[bytes]
    log_file: Path

    def log(self) -> str:
        """Return what it logged so far."""
        return self.log_file.read_text(encoding="utf-8")

    def wait_for_log(self, words: str, times: int = 1) -> None:
        """Return as soon as these words were logged so often; raise when the worker ends instead."""

        def logged() -> bool:
            assert self.process.poll() is None, f"the worker ended with {self.process.returncode}:\n{self.log()}"
            return self.log().count(words) >= times

        wait_for(logged, f"the line {words!r} in the log")

    def stop(self) -> int:
        """Ask it to stop, as an init system does, and return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)

    def kill(self) -> None:
        """End it without a chance to tidy up."""
        self.process.kill()
        self.process.wait(PATIENCE)


class Office:
    """A desk with its settings and data in `folder`, and the people who write to it; everybody is at `domain`."""

    def __init__(
        self, folder: Path, domain: str, dovecot: Dovecot, smtp: SmtpServer, *, database_url: str = "", lease: int = 120
    ) -> None:
        self.folder = folder
        self.domain = domain
        self.dovecot = dovecot
        self.smtp = smtp
        self.address = f"support@{domain}"
        self.rows = {row["email"].partition(".")[0]: row for row in _read_people(domain)}
        self._opened: set[str] = set()
        self._logs = 0
        self.people_file = folder / "people.csv"
        self.people_file.write_bytes(_write_people(self.rows.values()))
        self.settings_file = folder / "settings.toml"
        self.settings_file.write_text(
            f'[desk]\naddress = "{self.address}"\n'
            f'[imap]\nhost = "127.0.0.1"\nport = {dovecot.port}\nsecurity = "none"\nusername = "{self.address}"\n'
            f'start_date = "2020-01-01"\npoll_seconds = 600\nsweep_seconds = 900\n'
            f'[smtp]\nhost = "127.0.0.1"\nport = {smtp.port}\nsecurity = "none"\n'
            f'[storage]\ndatabase_url = "{database_url}"\nminimum_free_mb = 1\n'
            f"[worker]\nlease_seconds = {lease}\n",
            encoding="utf-8",
        )
        self.database_url = database_url or f"sqlite:///{folder / 'mailbot-data' / 'mailbot.db'}"

    # The program.

    def try_mailbot(self, *arguments: str, **variables: str) -> Ended:
        """Run a command of the program to its end."""
        command = self.command(*arguments)
        done = subprocess.run(
            command, env=self.environment(variables), cwd=self.folder, capture_output=True, check=False, timeout=120
        )
        return Ended(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode())

    def mailbot(self, *arguments: str, **variables: str) -> str:
        """Run a command that must succeed, and return what it printed."""
        ended = self.try_mailbot(*arguments, **variables)
        assert ended.code == 0, f"{arguments} ended with {ended.code}:\n{ended.output}\n{ended.errors}"
        return ended.output

    def command(self, *arguments: str) -> Sequence[str]:
        """Return the command line of the program under the interpreter that runs the tests."""
        return (sys.executable, "-m", "mailbot", "--settings", str(self.settings_file), *arguments)

    def environment(self, variables: dict[str, str]) -> dict[str, str]:
        """Return the environment of the program: ours, the password, and these variables; no setting from outside."""
        outside = {name: value for name, value in os.environ.items() if not name.startswith("MAILBOT_")}
        return outside | {"MAILBOT_IMAP__PASSWORD": self.dovecot.password} | variables

    def set_up(self) -> None:
        """Make the tables and the directory with the program's own commands."""
        self.mailbot("migrate")
        assert "4 people imported" in self.mailbot("people", "import", str(self.people_file))

    def set_up_fast(self) -> None:
        """Make the tables and the directory in this process, for tests that are about something else."""
        (self.folder / "mailbot-data").mkdir(exist_ok=True)
        migrate_up(self.engine)
        people, faults = parse_people(self.people_file.read_bytes(), {}, self.address)
        assert not faults
        keep_people(self.engine, people)

    @contextmanager
    def at_work(self, **variables: str) -> Iterator[Worker]:
        """Run the worker in a `with` block; at its end it is stopped, and must stop cleanly unless it was ended."""
        self._logs += 1
        log_file = self.folder / f"run{self._logs}.log"
        with log_file.open("wb") as log:
            process = subprocess.Popen(
                self.command("run"), env=self.environment(variables), cwd=self.folder, stdout=log, stderr=log
            )
        worker = Worker(process, log_file)
        try:
            worker.wait_for_log("mailbot runs")
            yield worker
            if process.poll() is None:
                assert worker.stop() == 0, worker.log()
        finally:
            worker.kill()

    # The people.

    def address_of(self, name: str) -> str:
        """Return somebody's address."""
        return self.rows[name]["email"]

    def arrive(self, raw: bytes) -> bytes:
        """Let a mail arrive in the mailbox of the desk, and return it."""
        self.dovecot.deliver(self.address, raw)
        return raw

    def write(self, name: str, subject: str, text: str, client: Client = Client.GMAIL, picture: bytes = b"") -> bytes:
        """Let somebody write a fresh mail to the desk, perhaps with a screenshot attached, and return it."""
        row = self.rows[name]
        shot = Picture("error-RET191106.png", picture) if picture else None
        return self.send(Note(row["name"], row["email"], self.address, subject, text, client, shot))

    def send(self, note: Note) -> bytes:
        """Let a mail arrive as somebody's mail program makes it, and return it."""
        return self.arrive(write_mail(note, datetime.now(UTC)))

    def reply(self, name: str, letter: EmailMessage, text: str, client: Client = Client.GMAIL) -> bytes:
        """Let somebody press Reply on a letter, write above the quoted text, and send."""
        note = reply_to(letter, text, client, self.rows[name]["name"], self.address_of(name))
        return self.send(note)

    def next_letter(self, name: str, about: str, saying: str = "") -> EmailMessage:
        """Wait for an unopened letter with these words in subject and text in somebody's mailbox, and open it."""

        def unopened() -> EmailMessage | None:
            letters = (letter for letter in self.letters(name) if letter["Message-ID"] not in self._opened)
            return next((one for one in letters if about in one["Subject"] and saying in text_of(one)), None)

        letter = wait_for(unopened, f"a letter about {about!r} that says {saying!r} to {name}")
        self._opened.add(letter["Message-ID"])
        return letter

    def letters(self, name: str) -> list[EmailMessage]:
        """Return all letters in somebody's mailbox, oldest first."""
        return [read_letter(mail.raw) for mail in self.dovecot.find_mails(self.address_of(name))]

    # What is written down.

    @cached_property
    def engine(self) -> Engine:
        """The database, to look into it beside the program."""
        return open_engine(self.database_url)

    def rows_of(self, query: Select[Any]) -> list[Row[Any]]:
        """Return what a query finds."""
        with reading(self.engine) as connection:
            return list(connection.execute(query))

    def ticket(self, number: str) -> dict[str, Any]:
        """Return a ticket with its history, files and letters, as `mailbot ticket show --json` prints it."""
        shown: dict[str, Any] = json.loads(self.mailbot("ticket", "show", number, "--json"))
        return shown

    def status(self, number: str) -> str:
        """Return the status of a ticket."""
        return str(self.rows_of(select(tickets.c.status).where(tickets.c.number == number))[0].status)

    def tickets(self) -> list[dict[str, Any]]:
        """Return all tickets, oldest first, as `mailbot ticket list --json` prints them."""
        listed: list[dict[str, Any]] = json.loads(self.mailbot("ticket", "list", "--json"))
        return listed[::-1]

    def count_mails(self, folder: str) -> int:
        """Return how many mails a folder of the desk's mailbox holds."""
        return len(self.dovecot.find_mails(self.address, folder))

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()


def side_by_side(act: Callable[[Office], None], offices: Sequence[Office]) -> None:
    """Do the same in several offices at once, which on two cores takes half the time."""
    with ThreadPoolExecutor(len(offices)) as pool:
        for done in [pool.submit(act, office) for office in offices]:
            done.result()


def wait_for(find: Callable[[], Found | None], what: str, seconds: float = PATIENCE) -> Found:
    """Return what is found as soon as it is there; raise TimeoutError, naming what did not happen, when it never is."""
    deadline = time.monotonic() + seconds
    while not (found := find()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not come within {seconds:.0f} seconds")
        time.sleep(0.05)
    return found


def read_letter(raw: bytes) -> EmailMessage:
    """Return a letter as a mail program sees it."""
    letter: EmailMessage = message_from_bytes(raw, policy=default)
    return letter


def text_of(letter: EmailMessage, kind: str = "plain") -> str:
    """Return the text of a letter, or its HTML."""
    body = letter.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def _read_people(domain: str) -> Iterator[dict[str, str]]:
    with PEOPLE_FILE.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["email"].startswith(PEOPLE):
                yield row | {"email": row["email"].replace(DIRECTORY_DOMAIN, domain)}


def _write_people(rows: Any) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(next(iter(rows))))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
