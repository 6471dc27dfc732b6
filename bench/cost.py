"""What one mail costs everybody on PostgreSQL: processor time, commits, log and space, as a base for larger desks."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text

from bench.checking import count_letters, require_right
from bench.desk import Desk, mailbox_of
from bench.figures import Figure, Result
from bench.processes import cpu_seconds
from bench.servers import POSTGRESQL, Sink

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Engine

    from bench.mails import Mail
    from bench.servers import Servers

PATIENCE = 300.0
# PostgreSQL publishes what it counts once a second.
STATISTICS_SECONDS = 1.5
COUNTS = {
    "commits a mail": "select xact_commit from pg_stat_database where datname = current_database()",
    "rows a mail": "select sum(n_tup_ins) from pg_stat_user_tables",
    "database: bytes a mail": "select pg_database_size(current_database())",
    "log of PostgreSQL (WAL): bytes a mail": "select pg_current_wal_lsn() - '0/0'::pg_lsn",
}


@dataclass(frozen=True, slots=True)
class Spent:
    """What was counted at one moment: processor seconds of the worker and of PostgreSQL, and what PostgreSQL counts."""

    worker: float
    database: float
    counts: dict[str, float]


def measure_cost(name: str, folder: Path, servers: Servers, mails: Sequence[Mail]) -> Result:
    """Let one worker handle the mails, check the result, and divide what it took by their number."""
    with Sink(folder) as sink:
        url = servers.new_database(POSTGRESQL, folder)
        desk = Desk(folder / "desk", servers.dovecot, sink.port, url, mailbox_of(name))
        desk.set_up()
        with desk.at_work() as worker:
            before = _count(desk.engine, worker.process.pid)
            desk.arrive([mail.raw for mail in mails])
            sink.wait_for(count_letters(mails), PATIENCE, worker.process)
            after = _count(desk.engine, worker.process.pid)
        accepted = sink.accepted()
        require_right(desk, mails, accepted)
        files = [path.stat().st_size for path in (folder / "desk").rglob("files/??/*")]
        desk.close()
    count = len(mails)
    figures = [
        Figure("worker and its children: processor time a mail", 1000 * (after.worker - before.worker) / count, "ms"),
        Figure("PostgreSQL: processor time a mail", 1000 * (after.database - before.database) / count, "ms"),
        *(Figure(what, (after.counts[what] - before.counts[what]) / count, "") for what in COUNTS),
        Figure("files a mail", len(files) / count, ""),
        Figure("files: bytes a mail", sum(files) / count, ""),
        Figure("letters a mail", len(accepted) / count, ""),
        Figure("letters: bytes a mail", sum(letter.size for letter in accepted) / count, ""),
    ]
    sizes = {"mails": count, "bytes a mail": sum(len(mail.raw) for mail in mails) // count}
    return Result(name, POSTGRESQL, sizes, figures)


def _count(engine: Engine, worker: int) -> Spent:
    spent = cpu_seconds(worker), cpu_seconds(_find_postmaster(engine))
    time.sleep(STATISTICS_SECONDS)
    with engine.connect() as connection:
        return Spent(*spent, {what: float(connection.execute(text(COUNTS[what])).scalar_one()) for what in COUNTS})


def _find_postmaster(engine: Engine) -> int:
    """Return the process above all others of PostgreSQL (proc(5), stat: the parent is the fourth field)."""
    with engine.connect() as connection:
        backend = connection.execute(text("select pg_backend_pid()")).scalar_one()
    return int(Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()[1])
