"""Fifty people browse the pages of a desk with very many tickets while mails come in: how long each page takes.

The pages are those of the real `mailbot web`, beside the real `mailbot run`; each person reads one page, thinks, and
opens the next. Every page is looked at: what is wrong on one of them, or with one of the mails, is a wrong result.
"""

from __future__ import annotations

import http.client
import random
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING
from urllib.parse import quote

from sqlalchemy import select

from bench.checking import WrongResultError, count_letters, require_right
from bench.desk import Desk, mailbox_of, stop, wait_for_line
from bench.figures import Figure, Result, say
from bench.growth_data import fill
from bench.mails import make_mails
from bench.people import STAFF, make_officers
from bench.processes import cpu_seconds
from bench.servers import Sink
from mailbot.adapters.store.engine import writing
from mailbot.adapters.store.tables import people, tickets
from mailbot.adapters.store.web_sessions import begin_session
from mailbot.domain.reporting.counting import ninetieth
from mailbot.web.cookies import digest_of, make_secret
from tests.servers.programs import HOST, find_free_port

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from bench.servers import Servers

TICKETS = 100_000
OFFICERS, COLLEAGUES = 40, 10
THINKS = (0.5, 1.5)
LOT, EVERY_SECONDS = 20, 1.0
PATIENCE, TIMEOUT = 300.0, 60.0
MOST_WRONG = 5
_OK = 200
_SEARCHES = ("GSTR-3B", "refund", "त्रुटि")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A page to read, its name in the figures, and what must stand on it."""

    name: str
    path: str
    words: str


@dataclass(frozen=True, slots=True)
class Visit:
    """How one page came, in milliseconds; `wrong` is empty when it was right."""

    name: str
    first_byte: float
    whole: float
    wrong: str = ""


@dataclass
class Person:
    """Somebody with a browser: reads pages over one connection until the bell rings."""

    port: int
    secret: str
    pages: Sequence[Wanted]
    seed: int
    visits: list[Visit] = field(default_factory=list)

    def browse(self, bell: threading.Event) -> None:
        """Read, think, and go on."""
        dice = random.Random(self.seed)
        line = http.client.HTTPConnection(HOST, self.port, timeout=TIMEOUT)
        bell.wait(dice.uniform(0, THINKS[1]))
        while not bell.is_set():
            self.visits.append(self._read(line, dice.choice(self.pages)))
            bell.wait(dice.uniform(*THINKS))
        line.close()

    def _read(self, line: http.client.HTTPConnection, page: Wanted) -> Visit:
        began = time.perf_counter()
        try:
            line.request("GET", page.path, headers={"Cookie": f"mailbot={self.secret}", "Accept-Language": "en-IN"})
            answer = line.getresponse()
            first = time.perf_counter()
            text = answer.read().decode()
        except (OSError, http.client.HTTPException) as error:
            line.close()
            return Visit(page.name, 0, 0, f"{page.path}: {error!r}")
        wrong = (
            "" if answer.status == _OK and page.words in text else f"{page.path}: {answer.status}, not as it should be"
        )
        return Visit(page.name, (first - began) * 1000, (time.perf_counter() - began) * 1000, wrong)


def measure_web(database: str, folder: Path, servers: Servers, mails: int, old: int = TICKETS) -> Result:
    """Let people browse while so many mails come in, and return how long their pages took."""
    lot = make_mails(mails)
    with Sink(folder) as sink:
        url = servers.new_database(database, folder)
        desk = Desk(folder / "desk", servers.dovecot, sink.port, url, mailbox_of("web"))
        desk.set_up()
        fill(desk.engine, old)
        say(f"web, {database}: {old:,} tickets are there")
        crowd, port = _make_crowd(desk), find_free_port()
        desk.leave_out_what_is_there()
        with desk.at_work() as running, _served(desk, port) as pages:
            used = cpu_seconds(pages.pid)
            began, bell = time.monotonic(), threading.Event()
            visitors = [Person(port, secret, wanted, seed) for seed, (secret, wanted) in enumerate(crowd)]
            threads = [threading.Thread(target=one.browse, args=(bell,)) for one in visitors]
            for thread in threads:
                thread.start()
            for place in range(0, mails, LOT):
                desk.arrive([mail.raw for mail in lot[place : place + LOT]])
                time.sleep(EVERY_SECONDS)
            sink.wait_for(count_letters(lot), PATIENCE, running.process)
            bell.set()
            for thread in threads:
                thread.join()
            seconds, used = time.monotonic() - began, cpu_seconds(pages.pid) - used
        visits = [visit for one in visitors for visit in one.visits]
        if wrong := [visit.wrong for visit in visits if visit.wrong]:
            raise WrongResultError("mailbot web", [f"{len(wrong)} of {len(visits)} pages", *wrong[:MOST_WRONG]])
        require_right(desk, lot, sink.accepted())
        desk.close()
    sizes = {"tickets": old, "people": len(crowd), "mails": mails, "pages": len(visits)}
    return Result("web", database, sizes, _figures_of(visits, seconds, used))


def _figures_of(visits: Sequence[Visit], seconds: float, used: float) -> list[Figure]:
    first, whole = [one.first_byte for one in visits], [one.whole for one in visits]
    figures = [
        Figure("median page", median(whole), "ms", at_most=100),
        Figure("median first byte", median(first), "ms", at_most=50),
        Figure("nine of ten pages within", ninetieth(whole) or 0, "ms"),
        Figure("wrong pages and errors", 0, "", at_most=0),
        Figure("pages a second", len(visits) / seconds, ""),
        Figure("processor time of a page", used / len(visits) * 1000, "ms"),
    ]
    by_name = {name: [one.whole for one in visits if one.name == name] for name in sorted({one.name for one in visits})}
    return figures + [Figure(f"median of {name}", median(times), "ms") for name, times in by_name.items()]


def _make_crowd(desk: Desk) -> list[tuple[str, tuple[Wanted, ...]]]:
    """Return the session of each person, and the pages that they read."""
    crowd = []
    for officer in make_officers()[:OFFICERS]:
        own = select(tickets.c.number).where(tickets.c.requester == officer.address).order_by(tickets.c.id.desc())
        numbers = [row.number for row in desk.rows_of(own.limit(5))]
        crowd.append((_sign_in(desk, officer.address), _pages_of_officer(numbers)))
    newest = select(tickets.c.number).order_by(tickets.c.id.desc()).limit(50)
    numbers = [row.number for row in desk.rows_of(newest)]
    crowd += [(_sign_in(desk, STAFF), _pages_of_staff(numbers)) for _ in range(COLLEAGUES)]
    return crowd


def _pages_of_officer(numbers: Sequence[str]) -> tuple[Wanted, ...]:
    return (
        *(Wanted("a ticket", f"/tickets/{number}", number) for number in numbers[:3]),
        # New ones come first, so no number stands on this page for long.
        Wanted("own tickets", "/tickets", 'class="list own"'),
        Wanted("own tickets, searched", f"/tickets?words={quote(numbers[0])}", numbers[0]),
        Wanted("form of a ticket", "/tickets/new", "act_key"),
        Wanted("report of resolved", "/resolved?period=this_month", "resolved.csv"),
    )


def _pages_of_staff(numbers: Sequence[str]) -> tuple[Wanted, ...]:
    return (
        *(Wanted("a ticket, IT section", f"/tickets/{number}", number) for number in numbers[:6]),
        *(Wanted("queue", f"/queue{query}", "</table>") for query in ("", "?sort=due", "?module=refund")),
        *(Wanted("queue, searched", f"/queue?words={quote(words)}", "<h1") for words in _SEARCHES),
        Wanted("statistics of a week", "/statistics?period=this_week", 'class="plot"'),
    )


def _sign_in(desk: Desk, address: str) -> str:
    """Return the secret of a new session."""
    now, secret = datetime.now(UTC), make_secret()
    (person,) = desk.rows_of(select(people.c.employee_id).where(people.c.email == address))
    with writing(desk.engine) as connection:
        begin_session(connection, digest_of(secret), person.employee_id, "link", now, now + timedelta(hours=6))
    return secret


@contextmanager
def _served(desk: Desk, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run `mailbot web` in a `with` block; it must stop cleanly."""
    log_file = desk.folder / "web.log"
    words = [sys.executable, "-m", "mailbot", "--settings", str(desk.settings_file), "web", "--port", str(port)]
    with log_file.open("wb") as log:
        process = subprocess.Popen(words, env=desk.environment(), cwd=desk.folder, stdout=log, stderr=log)
    try:
        wait_for_line(process, log_file, "The pages are at")
        yield process
        stop(process)
    finally:
        process.kill()
        process.wait()
