"""A desk to measure: its settings, its directory, its mailbox, and the real program in a process of its own."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from bench.people import DESK, DOMAIN, write_directory
from bench.processes import cpu_seconds
from mailbot.adapters.files import FileStore
from mailbot.adapters.people_file import parse_people
from mailbot.adapters.store.directory import keep_people
from mailbot.adapters.store.engine import open_engine, reading
from mailbot.adapters.store.migrating import migrate_up
from mailbot.adapters.store.tables import files, letters, mails, tickets

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import ColumnElement, Engine, Row, Select, Table

    from tests.servers.dovecot import Dovecot

ROOT = Path(__file__).parents[1]
READY = "mailbot runs"
START_SECONDS, STOP_SECONDS, LOOK_SECONDS = 120.0, 120.0, 0.002
LOG_SHOWN = 4_000
# No officer writes so often; what is measured is not the bound on answers. And nothing is sent that no mail asked for.
UNBOUNDED = {
    "MAILBOT_DESK__ANSWERS_PER_HOUR": "1000000000",
    "MAILBOT_DESK__ANSWERS_PER_DAY": "1000000000",
    "MAILBOT_DESK__ANSWERS_PER_HOUR_DOMAIN": "1000000000",
    "MAILBOT_DESK__ANSWERS_PER_HOUR_DESK": "1000000000",
    "MAILBOT_DESK__FLOOD_MAILS_PER_HOUR": "1000000000",
    "MAILBOT_ALARMS__CANARY_MINUTES": "0",
}


@dataclass(frozen=True, slots=True)
class Running:
    """A program at work: when it was ready, and the processor time it had used by then."""

    process: subprocess.Popen[bytes]
    began_at: float
    ready_at: float
    used_before: float

    def used(self) -> float:
        """Return the processor time since it was ready, of its children too."""
        return cpu_seconds(self.process.pid) - self.used_before


@dataclass
class Desk:
    """A desk with its data in `folder`; its mailbox is that of `user` on this Dovecot, so several turns share one."""

    folder: Path
    dovecot: Dovecot
    smtp_port: int
    database_url: str
    user: str
    imap_port: int = 0
    poll_seconds: int = 600
    _runs: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _last: dict[str, int] = field(default_factory=dict)

    def set_up(self) -> None:
        """Write the settings, make the tables, import the directory."""
        (self.folder / "mailbot-data").mkdir(parents=True)
        self.settings_file.write_text(self._settings(), encoding="utf-8")
        migrate_up(self.engine)
        people, faults = parse_people(write_directory(), {}, DESK)
        assert not faults, faults
        keep_people(self.engine, people)

    @property
    def settings_file(self) -> Path:
        """The file that the program reads."""
        return self.folder / "settings.toml"

    @property
    def file_store(self) -> FileStore:
        """Where mails and screenshots lie."""
        return FileStore(self.folder / "mailbot-data" / "files", 0)

    @cached_property
    def engine(self) -> Engine:
        """The database, to look into it beside the program."""
        return open_engine(self.database_url)

    def rows_of(self, query: Select[Any]) -> Sequence[Row[Any]]:
        """Return what a query finds."""
        with reading(self.engine) as connection:
            return connection.execute(query).all()

    def leave_out_what_is_there(self) -> None:
        """Let later looks at the tables see only what is new from now on."""
        for table in (tickets, mails, letters, files):
            self._last[table.name] = self.rows_of(select(func.max(table.c.id)))[0][0] or 0

    def is_new(self, table: Table) -> ColumnElement[bool]:
        """Return the condition for the rows of a table that shall be looked at."""
        return table.c.id > self._last.get(table.name, 0)

    def arrive(self, raws: Sequence[bytes]) -> None:
        """Put mails into the mailbox of the desk."""
        for raw in raws:
            self.dovecot.deliver(self.user, raw)

    def count_waiting(self) -> int:
        """Return how many mails lie in the inbox."""
        with self.dovecot.log_in(self.user) as imap:
            return int(imap.select("INBOX", readonly=True)[1][0] or 0)

    def environment(self) -> dict[str, str]:
        """Return the environment of the program: no setting comes from outside but what lifts the bounds."""
        outside = {name: value for name, value in os.environ.items() if not name.startswith("MAILBOT_")}
        own = {"MAILBOT_IMAP__PASSWORD": self.dovecot.password, "PYTHONPATH": str(ROOT)}
        return outside | own | UNBOUNDED

    @contextmanager
    def at_work(self, program: Sequence[str] = ("-m", "mailbot")) -> Iterator[Running]:
        """Run `mailbot run` in a `with` block, ready at its beginning; it must stop cleanly."""
        log_file = self.folder / f"run{next(self._runs)}.log"
        words = (sys.executable, *program, "--settings", str(self.settings_file), "run")
        began = time.monotonic()
        with log_file.open("wb") as log:
            process = subprocess.Popen(words, env=self.environment(), cwd=self.folder, stdout=log, stderr=log)
        try:
            wait_for_line(process, log_file, READY)
            yield Running(process, began, time.monotonic(), cpu_seconds(process.pid))
            stop(process)
        except (RuntimeError, TimeoutError) as error:
            raise RuntimeError(f"{error}\n{log_file.read_text()[-LOG_SHOWN:]}") from error
        finally:
            process.kill()
            process.wait()

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    def _settings(self) -> str:
        # Letters of the clock would be letters that no mail asked for: they are due in half a day.
        far = f"{datetime.now(ZoneInfo('Asia/Kolkata')) + timedelta(hours=12):%H:%M}"
        return (
            f'[desk]\naddress = "{DESK}"\n'
            f'[imap]\nhost = "127.0.0.1"\nport = {self.imap_port or self.dovecot.port}\nsecurity = "none"\n'
            f'username = "{self.user}"\nstart_date = "2020-01-01"\npoll_seconds = {self.poll_seconds}\n'
            f'[smtp]\nhost = "127.0.0.1"\nport = {self.smtp_port}\nsecurity = "none"\n'
            f'[storage]\ndatabase_url = "{self.database_url}"\nminimum_free_mb = 1\n'
            f'[reports]\ndigest_at = "{far}"\npendency_at = "{far}"\nmonthly_at = "{far}"\n'
        )


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask the program to stop, as an init system does; raise when it does not end well."""
    process.send_signal(signal.SIGTERM)
    if process.wait(STOP_SECONDS):
        raise RuntimeError(f"mailbot ended with {process.returncode}")


def wait_for_line(process: subprocess.Popen[bytes], log_file: Path, words: str) -> None:
    """Return as soon as a program logged these words; raise when it ends or takes too long instead."""
    deadline = time.monotonic() + START_SECONDS
    while words not in (text := log_file.read_text(encoding="utf-8")):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the program did not say {words!r}:\n{text[-4000:]}")
        time.sleep(LOOK_SECONDS)


def mailbox_of(name: str) -> str:
    """Return a mailbox of its own for a turn."""
    return f"{name}@{DOMAIN}"
