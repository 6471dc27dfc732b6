"""`python -m bench.profiled FOLDER ARGUMENTS...` is `mailbot ARGUMENTS...` with a profile of each of its threads.

When a thread ends, where its time went is written to FOLDER, as text and as a page for the browser. The processes that
read mails are not seen here.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

from pyinstrument import Profiler

from mailbot.cli import main

# The threads that work; the others sleep.
WORKING = ("intake", "handle", "deliver", "reader")
SECONDS_BETWEEN = 0.001


def profile_threads(folder: Path) -> None:
    """Let every working thread that begins from now on be watched."""
    run = threading.Thread.run

    def run_watched(self: threading.Thread) -> None:
        if not self.name.startswith(WORKING):
            run(self)
            return
        profiler = Profiler(interval=SECONDS_BETWEEN)
        profiler.start()
        try:
            run(self)
        finally:
            profiler.stop()
            (folder / f"{self.name}.txt").write_text(profiler.output_text(unicode=True, show_all=False))
            (folder / f"{self.name}.html").write_text(profiler.output_html())

    threading.Thread.run = run_watched  # type: ignore[method-assign]


if __name__ == "__main__":
    # What another process does is not seen here.
    os.environ["MAILBOT_WORKER__OWN_PROCESS"] = "false"
    profile_threads(Path(sys.argv.pop(1)))
    sys.exit(main())
