"""The stage of the demonstration: a folder, a mail server, and `mailbot run` and `mailbot web` as programs."""

from __future__ import annotations

import os
import shutil
import smtplib
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from mailbot.adapters.store.queries import find_desk_letters, find_history, find_mails
from mailbot.demo.clients import write_mail
from mailbot.demo.people import OUTSIDER, PASSWORD, PEOPLE_FILE, SUPPORT, accounts_of, read_people
from mailbot.demo.server import DemoError, DemoServer
from mailbot.domain.letter import LETTERS, LetterKind
from mailbot.parts import open_files, open_store
from mailbot.settings import ENVIRONMENT_PREFIX, load_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Engine

    from mailbot.adapters.store.queries import LetterLine, MailLine, TicketHistory
    from mailbot.demo.clients import Note
    from mailbot.demo.server import Delivered
    from mailbot.settings import Settings

T = TypeVar("T")

MARKER = ".mailbot-demo"
TIMEZONE = ZoneInfo("Asia/Kolkata")
DEADLINE = 30.0
_HERE = "127.0.0.1"
LOOK_AGAIN = 0.03
# A mail program remembers its accounts, so the ports are the same each time if nobody else uses them.
WANTED_PORTS = (10143, 10025)
WANTED_WEB_PORT = 10180


