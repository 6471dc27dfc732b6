"""The servers of a benchmark, each in processes of its own and as durable as its figures claim."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING, Self

from bench.people import STAFF
from tests.servers.dovecot import Dovecot
from tests.servers.postgres import Postgres

if TYPE_CHECKING:
    from email.message import EmailMessage
    from pathlib import Path

LOOK_SECONDS = 0.02
SQLITE, POSTGRESQL = "sqlite", "postgresql"


@dataclass(frozen=True, slots=True)
class Accepted:
    """A letter that the sink took; `at` is the clock of this machine that no setting moves."""

    at: float
    to: str
    sha256: str
    size: int
    message_id: str


class Sink:
    """The SMTP server of sink.py inside a `with` block; with `keeping` the letters lie in its folder."""

    host = "127.0.0.1"

    def __init__(self, folder: Path, *, keeping: bool = False) -> None:
        self.log, self.letters = folder / "letters.log", folder / "letters"
        self._keeping = keeping
        self._count = self._read_to = 0

    def __enter__(self) -> Self:
        """Start it and wait for its port."""
        self.letters.mkdir(parents=True, exist_ok=True)
        words = [sys.executable, "-m", "bench.sink", str(self.log), *([str(self.letters)] if self._keeping else [])]
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()

    def count(self) -> int:
        """Return how many letters were accepted."""
        with self.log.open("rb") as lines:
            lines.seek(self._read_to)
            new = lines.read()
        self._read_to += len(new)
        self._count += new.count(b"\n")
        return self._count

    def accepted(self) -> list[Accepted]:
        """Return every letter that was accepted, oldest first."""
        return [Accepted(**json.loads(line)) for line in self.log.read_text().splitlines()]

    def letters_to_officers(self) -> list[EmailMessage]:
        """Return the letters that were kept, oldest first, without those to the IT section."""
        raws = (path.read_bytes() for path in sorted(self.letters.iterdir()))
        found = [message_from_bytes(raw, policy=default) for raw in raws]
        return [letter for letter in found if STAFF not in str(letter["To"])]

    def wait_for(self, count: int, patience: float, process: subprocess.Popen[bytes] | None = None) -> None:
        """Return when so many letters were accepted; raise TimeoutError when none comes for `patience` seconds."""
        before, deadline = -1, 0.0
        while (so_far := self.count()) < count:
            if so_far > before:
                before, deadline = so_far, time.monotonic() + patience
            ended = process is not None and process.poll() is not None
            if ended or time.monotonic() > deadline:
                raise TimeoutError(f"only {so_far} of {count} letters came{' and the program ended' if ended else ''}")
            time.sleep(LOOK_SECONDS)


class Servers:
    """Dovecot and, when it is asked for, PostgreSQL, inside a `with` block."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._postgres: Postgres | None = None

    def __enter__(self) -> Self:
        """Start Dovecot; PostgreSQL starts when the first database of it is asked for."""
        self.dovecot = self._stack.enter_context(Dovecot(tls=False))
        return self

    def __exit__(self, *_: object) -> None:
        """Stop all."""
        self._stack.close()

    def new_database(self, kind: str, folder: Path) -> str:
        """Return the URL of an empty database whose commits survive a power cut."""
        if kind == SQLITE:
            return f"sqlite:///{folder / 'bench.db'}"
        if self._postgres is None:
            self._postgres = self._stack.enter_context(Postgres(durable=True))
        return self._postgres.new_database()
