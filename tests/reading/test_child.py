"""The reading process: reused, limited, and replaced when a mail misbehaves."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mailbot.adapters.reading import ChildReader, parent
from mailbot.adapters.reading.message import read_message
from mailbot.adapters.reading.pictures import MOST_PIXELS, add_views
from mailbot.adapters.reading.previews import look_at_pictures
from mailbot.domain.errors import UnreadableMailError, WorldError
from tests.reading.hostile import HOSTILE

if TYPE_CHECKING:
    from collections.abc import Iterator

MAIL = (
    "From: रमेश <ramesh@tax.example>\r\nSubject: लॉगिन\r\nDate: Mon, 23 Nov 2026 10:15:00 +0530\r\n\r\nनहीं हो रहा\r\n"
).encode()
PICTURE = (
    b"From: a@tax.example\r\nContent-Type: image/png; name=a.png\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n"
)
MISBEHAVING = (sys.executable, "-W", "ignore", "-m", "tests.reading.misbehaving_child")


@pytest.fixture(scope="module")
def reader() -> Iterator[ChildReader]:
    """Return a reader with the usual limits."""
    with_limits = ChildReader(cpu_seconds=10, wall_seconds=30, memory_mb=512)
    yield with_limits
    with_limits.close()


@pytest.fixture
def misbehaving() -> Iterator[ChildReader]:
    """Return a reader whose mails can make it misbehave, with low limits."""
    low = ChildReader(cpu_seconds=1, wall_seconds=5, memory_mb=512, command=MISBEHAVING)
    yield low
    low.close()


def pid_of(reader: ChildReader) -> int:
    """Return the process id of the running child."""
    return reader._idle[-1].process.pid


@pytest.mark.parametrize("raw", [MAIL, PICTURE], ids=["text", "picture"])
def test_nothing_is_lost_between_the_processes(reader: ChildReader, raw: bytes) -> None:
    """What comes out of the child equals what is read in this process."""
    here = read_message(raw, oversized=False)
    seen = add_views(here, dict(look_at_pictures(here, MOST_PIXELS)))
    assert reader.read(raw, oversized=False) == seen


def test_the_child_is_reused(reader: ChildReader) -> None:
    """Starting a process for each mail would cost more than reading it."""
    reader.read(MAIL, oversized=False)
    first = pid_of(reader)
    reader.read(MAIL, oversized=False)
    assert pid_of(reader) == first


def test_the_child_of_a_large_parent_is_reused() -> None:
    """What the parent holds is not counted as memory of the child, which would be replaced after each mail."""
    large = bytearray(os.urandom(1024)) * (320 * 1024)
    with closing(ChildReader(cpu_seconds=10, wall_seconds=30, memory_mb=512)) as reader:
        reader.read(MAIL, oversized=False)
        first = pid_of(reader)
        reader.read(MAIL, oversized=False)
        assert pid_of(reader) == first
    assert large


def test_a_mail_that_is_none_is_refused_and_the_child_stays(reader: ChildReader) -> None:
    """An unreadable mail is an answer, not an accident."""
    reader.read(MAIL, oversized=False)
    first = pid_of(reader)
    with pytest.raises(UnreadableMailError, match="empty"):
        reader.read(b"", oversized=False)
    assert reader.read(MAIL, oversized=False).mail.subject == "लॉगिन"
    assert pid_of(reader) == first


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        (b"BURN", "more than 1 seconds of processor time"),
        (b"EAT", "more than 512 MB of memory"),
        (b"DIE", r"ended unexpectedly \(exit code 3\)"),
        (b"BREAK", r"breaks its reader \(ZeroDivisionError in misbehaving_child\.py"),
    ],
)
def test_a_mail_that_misbehaves_is_unreadable_and_the_next_one_is_read(
    misbehaving: ChildReader, word: bytes, sentence: str
) -> None:
    """Processor time, memory, a dead process and a broken reader: one mail is set aside, with the reason."""
    with pytest.raises(UnreadableMailError, match=sentence):
        misbehaving.read(MAIL + word, oversized=False)
    assert misbehaving.read(MAIL, oversized=False).mail.subject == "लॉगिन"


def test_a_mail_that_hangs_is_unreadable() -> None:
    """A child that does nothing at all is killed when the wall time is over."""
    hasty = ChildReader(cpu_seconds=1, wall_seconds=0.3, memory_mb=512, command=MISBEHAVING)
    with pytest.raises(UnreadableMailError, match=r"longer than 0\.3 seconds"):
        hasty.read(MAIL + b"HANG", oversized=False)
    assert not hasty._idle


def test_what_a_library_prints_is_no_answer(misbehaving: ChildReader, capfd: pytest.CaptureFixture[str]) -> None:
    """Only frames travel to the parent; anything printed goes to the log."""
    assert misbehaving.read(MAIL + b"SHOUT", oversized=False).mail.subject == "लॉगिन"
    assert capfd.readouterr().err == "a library prints something"


def test_a_child_that_died_between_mails_is_replaced(reader: ChildReader) -> None:
    """The next mail is not blamed for a child that something else ended."""
    reader.read(MAIL, oversized=False)
    child = reader._idle[-1]
    os.kill(child.process.pid, signal.SIGKILL)
    child.process.wait()
    assert reader.read(MAIL, oversized=False).mail.subject == "लॉगिन"


def test_a_child_is_renewed_after_many_mails(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory that Python does not give back is given back by the system."""
    monkeypatch.setattr(parent, "MAILS_PER_CHILD", 2)
    short = ChildReader(cpu_seconds=10, wall_seconds=30, memory_mb=512)
    short.read(MAIL, oversized=False)
    first = pid_of(short)
    short.read(MAIL, oversized=False)
    short.read(MAIL, oversized=False)
    assert pid_of(short) != first
    short.close()