@dataclass(frozen=True, slots=True)
class Answer:
    """What mailbot made of one mail: its line of the ledger, the ticket, the letters it caused, the time it took."""

    mail: MailLine
    history: TicketHistory | None
    letters: tuple[LetterLine, ...]
    seconds: float

    @property
    def ticket(self) -> TicketHistory:
        """The ticket of the mail; raise DemoError when it has none."""
        if self.history is None:
            raise DemoError(f"The mail {self.mail.subject!r} led to no ticket.")
        return self.history


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that plays together; `worker` and `web` are the running programs, `address` is that of the pages."""

    folder: Path
    server: DemoServer
    settings: Settings
    engine: Engine
    worker: subprocess.Popen[bytes]
    web: subprocess.Popen[bytes]
    address: str

    def send(self, note: Note, *, forged: bool = False) -> Answer:
        """Hand a mail in by SMTP and return what came of it, when the last letter about it is delivered.

        A forger logs in as nobody: the mail comes from outside, as a forged mail does.
        """
        before = self._last_mail_id()
        letters_before = {history.ticket.number: len(history.letters) for history in self.histories()}
        answers_before = len(self.desk_answers())
        started = time.monotonic()
        self._hand_in(note, forged=forged)
        mail = self._until(lambda: self._handled_after(before), f"The answer of mailbot to {note.subject!r}")
        self._until(lambda: self._all_delivered(mail.ticket), f"A letter about {mail.ticket or note.subject!r}")
        history = find_history(self.engine, mail.ticket) if mail.ticket else None
        letters = history.letters[letters_before.get(mail.ticket, 0) :] if history else ()
        letters += self.desk_answers()[answers_before:]
        return Answer(mail, history, letters, time.monotonic() - started)

    def histories(self) -> list[TicketHistory]:
        """Return every ticket with its history, in the order of opening."""
        numbers = dict.fromkeys(mail.ticket for mail in find_mails(self.engine, "done") if mail.ticket)
        return [history for number in numbers if (history := find_history(self.engine, number))]

    def desk_answers(self) -> tuple[LetterLine, ...]:
        """Return the answers to mails that belong to no ticket, as the question "was this you?", oldest first."""
        return tuple(one for one in find_desk_letters(self.engine) if LETTERS[LetterKind(one.kind)].replied)

    def last_letter(self, to: str, number: str) -> Delivered:
        """Return the newest letter about a ticket in somebody's mailbox, the one that person would answer."""
        found = [mail for mail in self.server.delivered if mail.to == to and number in str(mail.mail["Subject"])]
        if not found:
            raise DemoError(f"{to} has no letter about {number}.")
        return found[-1]

    def keep_screenshots(self) -> int:
        """Copy the screenshots of all tickets out of mailbot's file store, under readable names; return how many."""
        store, count = open_files(self.settings), 0
        for history in self.histories():
            for place, file in enumerate(history.files, 1):
                folder = self.folder / "screenshots" / history.ticket.number
                folder.mkdir(parents=True, exist_ok=True)
                suffix = {"image/png": ".png", "image/jpeg": ".jpg"}.get(file.content_type, ".bin")
                (folder / f"{place}{suffix}").write_bytes(store.find(file.sha256))
                count += 1
        return count

    def wait_for_letters(self, number: str) -> None:
        """Wait until all letters about a ticket are delivered. Raises DemoError when one is not."""
        self._until(lambda: self._all_delivered(number), f"A letter about {number}")

    def wait_for_pages(self) -> None:
        """Wait until the pages are served. Raises DemoError when they are not."""
        self._until(lambda: is_listening(self.settings.web.port), f"An answer of {self.address}")

    def stop_programs(self) -> None:
        """Stop both programs as an operator does, with SIGTERM; raise DemoError unless they end cleanly."""
        self.require_programs()
        for name, program in self._programs:
            program.terminate()
            try:
                code = program.wait(DEADLINE)
            except subprocess.TimeoutExpired:
                raise DemoError(f"mailbot {name} did not stop within {DEADLINE:.0f} seconds of SIGTERM.") from None
            if code != 0:
                raise DemoError(f"mailbot {name} stopped with exit code {code}; {self.folder / name}.log says why.")

    def require_programs(self) -> None:
        """Raise DemoError when a program is no longer running."""
        for name, program in self._programs:
            if (code := program.poll()) is not None:
                raise DemoError(f"mailbot {name} ended with exit code {code}; {self.folder / name}.log says why.")

    @property
    def _programs(self) -> tuple[tuple[str, subprocess.Popen[bytes]], ...]:
        return (("web", self.web), ("run", self.worker))

    def _hand_in(self, note: Note, *, forged: bool) -> None:
        raw = write_mail(note, datetime.now(TIMEZONE))
        with smtplib.SMTP(self.server.host, self.server.smtp_port, "demo.example", DEADLINE) as smtp:
            if not forged:
                smtp.login(note.sender, PASSWORD)
            smtp.sendmail(OUTSIDER.address if forged else note.sender, [note.to], raw, ["BODY=8BITMIME"])

    def _last_mail_id(self) -> int:
        return max((mail.id for mail in find_mails(self.engine, "done", limit=10_000)), default=0)

    def _handled_after(self, last: int) -> MailLine | None:
        if spoilt := find_mails(self.engine, "quarantined"):
            raise DemoError(f"mailbot could not read the mail {spoilt[0].sha256}: {' '.join(spoilt[0].reasons)}")
        return next((mail for mail in find_mails(self.engine, "done", limit=10_000) if mail.id > last), None)

    def _all_delivered(self, number: str) -> bool | None:
        """Return True when the letters of a ticket, and those of no ticket, are all sent, and None until then."""
        history = find_history(self.engine, number) if number else None
        if number and history is None:
            raise DemoError(f"The ticket {number} is not in the database.")
        letters = (*(history.letters if history else ()), *self.desk_answers())
        for letter in letters:
            if letter.state == "failed":
                raise DemoError(f"The letter {letter.kind} to {letter.to} was refused: {letter.answer}")
        return all(letter.state == "sent" for letter in letters) or None

    def _until(self, find: Callable[[], T | None], what: str) -> T:
        deadline = time.monotonic() + DEADLINE
        while time.monotonic() < deadline:
            if (found := find()) is not None:
                return found
            self.require_programs()
            time.sleep(LOOK_AGAIN)
        raise DemoError(f"{what} did not come within {DEADLINE:.0f} seconds; {self.folder / 'run.log'} may say why.")


