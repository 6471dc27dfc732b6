"""The benchmarks: `python -m bench.run [SCENARIO...]` starts the servers, measures, checks, prints and writes JSON.

It ends with 1 when a result was wrong, and then its figures count for nothing.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.checking import WrongResultError
from bench.cost import measure_cost
from bench.figures import RESULTS, begin_report, say, write_report, write_table
from bench.footprint import measure_idle, measure_memory, measure_start
from bench.growth import measure_growth, measure_old_mails
from bench.latency import measure_latency
from bench.mails import SCREENSHOT_BYTES, make_mails, make_mixed
from bench.servers import POSTGRESQL, SQLITE, Servers
from bench.throughput import Course, measure
from bench.web import measure_web
from bench.workers import measure_workers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bench.figures import Result


# At most so many times the floor's time.
REACH = {SQLITE: 1.5, POSTGRESQL: 1.7}


@dataclass(frozen=True, slots=True)
class Wish:
    """What the person at the screen asked for; 0 leaves a number to the scenario."""

    rounds: int
    mails: int


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is measured: on which databases, how many mails unless somebody wishes otherwise."""

    mails: int
    databases: tuple[str, ...]
    measure: Callable[[str, Path, Servers, Wish], Result]


def _plain(database: str, folder: Path, servers: Servers, wish: Wish) -> Result:
    return measure(Course("plain", folder, servers, database, make_mails(wish.mails)), wish.rounds, REACH[database])


def _pictures(database: str, folder: Path, servers: Servers, wish: Wish) -> Result:
    mails = make_mails(wish.mails, SCREENSHOT_BYTES)
    return measure(Course("pictures", folder, servers, database, mails), wish.rounds, REACH[database])


def _mixed(database: str, folder: Path, servers: Servers, wish: Wish) -> Result:
    return measure(Course("mixed", folder, servers, database, make_mixed(wish.mails)), wish.rounds, REACH[database])


def _latency(database: str, folder: Path, servers: Servers, wish: Wish) -> Result:
    return measure_latency(database, folder, servers, wish.mails)


def _start(_: str, folder: Path, servers: Servers, wish: Wish) -> Result:
    return measure_start(folder, servers, wish.rounds)


def _idle(_: str, folder: Path, servers: Servers, wish: Wish) -> Result:
    return measure_idle(folder, servers, wish.mails)


def _memory(_: str, folder: Path, servers: Servers, wish: Wish) -> Result:
    return measure_memory(folder, servers, wish.mails, large=min(50, wish.mails))


def _workers(database: str, folder: Path, servers: Servers, wish: Wish) -> Result:
    return measure_workers(database, folder, servers, make_mails(wish.mails), wish.rounds)


def _cost(_: str, folder: Path, servers: Servers, wish: Wish) -> Result:
    return measure_cost("cost", folder, servers, [mail for mail in make_mixed(wish.mails) if mail])


def _cost_plain(_: str, folder: Path, servers: Servers, wish: Wish) -> Result:
    return measure_cost("cost-plain", folder, servers, make_mails(wish.mails))


def _growth(database: str, folder: Path, servers: Servers, wish: Wish) -> Result:
    return measure_growth(database, folder, servers, wish.mails, wish.rounds)


def _old_mails(_: str, folder: Path, servers: Servers, wish: Wish) -> Result:
    return measure_old_mails(folder, servers, wish.mails)


def _web(database: str, folder: Path, servers: Servers, wish: Wish) -> Result:
    return measure_web(database, folder, servers, wish.mails)


SCENARIOS = {
    "plain": Scenario(1_000, (SQLITE, POSTGRESQL), _plain),
    "pictures": Scenario(300, (SQLITE, POSTGRESQL), _pictures),
    "mixed": Scenario(1_000, (SQLITE, POSTGRESQL), _mixed),
    "latency": Scenario(500, (SQLITE, POSTGRESQL), _latency),
    "idle": Scenario(60, (SQLITE,), _idle),
    "start": Scenario(0, (SQLITE,), _start),
    "memory": Scenario(20_000, (SQLITE,), _memory),
    "workers": Scenario(1_000, (POSTGRESQL,), _workers),
    "cost": Scenario(500, (POSTGRESQL,), _cost),
    "cost-plain": Scenario(500, (POSTGRESQL,), _cost_plain),
    "growth": Scenario(1_000_000, (SQLITE, POSTGRESQL), _growth),
    "web": Scenario(1_000, (SQLITE, POSTGRESQL), _web),
    "old-mails": Scenario(200_000, (SQLITE,), _old_mails),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what was asked for; return 1 when a result was wrong."""
    given = _parse(arguments)
    report = begin_report(_write_command(given))
    faults = 0
    for name in given.scenarios or SCENARIOS:
        scenario = SCENARIOS[name]
        wish = Wish(given.rounds, given.mails or scenario.mails)
        for database in [one for one in scenario.databases if given.database in ("", one)]:
            result = _measure(name, database, wish)
            if result is None:
                faults += 1
            else:
                report.results.append(result)
                sys.stdout.write(write_table(result) + "\n")
                sys.stdout.flush()
            # After each of them, so that what took an hour is not lost with what follows.
            written = write_report(report, Path(given.results))
    say(f"written to {written}")
    return 1 if faults else 0


def _measure(name: str, database: str, wish: Wish) -> Result | None:
    """Measure one scenario on servers of its own; say why, and return None, when its result was wrong."""
    try:
        with tempfile.TemporaryDirectory(prefix="mailbot-bench-") as folder, Servers() as servers:
            return SCENARIOS[name].measure(database, Path(folder), servers, wish)
    except (WrongResultError, RuntimeError) as error:
        say(f"{name} on {database}: {error}")
        return None


def _write_command(given: argparse.Namespace) -> str:
    """Return what somebody else types to measure the same; where the results went is nobody else's matter."""
    database = f" --database {given.database}" if given.database else ""
    mails = f" --mails {given.mails}" if given.mails else ""
    return f"python -m bench.run {' '.join(given.scenarios or SCENARIOS)}{database} --rounds {given.rounds}{mails}"


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.run", description="Measure mailbot against a bare floor.")
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help=f"any of {', '.join(SCENARIOS)}; all without")
    parser.add_argument("--database", choices=(SQLITE, POSTGRESQL), default="", help="only on this database")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each program (5)")
    parser.add_argument("--mails", type=int, default=0, help="another number of mails than the scenario's own")
    parser.add_argument("--results", default=str(RESULTS), help="the folder for the JSON (bench/results)")
    given = parser.parse_args(arguments)
    if unknown := [name for name in given.scenarios if name not in SCENARIOS]:
        parser.error(f"unknown scenario: {', '.join(unknown)}")
    return given


if __name__ == "__main__":
    sys.exit(main())
