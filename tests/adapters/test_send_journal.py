"""The journal of sending: what a program that dies leaves to the next one."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
from contextlib import closing

import pytest

from mailbot.adapters.send_journal import SendJournal, read_left
from mailbot.deliver import Claim, Left, Receipt, Result, Settlement
from tests.fakes import make_outgoing

LETTERS = [make_outgoing(id=number, attempts=1) for number in (1, 2, 3)]
TAKEN = Receipt(LETTERS[0], Result.SENT, "250 2.0.0 Ok:\r\n queued as 4XYZ")
LEFT = Left((Settlement(1, "sent", "250 2.0.0 Ok: queued as 4XYZ", 0),), (Claim(3, 1),))
DYING = """
import os, pathlib, signal, sys
from mailbot.adapters.send_journal import SendJournal
from tests.adapters.test_send_journal import send_some
send_some(SendJournal(pathlib.Path(sys.argv[1])))
os.kill(os.getpid(), signal.SIGKILL)
"""


def send_some(journal):
    """Send two of three letters; the server's answer to the second is still to come."""
    journal.claimed(LETTERS)
    journal.begun(LETTERS[0])
    journal.taken(TAKEN)
    journal.begun(LETTERS[1])


@pytest.fixture
def left():
    """Return a list to which what was left is added."""
    return []


def test_a_killed_program_leaves_doubt_only_about_the_letter_on_its_way(tmp_path, left):
    """The next program learns what the server took and what was not begun, and learns it once."""
    dead = subprocess.run([sys.executable, "-c", DYING, str(tmp_path)], check=False)
    assert dead.returncode == -signal.SIGKILL
    with closing(SendJournal(tmp_path)) as journal:
        for _ in range(2):
            journal.settle_left(left.append)
    assert left == [LEFT]
    assert list(tmp_path.iterdir()) == []


def test_a_program_that_lives_keeps_its_letters(tmp_path, left):
    """Two workers on one machine do not take each other's batches."""
    with closing(SendJournal(tmp_path)) as one, closing(SendJournal(tmp_path)) as other:
        send_some(one)
        other.settle_left(left.append)
        one.settle_left(left.append)
    assert left == []


def test_what_could_not_be_settled_is_left_for_the_next_try(tmp_path, left):
    """A database that is away does not make the journal forget."""

    def fail(_left):
        raise TimeoutError

    with closing(SendJournal(tmp_path)) as dead:
        send_some(dead)
    with closing(SendJournal(tmp_path)) as journal:
        with pytest.raises(TimeoutError):
            journal.settle_left(fail)
        journal.settle_left(left.append)
    assert left == [LEFT]


def test_a_settled_batch_leaves_nothing(tmp_path, left):
    """After an orderly end the folder is empty."""
    with closing(SendJournal(tmp_path)) as journal:
        send_some(journal)
        journal.settled()
    assert list(tmp_path.iterdir()) == []
    SendJournal(tmp_path).settle_left(left.append)
    assert left == []


@pytest.mark.parametrize("torn", ["tak", "taken", "taken 2", "taken 2 1 0", "taken 2 1 0 25", "begun 3 1 0"])
def test_a_line_that_was_cut_short_says_nothing(torn):
    """What was being written when the disk was full proves nothing about a letter."""
    whole = "claimed 1 1 0\nclaimed 3 1 0\ntaken 1 1 0 250 2.0.0 Ok: queued as 4XYZ\n"
    assert read_left(whole + torn) == LEFT


def test_a_disk_without_room_stops_no_letter(tmp_path, caplog):
    """The note fails, the operator is told, and sending goes on."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        with closing(SendJournal(tmp_path)) as journal:
            journal.claimed(LETTERS)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert "could not be noted" in caplog.text


def test_only_the_owner_may_read_it(tmp_path):
    """What a mail server answered is nobody else's matter."""
    with closing(SendJournal(tmp_path / "sending")) as journal:
        send_some(journal)
        (path,) = (tmp_path / "sending").iterdir()
        assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
