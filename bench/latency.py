"""How soon an officer has the number: from the arrival of a mail to its acknowledgement accepted by the sink."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from statistics import median, quantiles
from typing import TYPE_CHECKING

from bench.checking import count_letters, require_right
from bench.desk import Desk, mailbox_of
from bench.figures import Figure, Result
from bench.mails import SEED, make_mails
from bench.people import STAFF
from bench.servers import Sink
from bench.wire import Wire
from tests.servers.programs import wait_until

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bench.mails import Mail
    from bench.servers import Servers

PATIENCE, LONGEST_PAUSE = 60.0, 0.2
# Mails before the clock starts: what is loaded on the first mail is not what every officer waits for.
FIRST = 10


@dataclass(frozen=True, slots=True)
class Moment:
    """When one mail arrived, when the server announced it in IDLE, and when its acknowledgement was accepted."""

    arrived: float
    announced: float
    answered: float


def measure_latency(database: str, folder: Path, servers: Servers, count: int) -> Result:
    """Let mails arrive one by one, each after the letters of the last are sent and IDLE began again."""
    mails = make_mails(count + FIRST)
    with Wire(servers.dovecot.port) as wire, Sink(folder) as sink:
        url = servers.new_database(database, folder)
        desk = Desk(folder / "desk", servers.dovecot, sink.port, url, mailbox_of("latency"), imap_port=wire.port)
        desk.set_up()
        with desk.at_work():
            moments = _let_arrive(desk, mails, wire, sink)
        require_right(desk, mails, sink.accepted())
        desk.close()
    return Result("latency", database, {"mails": count}, _figures_of(moments[FIRST:]))


def _let_arrive(desk: Desk, mails: Sequence[Mail], wire: Wire, sink: Sink) -> list[Moment]:
    chance = random.Random(SEED)
    moments: list[Moment] = []
    for number, mail in enumerate(mails):
        # The program goes back to IDLE as soon as it has taken a mail in.
        wait_until(lambda: wire.idling[-1:] > wire.announced[-1:], PATIENCE, "the next IDLE")
        time.sleep(chance.uniform(0, LONGEST_PAUSE))
        arrived = time.monotonic()
        desk.arrive([mail.raw])
        sink.wait_for(count_letters(mails[: number + 1]), PATIENCE)
        new = sink.accepted()[-count_letters([mail]) :]
        answered = next(letter.at for letter in new if letter.to != STAFF)
        announced = next(at for at in wire.announced if at > arrived)
        moments.append(Moment(arrived, announced, answered))
    return moments


def _figures_of(moments: Sequence[Moment]) -> list[Figure]:
    spans = {
        "announced to acknowledged": [(one.answered - one.announced) * 1000 for one in moments],
        "arrived to acknowledged": [(one.answered - one.arrived) * 1000 for one in moments],
        "arrived to announced (the server holds it back)": [(one.announced - one.arrived) * 1000 for one in moments],
    }
    reach = {"announced to acknowledged": (60.0, 250.0), "arrived to acknowledged": (650.0, None)}
    return [
        figure
        for name, span in spans.items()
        for figure in (
            Figure(f"{name}, median", median(span), "ms", at_most=reach.get(name, (None, None))[0]),
            Figure(f"{name}, 99th percentile", _highest(span), "ms", at_most=reach.get(name, (None, None))[1]),
        )
    ]


def _highest(span: Sequence[float]) -> float:
    """Return the 99th percentile."""
    return quantiles(span, n=100, method="inclusive")[98]
