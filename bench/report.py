"""The newest result of each scenario as Markdown: `python -m bench.report` prints it.

`python -m bench.report --into docs/performance.md` writes it between the two marks of that page.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bench.figures import RESULTS, read_report, write_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.figures import Report, Result

BEGIN, END = "<!-- figures of the last runs, written by python -m bench.report -->\n", "<!-- end of the figures -->\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print or write the tables, each with its command, machine and date; 1 when nothing was measured yet."""
    parser = argparse.ArgumentParser(prog="python -m bench.report")
    parser.add_argument("results", nargs="?", default=str(RESULTS), help="the folder with the JSON (bench/results)")
    parser.add_argument("--into", default="", help="a page with the two marks, between which the tables are written")
    given = parser.parse_args(arguments)
    newest: dict[tuple[str, str], tuple[Report, Result]] = {}
    for path in sorted(Path(given.results).glob("*.json")):
        report = read_report(path)
        newest |= {(result.scenario, result.database): (report, result) for result in report.results}
    if not newest:
        sys.stderr.write(f"There are no results in {given.results} yet.\n")
        return 1
    written = "\n".join(_write(*one) for one in newest.values())
    if given.into:
        put_between_marks(Path(given.into), written)
    else:
        sys.stdout.write(written)
    return 0


def put_between_marks(page: Path, written: str) -> None:
    """Replace what stands between the two marks of a page."""
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"{page} lacks the lines {BEGIN.strip()} and {END.strip()}")
    page.write_text(f"{before}{BEGIN}\n{written}\n{END}{after}", encoding="utf-8")


def _write(report: Report, result: Result) -> str:
    return f"{write_table(result)}\n`{report.command}`, {report.began_at}, {report.machine}.\n"


if __name__ == "__main__":
    sys.exit(main())