@contextmanager
def open_stage(folder: Path) -> Iterator[Stage]:
    """Set everything up in a fresh folder, start the programs, and clear up behind them. Raises DemoError."""
    for name in [name for name in os.environ if name.startswith(ENVIRONMENT_PREFIX)]:
        del os.environ[name]  # settings of a real desk must not reach into the demonstration
    make_folder(folder)
    with DemoServer(accounts_of(read_people()), folder / "letters", WANTED_PORTS) as server:
        port = find_port(WANTED_WEB_PORT)
        file = write_settings(folder, server, port)
        run_mailbot(file, "migrate")
        run_mailbot(file, "people", "import", str(PEOPLE_FILE))
        settings = load_settings(file)
        with open_store(settings) as engine, _running(file, "run") as worker, _running(file, "web") as web:
            stage = Stage(folder, server, settings, engine, worker, web, settings.web.address)
            stage.wait_for_pages()
            yield stage


def make_folder(folder: Path) -> None:
    """Make the folder of the demonstration, empty; one that is not ours is left alone. Raises DemoError."""
    if folder.exists() and not (folder / MARKER).exists() and any(folder.iterdir()):
        raise DemoError(f"{folder} holds something else. Name another folder, or move it away.")
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    (folder / MARKER).write_text("`make demo` empties this folder each time.\n", encoding="utf-8")


def find_port(wanted: int) -> int:
    """Return a port that nobody has: the wanted one if it is free."""
    for port in (wanted, 0):
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                trial.bind((_HERE, port))
                free: int = trial.getsockname()[1]
                return free
    raise DemoError("This machine has no free port for the pages.")


def is_listening(port: int) -> bool | None:
    """Return True when somebody answers at a port of this machine, and None until then."""
    with suppress(OSError), socket.create_connection((_HERE, port), DEADLINE):
        return True
    return None


def write_settings(folder: Path, server: DemoServer, web_port: int) -> Path:
    """Write the settings file, as `mailbot init` would, and the password beside it; return the settings file."""
    secret = folder / "password.txt"
    secret.touch(mode=0o600)
    secret.write_text(SUPPORT.password + "\n", encoding="utf-8")
    yesterday = datetime.now(TIMEZONE).date() - timedelta(days=1)
    login = (
        f'host = "{server.host}"\nsecurity = "none"\nusername = "{SUPPORT.address}"\npassword_file = "{secret.name}"\n'
    )
    file = folder / "settings.toml"
    file.write_text(
        f'[desk]\naddress = "{SUPPORT.address}"\n\n'
        # The small server of the demonstration sometimes forgets to call; nobody shall sit before a still screen then.
        f'[imap]\n{login}port = {server.imap_port}\nstart_date = "{yesterday}"\npoll_seconds = 5\n\n'
        f"[smtp]\n{login}port = {server.smtp_port}\n\n"
        '[storage]\nfolder = "desk"\nminimum_free_mb = 50\n\n'
        f'[web]\nhost = "{_HERE}"\nport = {web_port}\n',
        encoding="utf-8",
    )
    return file


def run_mailbot(settings_file: Path, *words: str) -> None:
    """Run one command of mailbot to its end. Raises DemoError with what it said when it fails."""
    command = [sys.executable, "-m", "mailbot", "--settings", str(settings_file), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own program
    if done.returncode != 0:
        raise DemoError(f"mailbot {' '.join(words)} ended with exit code {done.returncode}: {done.stderr.strip()}")


@contextmanager
def _running(settings_file: Path, name: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run `mailbot run` or `mailbot web` as a program of its own, with a log that has its name."""
    command = [sys.executable, "-m", "mailbot", "--settings", str(settings_file), name]
    with (settings_file.parent / f"{name}.log").open("wb") as log:
        # A session of its own: Ctrl-C reaches only this program, which then stops the others in order.
        program = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)  # noqa: S603 - our own program
    try:
        yield program
    finally:
        if program.poll() is None:
            program.terminate()
            try:
                program.wait(DEADLINE)
            except subprocess.TimeoutExpired:
                program.kill()
                program.wait()
