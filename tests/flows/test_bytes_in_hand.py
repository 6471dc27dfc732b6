"""How many bytes of a large mail are held at once: one copy where it is read, none while something is waited for."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import threading
import time
import tracemalloc
from types import SimpleNamespace

import pytest

from mailbot.adapters.files import FileStore
from mailbot.adapters.imap.wire import HangWatch, Wire
from mailbot.adapters.reading.parent import _Child
from tests.world import EARLY, World

SIZE = 8_000_000
WHOLE = b"x" * SIZE
# One copy, and what is small beside it.
ONE = SIZE * 1.2


class Traced:
    """How much memory was taken since it began, now and at the most."""

    def now(self):
        """Return what is held."""
        return tracemalloc.get_traced_memory()[0] - self.before

    def most(self):
        """Return what was held at the most."""
        return tracemalloc.get_traced_memory()[1] - self.before

    def begin(self):
        """Count from here."""
        tracemalloc.reset_peak()
        self.before = tracemalloc.get_traced_memory()[0]


@pytest.fixture
def traced():
    """Count every piece of memory that Python takes."""
    tracemalloc.start()
    traced = Traced()
    traced.begin()
    yield traced
    tracemalloc.stop()


@contextlib.contextmanager
def sent(data):
    """Give a socket at which these bytes arrive."""
    ours, theirs = socket.socketpair()
    sender = threading.Thread(target=theirs.sendall, args=(data,))
    sender.start()
    with ours, theirs:
        yield ours
        sender.join()


def test_a_mail_on_the_wire_is_held_once(traced, monkeypatch):
    """What came with the line before it stands in front of what the socket still holds."""
    monkeypatch.setattr(Wire, "__init__", lambda _wire, *_: None)  # one without a server
    wire = Wire(None, None, HangWatch())  # type: ignore[arg-type]
    wire._received = bytearray(b"* 1 FETCH {8000000}\r\nhead")
    wire._account = SimpleNamespace(timeout_seconds=30)
    wire.allow(30)
    assert wire.readline().endswith(b"}\r\n")
    rest = WHOLE[4:]
    traced.begin()
    with sent(rest) as wire.sock:
        got = wire.read(SIZE)
    assert traced.most() < ONE
    assert (len(got), got[:8], got[-4:]) == (SIZE, b"headxxxx", b"xxxx")


def test_a_kept_file_is_held_once(traced, tmp_path):
    """It is read in one piece."""
    files = FileStore(tmp_path / "files", 0)
    name = files.keep(WHOLE)
    traced.begin()
    assert len(files.find(name)) == SIZE
    assert traced.most() < ONE


def test_a_file_from_the_reading_process_is_held_once(traced):
    """It is filled in where it stays."""
    with sent(WHOLE) as ours:
        child = _Child(None, ours, time.monotonic() + 30)  # type: ignore[arg-type]
        assert child.receive(SIZE) == WHOLE
    assert traced.most() < ONE


def test_nothing_of_a_mail_is_held_while_it_is_filed(traced, tmp_path, monkeypatch):
    """Writing to the ledger and moving a mail on a slow server hold names, not bytes."""
    world, held = World(files=FileStore(tmp_path / "files", 0)), []
    world.mailbox.deliver("asha.verma@tax.up.example|GSTR-3B does not open")
    find = type(world.mailbox).fetch

    def fetch(mailbox, listed, limit):
        return [mail.__class__(mail.listed, bytes(SIZE), mail.oversized) for mail in find(mailbox, listed, limit)]

    monkeypatch.setattr(type(world.mailbox), "fetch", fetch)
    world.reached = lambda step: held.append((step, traced.now()))
    world.receiver().take_in(world.mailbox, EARLY, sweep=True)
    bytes_at = dict(held)
    assert bytes_at["fetched"] > SIZE * 0.9
    assert max(bytes_at[step] for step in ("kept", "moved", "filed")) < SIZE / 10


# Large pieces with small ones between them, which stay: only a mapping of its own lets a large one go.
_IN_BETWEEN = """
from pathlib import Path
from mailbot.adapters.memory import return_large_pieces

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

{first}
del (taught := [b"x" * 8_000_000])[:]
large, small, before = [], [], resident()
for _ in range(8):
    large.append(b"x" * 8_000_000)
    small.append(b"y" * 5_000)
large.clear()
print(resident() - before)
"""


def test_large_pieces_go_back_to_the_system():
    """After large mails nothing of them is kept; a C library that knows no such call is left alone."""
    code = _IN_BETWEEN.format(first="return_large_pieces()")
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert int(done.stdout) < SIZE
