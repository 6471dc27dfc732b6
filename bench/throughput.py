"""How many mails a second: the floor and mailbot in turns, with the same mails and servers, in the same run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from bench.checking import count_letters, require_right, require_right_floor
from bench.desk import Desk, mailbox_of, wait_for_line
from bench.figures import Figure, Result, say
from bench.floor import READY, Order
from bench.mails import fill_in_replies, make_mails
from bench.people import DESK
from bench.processes import cpu_seconds
from bench.servers import Sink

if TYPE_CHECKING:
    from collections.abc import Sequence
    from email.message import EmailMessage

    from bench.mails import Mail
    from bench.servers import Accepted, Servers

# Without a letter for so long something is broken.
PATIENCE = 120.0
WARM_UP = 20
# Tickets that are there before the clock starts, for replies to answer.
ANSWERED, FIRST_ANSWERED = 40, 9_000_001
FLOOR, MAILBOT = "floor", "mailbot"


@dataclass(frozen=True, slots=True)
class Turn:
    """One program, all mails, from "ready" to the last letter accepted."""

    who: str
    seconds: float
    processor: float


@dataclass(frozen=True, slots=True)
class Course:
    """A folder, servers and mails for the turns of one scenario; `name` makes the mailboxes of each turn its own.

    Where `lot` has None stand replies to letters about tickets that were opened before the clock starts.
    """

    name: str
    folder: Path
    servers: Servers
    database: str
    lot: Sequence[Mail | None]


@dataclass(frozen=True, slots=True)
class Done:
    """A turn of mailbot, the letters that replies answer, and what it sent, for the floor to send as much."""

    turn: Turn
    answered: Sequence[EmailMessage]
    letters: Sequence[Accepted]


def run_mailbot(course: Course, turn: str, lot: Sequence[Mail | None]) -> Done:
    """Let the real program do it once; raise WrongResultError unless everything was done."""
    folder = course.folder / turn
    folder.mkdir()
    with Sink(folder, keeping=None in lot) as sink:
        url = course.servers.new_database(course.database, folder)
        desk = Desk(folder, course.servers.dovecot, sink.port, url, mailbox_of(f"{course.name}-{turn}"))
        desk.set_up()
        before = make_mails(ANSWERED, first_case=FIRST_ANSWERED) if None in lot else []
        _let_work(desk, sink, before, count_letters(before))
        answered = sink.letters_to_officers()
        mails = fill_in_replies(lot, answered)
        due = count_letters(before) + count_letters(mails)
        ready_at, used = _let_work(desk, sink, mails, due)
        accepted = sink.accepted()
        require_right(desk, [*before, *mails], accepted)
        desk.close()
    shutil.rmtree(folder)
    done = Turn(MAILBOT, accepted[-1].at - ready_at, used)
    return Done(done, answered, accepted[count_letters(before) :])


def _let_work(desk: Desk, sink: Sink, mails: Sequence[Mail], due: int) -> tuple[float, float]:
    """Let the program handle these mails until so many letters have arrived; return when it was ready, and its use."""
    if not mails:
        return 0.0, 0.0
    desk.arrive([mail.raw for mail in mails])
    with desk.at_work() as running:
        sink.wait_for(due, PATIENCE, running.process)
        return running.ready_at, running.used()


def run_floor(course: Course, turn: str, mails: Sequence[Mail], letters: Sequence[Accepted]) -> Turn:
    """Let the floor do it once, with letters as large as these."""
    folder = course.folder / turn
    folder.mkdir()
    with Sink(folder) as sink:
        order = _make_order(course, turn, sink.port, mails, letters)
        for mail in mails:
            course.servers.dovecot.deliver(order.user, mail.raw)
        ready, used = _run_order(folder, order)
        accepted = sink.accepted()
        require_right_floor(order, Path(order.folder), mails, accepted)
    shutil.rmtree(folder)
    return Turn(FLOOR, accepted[-1].at - ready, used)


def _make_order(course: Course, turn: str, smtp_port: int, mails: Sequence[Mail], letters: Sequence[Accepted]) -> Order:
    """Spread the letters evenly over the mails; their sizes are those of the warm-up, again and again."""
    folder = course.folder / turn
    due, count = count_letters(mails), len(mails)
    return Order(
        imap_port=course.servers.dovecot.port,
        user=mailbox_of(f"{course.name}-{turn}"),
        password=course.servers.dovecot.password,
        smtp_port=smtp_port,
        database_url=course.servers.new_database(course.database, folder),
        folder=str(folder / "mails"),
        sender=DESK,
        letters=[(letters[number % len(letters)].to, letters[number % len(letters)].size) for number in range(due)],
        per_mail=[due * (number + 1) // count - due * number // count for number in range(count)],
    )


def _run_order(folder: Path, order: Order) -> tuple[float, float]:
    """Run the floor to its end; return when it was ready, and the processor time since."""
    order_file, log_file = folder / "order.json", folder / "floor.log"
    order_file.write_text(json.dumps(asdict(order)))
    with log_file.open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "bench.floor", str(order_file)], stdout=log, stderr=log)
    wait_for_line(process, log_file, READY)
    ready, before = time.monotonic(), cpu_seconds(process.pid)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"the floor ended with {process.returncode}:\n{log_file.read_text()[-4000:]}")
    return ready, usage.ru_utime + usage.ru_stime - before


def measure(course: Course, rounds: int, reach: float) -> Result:
    """Run both in turns, now one first and now the other, and compare."""
    count = len(course.lot)
    warm_up = run_mailbot(course, "warm-up", course.lot[: max(WARM_UP, count // 10)])
    mails = fill_in_replies(course.lot, warm_up.answered)
    run = {
        FLOOR: lambda name: run_floor(course, name, mails, warm_up.letters),
        MAILBOT: lambda name: run_mailbot(course, name, course.lot).turn,
    }
    turns: list[Turn] = []
    for number in range(1, rounds + 1):
        for who in (FLOOR, MAILBOT) if number % 2 else (MAILBOT, FLOOR):
            turns.append(run[who](f"{who}{number}"))
            one = turns[-1]
            say(f"{course.name}, {course.database}, round {number} of {rounds}: {who} {one.seconds:.2f} s, right")
    sizes = {"mails": count, "rounds": rounds, "bytes a mail": sum(len(mail.raw) for mail in mails) // count}
    return Result(course.name, course.database, sizes, compare(turns, count, reach), [asdict(turn) for turn in turns])


def compare(turns: Sequence[Turn], mails: int, reach: float) -> list[Figure]:
    """Return the medians of both, and the medians of the ratios of each round."""
    floor, mailbot = ([turn for turn in turns if turn.who == who] for who in (FLOOR, MAILBOT))
    ratios = [one.seconds / other.seconds for one, other in zip(mailbot, floor, strict=True)]
    processor = [one.processor / other.processor for one, other in zip(mailbot, floor, strict=True)]
    return [
        Figure("time of mailbot in parts of the floor's", median(ratios), "x", at_most=reach),
        Figure("processor time of mailbot in parts of the floor's", median(processor), "x"),
        *_figures_of(FLOOR, floor, mails),
        *_figures_of(MAILBOT, mailbot, mails),
    ]


def _figures_of(who: str, turns: Sequence[Turn], mails: int) -> list[Figure]:
    seconds, processor = (median(getattr(turn, name) for turn in turns) for name in ("seconds", "processor"))
    return [
        Figure(f"{who}: mails a second", mails / seconds, ""),
        Figure(f"{who}: time a mail", seconds / mails * 1000, "ms"),
        Figure(f"{who}: processor time a mail", processor / mails * 1000, "ms"),
    ]
