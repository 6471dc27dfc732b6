"""Whether costs grow: a mail at a desk with few tickets and at one with very many, and a poll of a full folder."""

from __future__ import annotations

import os
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from typing import TYPE_CHECKING
from unittest.mock import patch

from bench.checking import count_letters, require_right
from bench.desk import Desk, mailbox_of
from bench.figures import Figure, Result, say
from bench.growth_data import fill
from bench.mails import Mail, make_mails
from bench.servers import SQLITE, Sink
from mailbot.app import open_desk
from mailbot.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bench.servers import Servers
    from mailbot.inboxes import Inbox

FEW = 1_000
# Of one turn; each turn finds the tickets of the turns before it as well.
MAILS = 200
PATIENCE, POLLS = 600.0, 5
LONG_AGO = datetime(2019, 6, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Turn:
    """The cost of one mail at one desk, in milliseconds."""

    wall: float
    processor: float


class GrownDesk:
    """A desk with so many old tickets, and every mail that came since."""

    def __init__(self, desk: Desk, sink: Sink, tickets: int) -> None:
        self.tickets = tickets
        self._desk, self._sink, self._written = desk, sink, list[Mail]()

    def handle(self, count: int) -> Turn:
        """Let so many mails arrive, and return what each cost."""
        lot = make_mails(count, seed=len(self._written), first_case=len(self._written) + 1)
        self._written += lot
        self._desk.arrive([mail.raw for mail in lot])
        with self._desk.at_work() as running:
            self._sink.wait_for(count_letters(self._written), PATIENCE, running.process)
            used = running.used()
        accepted = self._sink.accepted()
        require_right(self._desk, self._written, accepted)
        return Turn((accepted[-1].at - running.ready_at) / count * 1000, used / count * 1000)


@contextmanager
def grown_desk(folder: Path, servers: Servers, database: str, tickets: int) -> Iterator[GrownDesk]:
    """Make a desk with that many tickets for a `with` block."""
    folder.mkdir()
    with Sink(folder) as sink:
        url = servers.new_database(database, folder)
        desk = Desk(folder / "desk", servers.dovecot, sink.port, url, mailbox_of(f"grown{tickets}"))
        desk.set_up()
        began = time.monotonic()
        fill(desk.engine, tickets)
        desk.leave_out_what_is_there()
        say(f"growth, {database}: {tickets:,} tickets in {time.monotonic() - began:.0f} s")
        yield GrownDesk(desk, sink, tickets)
        desk.close()


def measure_growth(database: str, folder: Path, servers: Servers, tickets: int, rounds: int) -> Result:
    """Let the same number of mails come to both desks in turns, and compare what each costs."""
    turns: dict[int, list[Turn]] = {FEW: [], tickets: []}
    with ExitStack() as stack:
        desks = [stack.enter_context(grown_desk(folder / str(count), servers, database, count)) for count in turns]
        for desk in desks:
            desk.handle(MAILS // 4)
        for number in range(rounds):
            for desk in desks if number % 2 else desks[::-1]:
                turns[desk.tickets].append(desk.handle(MAILS))
                say(
                    f"growth, {database}, {desk.tickets:,} tickets: {turns[desk.tickets][-1].wall:.1f} ms a mail, right"
                )
    sizes = {"tickets": tickets, "rounds": rounds, "mails a turn": MAILS}
    return Result("growth", database, sizes, _figures_of(turns[FEW], turns[tickets], tickets))


def _figures_of(few: list[Turn], many: list[Turn], tickets: int) -> list[Figure]:
    figures = []
    for name, kind in (("wall", "time"), ("processor", "processor time")):
        ratio = median(getattr(one, name) / getattr(other, name) for one, other in zip(many, few, strict=True))
        reach = 1.15 if name == "wall" else None
        words = f"{kind} of a mail with {tickets:,} tickets in parts of that with {FEW:,}"
        figures += [
            Figure(words, ratio, "x", at_most=reach),
            Figure(f"{kind} of a mail with {FEW:,} tickets", median(getattr(one, name) for one in few), "ms"),
        ]
    return figures


def measure_old_mails(folder: Path, servers: Servers, count: int) -> Result:
    """Measure polls of a folder that holds so many old mails, which were listed before and are never answered."""
    with Sink(folder) as sink:
        url = servers.new_database(SQLITE, folder)
        desk = Desk(folder / "desk", servers.dovecot, sink.port, url, mailbox_of("old-mails"))
        desk.set_up()
        servers.dovecot.fill(desk.user, make_mails(1)[0].raw, count, LONG_AGO)
        with patch.dict(os.environ, desk.environment(), clear=True), open_desk(load_settings(desk.settings_file)) as it:
            (inbox,) = it.inboxes
            polls = [_look(inbox, sweep=sweep, new=0).whole for sweep in (True, *[False] * (POLLS + 1))]
            finds = []
            for mail in make_mails(POLLS):
                desk.arrive([mail.raw])
                finds.append(_look(inbox, sweep=False, new=1))
        desk.close()
    figures = [
        Figure(f"a poll of a folder with {count:,} old mails", median(polls[2:]) * 1000, "ms", at_most=1000),
        Figure("one that finds a new mail, until it is kept", median(look.kept for look in finds) * 1000, "ms"),
        Figure("the same, until the server has filed it", median(look.whole for look in finds) * 1000, "ms"),
        Figure("the first visit, which lists them", polls[0], "s"),
    ]
    return Result("old-mails", SQLITE, {"old mails": count}, figures)


@dataclass(frozen=True, slots=True)
class Look:
    """How many seconds one look at a folder took, until a new mail was kept (0 without one) and in all."""

    kept: float
    whole: float


def _look(inbox: Inbox, *, sweep: bool, new: int) -> Look:
    kept: list[float] = []
    began = time.monotonic()
    taken = inbox.receiver.take_in(
        inbox.mailbox, inbox.start_date, sweep=sweep, kept=lambda: kept.append(time.monotonic() - began)
    )
    assert taken == new, f"{taken} mails were taken in instead of {new}"
    return Look(kept[0] if kept else 0.0, time.monotonic() - began)
