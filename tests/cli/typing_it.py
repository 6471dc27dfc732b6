"""Typing commands: what goes in as arguments and standard input, what comes out, and the exit code."""

from __future__ import annotations

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from mailbot.adapters.store.desk_store import DeskStore
from mailbot.adapters.store.engine import open_engine
from mailbot.adapters.store.migrating import migrate_up
from mailbot.cli import main
from tests.builders import the_desk
from tests.store.desk_work import write_letter

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

SETTINGS = """
[desk]
address = "support@tax.up.example"

[imap]
host = "127.0.0.1"
port = 1
security = "none"
username = "support@tax.up.example"
password_file = "mailbot-password"
start_date = "2026-11-01"

[smtp]
host = "127.0.0.1"
port = 1
security = "none"

[storage]
folder = "data"
minimum_free_mb = 0
"""


@dataclass(frozen=True, slots=True)
class Done:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document on the standard output."""
        return json.loads(self.out)


class Stream(io.TextIOWrapper):
    """A standard stream in UTF-8 that remembers what was written to it."""

    def __init__(self, data: bytes = b"") -> None:
        super().__init__(io.BytesIO(data), encoding="utf-8", newline="\n", write_through=True)

    def text(self) -> str:
        """Return everything that was written; bytes that are no text are marked."""
        buffer = self.buffer
        assert isinstance(buffer, io.BytesIO)
        return buffer.getvalue().decode("utf-8", "backslashreplace")


class Folder:
    """A folder from which a person types commands."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.path = path
        self._monkeypatch = monkeypatch

    def mailbot(self, *arguments: object, stdin: bytes = b"") -> Done:
        """Run one command to its end."""
        self._monkeypatch.setattr(sys, "argv", ["mailbot", *map(str, arguments)])
        self._monkeypatch.setattr(sys, "stdin", Stream(stdin))
        with Stream() as out, Stream() as err:
            with redirect_stdout(out), redirect_stderr(err):
                try:
                    code = main()
                except SystemExit as ended:
                    code = int(ended.code or 0)
            return Done(code, out.text(), err.text())

    def set_up(self, settings: str = SETTINGS) -> None:
        """Write the settings and the password, and make the tables."""
        self.write("settings.toml", settings)
        self.write("mailbot-password", "gst-test-password\n", 0o600)
        (self.path / "data").mkdir()
        engine = open_engine(self.database_url)
        migrate_up(engine)
        engine.dispose()

    def write(self, name: str, content: str | bytes, mode: int = 0o644) -> Path:
        """Write a file and return its path."""
        path = self.path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        path.chmod(mode)
        return path

    def change(self, old: str, new: str) -> None:
        """Change one line of the settings."""
        settings = self.path / "settings.toml"
        text = settings.read_text()
        assert old in text
        settings.write_text(text.replace(old, new, 1))

    @property
    def database_url(self) -> str:
        """The address of the folder's database."""
        return f"sqlite:///{self.path / 'data' / 'mailbot.db'}"

    def store(self) -> DeskStore:
        """Return the store of the folder's database, to put tickets and mails into it."""
        return DeskStore(
            open_engine(self.database_url), the_desk(), ZoneInfo("Asia/Kolkata"), write_letter, timedelta(minutes=2)
        )
