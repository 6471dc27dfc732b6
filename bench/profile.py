"""Where the time goes: `python -m bench.profile` lets mails be handled and writes a profile of each working thread."""

from __future__ import annotations

import argparse
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from bench.checking import count_letters, require_right
from bench.desk import Desk, mailbox_of
from bench.figures import RESULTS
from bench.mails import make_mails
from bench.servers import POSTGRESQL, SQLITE, Servers, Sink

PATIENCE = 120.0


def main() -> int:
    """Profile one turn and say where the pages are."""
    parser = argparse.ArgumentParser(prog="python -m bench.profile")
    parser.add_argument("--database", choices=(SQLITE, POSTGRESQL), default=SQLITE)
    parser.add_argument("--mails", type=int, default=500, help="how many (500)")
    parser.add_argument("--picture-bytes", type=int, default=0, help="a screenshot of that size in each (none)")
    parser.add_argument("--results", default=str(RESULTS), help="where the profiles go (bench/results)")
    given = parser.parse_args()
    pages = Path(given.results) / f"profile-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    pages.mkdir(parents=True)
    mails = make_mails(given.mails, given.picture_bytes)
    with tempfile.TemporaryDirectory(prefix="mailbot-bench-") as name, Servers() as servers, Sink(Path(name)) as sink:
        url = servers.new_database(given.database, Path(name))
        desk = Desk(Path(name) / "desk", servers.dovecot, sink.port, url, mailbox_of("profile"))
        desk.set_up()
        desk.arrive([mail.raw for mail in mails])
        with desk.at_work(("-m", "bench.profiled", str(pages.resolve()))) as running:
            sink.wait_for(count_letters(mails), PATIENCE, running.process)
        require_right(desk, mails, sink.accepted())
        desk.close()
    written = "\n".join(f"  {path}" for path in sorted(pages.glob("*.txt")))
    sys.stdout.write(f"Each as text, and beside it as a page for the browser:\n{written}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
