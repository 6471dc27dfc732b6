"""How light the program is: its start, a poll that finds nothing, and its memory."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from statistics import median
from typing import TYPE_CHECKING

from bench.checking import count_letters, require_right
from bench.desk import Desk, mailbox_of
from bench.figures import Figure, Result, say
from bench.mails import Mail, make_large, make_mails
from bench.processes import find_children, find_hands, forget_peak, peak_kb, resident_kb, shared_out_kb
from bench.servers import SQLITE, Sink

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bench.desk import Running
    from bench.servers import Servers

KB_OF_MB = 1024
PATIENCE = 300.0
POLL_SECONDS, SELDOM = 1, 3_600
# Mails that arrive at once while memory is watched.
LOT = 500
LARGE_BYTES = 25_000_000


def measure_start(folder: Path, servers: Servers, rounds: int) -> Result:
    """Measure how long `mailbot --help` and the start of `mailbot run` take, and how much of that is computing."""
    helping: list[tuple[float, float]] = []
    ready: list[tuple[float, float]] = []
    with Sink(folder) as sink:
        desk = _make_desk(folder, servers, sink, "start")
        for _ in range(rounds):
            helping.append(_help())
            with desk.at_work() as running:
                ready.append((running.ready_at - running.began_at, running.used_before))
        desk.close()
    figures = [
        Figure("mailbot --help", median(seconds for seconds, _ in helping), "s", at_most=0.3),
        Figure("its processor time", median(used for _, used in helping), "s"),
        Figure("mailbot run until it is ready", median(seconds for seconds, _ in ready), "s", at_most=1.5),
        Figure("its processor time until then", median(used for _, used in ready), "s"),
    ]
    return Result("start", SQLITE, {"rounds": rounds}, figures)


def _help() -> tuple[float, float]:
    """Return how long `mailbot --help` took, and its processor time."""
    began = time.monotonic()
    process = subprocess.Popen([sys.executable, "-m", "mailbot", "--help"], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return time.monotonic() - began, usage.ru_utime + usage.ru_stime


def measure_idle(folder: Path, servers: Servers, seconds: int) -> Result:
    """Measure the processor time of a resting desk that polls every second, and of one that hardly ever polls."""
    used: dict[int, float] = {}
    with Sink(folder) as sink:
        for pause in (POLL_SECONDS, SELDOM):
            desk = _make_desk(folder, servers, sink, f"idle{pause}", poll_seconds=pause)
            desk.arrive([mail.raw for mail in make_mails(1)])
            with desk.at_work() as running:
                sink.wait_for(2 if pause == POLL_SECONDS else 4, PATIENCE, running.process)
                time.sleep(5)
                before = running.used()
                time.sleep(seconds)
                used[pause] = running.used() - before
            desk.close()
    polls = seconds / POLL_SECONDS
    figures = [
        Figure("a poll that finds nothing", (used[POLL_SECONDS] - used[SELDOM]) / polls * 1000, "ms", at_most=5),
        Figure("everything else of a resting desk, in each second", used[SELDOM] / seconds * 1000, "ms"),
    ]
    return Result("idle", SQLITE, {"seconds": seconds}, figures)


def measure_memory(folder: Path, servers: Servers, count: int, large: int) -> Result:
    """Measure the memory of the worker at rest, after many mails, and at the most while large mails come."""
    with Sink(folder) as sink:
        desk = _make_desk(folder, servers, sink, "memory")
        written: list[Mail] = []
        with desk.at_work() as running:
            for lot in _lots(count):
                _handle(desk, sink, running, written, lot)
                after = _worker_kb(running)
                if len(written) == len(lot):
                    steady = after
                say(f"memory: {len(written)} mails, {after // KB_OF_MB} MB")
            root = running.process.pid
            readers = set(find_children(root)) - set(find_hands(root))
            child = max((resident_kb(pid) for pid in readers), default=0)
        with desk.at_work() as running:
            both = (running.process.pid, *find_hands(running.process.pid))
            for pid in both:
                forget_peak(pid)
            # One after the other, as soon as each is written: several may wait, and be in hand at once.
            for mail in make_large(large, LARGE_BYTES):
                written.append(mail)
                desk.arrive([mail.raw])
            sink.wait_for(count_letters(written), PATIENCE, running.process)
            most = max(peak_kb(pid) for pid in both)
        require_right(desk, written, sink.accepted())
        desk.close()
    figures = [
        Figure(f"worker after {min(LOT, count)} mails", steady / KB_OF_MB, "MB", at_most=120),
        Figure("growth of the worker after all mails", (after - steady) / KB_OF_MB, "MB", at_most=5),
        Figure("the larger of its two processes at the most, with mails of 25 MB", most / KB_OF_MB, "MB", at_most=200),
        Figure("largest of the processes that read mails", child / KB_OF_MB, "MB"),
    ]
    return Result("memory", SQLITE, {"mails": count, "large mails": large}, figures)


def _worker_kb(running: Running) -> int:
    """Return the memory of the program and of its hand together."""
    return shared_out_kb([running.process.pid, *find_hands(running.process.pid)])


def _lots(count: int) -> Iterator[list[Mail]]:
    for first in range(0, count, LOT):
        yield make_mails(min(LOT, count - first), seed=first, first_case=first + 1)


def _handle(desk: Desk, sink: Sink, running: Running, written: list[Mail], lot: list[Mail]) -> None:
    written += lot
    desk.arrive([mail.raw for mail in lot])
    sink.wait_for(count_letters(written), PATIENCE, running.process)


def _make_desk(folder: Path, servers: Servers, sink: Sink, name: str, poll_seconds: int = 600) -> Desk:
    home = folder / name
    home.mkdir()
    url = servers.new_database(SQLITE, home)
    desk = Desk(home, servers.dovecot, sink.port, url, mailbox_of(name), poll_seconds=poll_seconds)
    desk.set_up()
    return desk