def test_the_child_has_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever takes over the child finds no password of the mailbox in its environment."""
    monkeypatch.setenv("MAILBOT_IMAP__PASSWORD", "secret-of-the-desk")
    fresh = ChildReader(cpu_seconds=10, wall_seconds=30, memory_mb=512)
    fresh.read(MAIL, oversized=False)
    assert b"secret-of-the-desk" not in Path(f"/proc/{pid_of(fresh)}/environ").read_bytes()
    fresh.close()


def test_the_child_ends_with_its_parent() -> None:
    """A closed socket, which is what the death of the parent looks like, ends the child."""
    fresh = ChildReader(cpu_seconds=10, wall_seconds=30, memory_mb=512)
    fresh.read(MAIL, oversized=False)
    child = fresh._idle[-1]
    child.socket.close()
    assert child.process.wait(10) == 0


def test_a_child_that_cannot_be_started_stops_the_world() -> None:
    """No mail is at fault when the reading process cannot be started."""
    with pytest.raises(WorldError, match="cannot be started"):
        ChildReader(1, 1, 512, command=("/nonexistent/python",)).read(MAIL, oversized=False)
    with pytest.raises(WorldError, match="ended while it started"):
        ChildReader(1, 1, 512, command=(sys.executable, "-c", "raise SystemExit(7)")).read(MAIL, oversized=False)


@pytest.mark.parametrize("children", [1, 2])
def test_threads_share_the_children(children: int) -> None:
    """Several threads may read; answers are never mixed up, and there are no more processes than allowed."""
    reader = ChildReader(cpu_seconds=10, wall_seconds=30, memory_mb=512, children=children)
    subjects: dict[int, str] = {}

    def read(number: int) -> None:
        raw = MAIL.replace("लॉगिन".encode(), b"mail %d" % number)
        subjects[number] = reader.read(raw, oversized=False).mail.subject

    threads = [threading.Thread(target=read, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert subjects == {number: f"mail {number}" for number in range(8)}
    assert 1 <= len(reader._idle) <= children
    reader.close()
    assert not reader._idle


def test_a_mail_that_hangs_holds_up_no_other() -> None:
    """While one process gets nowhere the next mail is read by another one; the first is killed and replaced."""
    with closing(ChildReader(cpu_seconds=9, wall_seconds=3, memory_mb=512, command=MISBEHAVING, children=2)) as reader:
        reader.read(MAIL, oversized=False)
        with ThreadPoolExecutor(1) as threads:
            hanging = threads.submit(reader.read, MAIL + b"HANG", oversized=False)
            while reader._idle:
                time.sleep(0.01)
            assert reader.read(MAIL, oversized=False).mail.subject == "लॉगिन"
            assert not hanging.done()
            with pytest.raises(UnreadableMailError, match="longer than 3 seconds"):
                hanging.result()
        assert len(reader._idle) == 1


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE)
def test_hostile_mails_are_read_within_the_limits(reader: ChildReader, raw: bytes) -> None:
    """Each gets an answer from a child that may use ten seconds and 512 MB, and no exception."""
    mail = reader.read(raw, oversized=False).mail
    assert len(mail.text) <= 1_000_000
    assert len(mail.attachments) <= 50


def test_a_mail_of_thirty_megabytes_fits() -> None:
    """The largest mail that is downloaded is read within the memory of the child."""
    head = (
        b"From: a@tax.example\r\nContent-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    )
    large = ChildReader(cpu_seconds=10, wall_seconds=60, memory_mb=512)
    reading = large.read(head + b"QUJD" * 7_500_000, oversized=False)
    assert reading.mail.attachments[0].size == 22_500_000
    large.close()
