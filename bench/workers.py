"""What a second `mailbot run` brings on PostgreSQL: the same mails with one worker and with two, in turns."""

from __future__ import annotations

import shutil
import time
from contextlib import ExitStack
from statistics import median
from typing import TYPE_CHECKING

from bench.checking import count_letters, require_right
from bench.desk import Desk, mailbox_of
from bench.figures import Figure, Result, say
from bench.servers import Sink

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bench.mails import Mail
    from bench.servers import Servers

PATIENCE = 120.0


def measure_workers(database: str, folder: Path, servers: Servers, mails: Sequence[Mail], rounds: int) -> Result:
    """Run one worker and two, now one first and now the other, and compare; whatever is doubled fails the check."""
    seconds: dict[int, list[float]] = {1: [], 2: []}
    _run(1, database, folder / "warm-up", servers, mails[: len(mails) // 10 or 1])
    for number in range(1, rounds + 1):
        for count in (1, 2) if number % 2 else (2, 1):
            seconds[count].append(_run(count, database, folder / f"turn{number}-{count}", servers, mails))
            say(f"workers, {database}, round {number} of {rounds}: {count} took {seconds[count][-1]:.2f} s, right")
    gains = [one / two for one, two in zip(seconds[1], seconds[2], strict=True)]
    figures = [
        Figure("mails a second with two workers in parts of those with one", median(gains), "x", at_least=1.6),
        Figure("doubled or lost", 0, "", at_most=0),
        Figure("one worker: mails a second", len(mails) / median(seconds[1]), ""),
        Figure("two workers: mails a second", len(mails) / median(seconds[2]), ""),
    ]
    return Result("workers", database, {"mails": len(mails), "rounds": rounds}, figures)


def _run(count: int, database: str, folder: Path, servers: Servers, mails: Sequence[Mail]) -> float:
    """Return the seconds from the arrival of the first mail to the last letter; all workers are ready before."""
    folder.mkdir()
    with Sink(folder) as sink:
        url = servers.new_database(database, folder)
        desk = Desk(folder / "desk", servers.dovecot, sink.port, url, mailbox_of(f"workers-{folder.name}"))
        desk.set_up()
        with ExitStack() as stack:
            workers = [stack.enter_context(desk.at_work()) for _ in range(count)]
            began = time.monotonic()
            desk.arrive([mail.raw for mail in mails])
            sink.wait_for(count_letters(mails), PATIENCE, workers[0].process)
        accepted = sink.accepted()
        require_right(desk, mails, accepted)
        desk.close()
    shutil.rmtree(folder)
    return accepted[-1].at - began
