"""A folder with a settings file and a database, and the command line as a person uses it."""

from __future__ import annotations

import logging
import os
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from tests.cli.typing_it import Done, Folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Start every test in a folder of its own, without any variable of mailbot's."""
    for name in os.environ:
        if name.startswith("MAILBOT_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def own_log() -> Iterator[None]:
    """Leave the log as it was: a command that starts it does so for this whole process."""
    root, before = logging.getLogger(), (sys.excepthook, threading.excepthook)
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    sys.excepthook, threading.excepthook = before


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Folder:
    """Return a folder in which mailbot is set up on SQLite, with tables and nothing in them."""
    folder = Folder(tmp_path, monkeypatch)
    folder.set_up()
    return folder


@pytest.fixture
def mailbot(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Done]:
    """Return what runs one command in an empty folder."""
    return Folder(tmp_path, monkeypatch).mailbot
