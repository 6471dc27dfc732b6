"""What came out of a benchmark, as it is written to bench/results and printed as tables."""

from __future__ import annotations

import json
import os
import platform
import sys
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value; `at_most` or `at_least` is what it shall reach, None when nothing was promised."""

    what: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None

    @property
    def is_reached(self) -> bool | None:
        """Tell whether the promise is kept; None without one."""
        if self.at_most is not None:
            return self.value <= self.at_most
        return None if self.at_least is None else self.value >= self.at_least


@dataclass(frozen=True, slots=True)
class Result:
    """The figures of one scenario on one database, after its check; `sizes` says how much was measured."""

    scenario: str
    database: str
    sizes: dict[str, int]
    figures: list[Figure]
    turns: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Report:
    """What one command measured."""

    command: str
    began_at: str
    machine: str
    results: list[Result]


def begin_report(command: str) -> Report:
    """Return a report without results."""
    return Report(command, datetime.now(UTC).astimezone().isoformat(timespec="seconds"), describe_machine(), [])


def write_report(report: Report, folder: Path = RESULTS) -> Path:
    """Write a report as JSON, named by its time."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{report.began_at[:19].replace(':', '')}.json"
    path.write_text(json.dumps(asdict(report), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def read_report(path: Path) -> Report:
    """Return a report that was written before."""
    found = json.loads(path.read_text(encoding="utf-8"))
    results = [Result(**one | {"figures": [Figure(**figure) for figure in one["figures"]]}) for one in found["results"]]
    return Report(**found | {"results": results})


def describe_machine() -> str:
    """Return what the figures depend on: processors, system, Python."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
    cores = len(os.sched_getaffinity(0))
    release = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    load = os.getloadavg()[0]
    return f"{cores} cores of {model}, {release}, Python {platform.python_version()}, load before {load:.1f}"


def write_table(result: Result) -> str:
    """Return the figures of a result as a Markdown table."""
    sizes = ", ".join(f"{value:,} {name}" for name, value in result.sizes.items())
    lines = [
        f"**{result.scenario}** on {result.database} ({sizes})",
        "",
        "| what | measured | reach |",
        "|---|---:|---|",
    ]
    return "\n".join([*lines, *[_write_line(figure) for figure in result.figures]]) + "\n"


def _write_line(figure: Figure) -> str:
    reach = ""
    if figure.at_most is not None:
        reach = f"at most {figure.at_most:g}"
    elif figure.at_least is not None:
        reach = f"at least {figure.at_least:g}"
    if figure.is_reached is not None:
        reach += ", reached" if figure.is_reached else ", **not reached**"
    return f"| {figure.what} | {_write_value(figure)} | {reach} |"


def _write_value(figure: Figure) -> str:
    digits = 0 if abs(figure.value) >= 100 else 1 if abs(figure.value) >= 10 else 2
    return f"{figure.value:,.{digits}f} {figure.unit}".strip()


def say(words: str) -> None:
    """Tell the person at the screen how it goes."""
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()
