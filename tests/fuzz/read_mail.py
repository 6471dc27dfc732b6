"""Reads broken mails until one escapes: `python -m tests.fuzz.read_mail 20000 --seed 7`, or `--guided` with atheris.

Whatever the bytes are, the answer is a reading or the sentence that they cannot be read, within ten seconds and 512 MB.
An escape is kept as a file in the folder named by --keep, and its first line of trouble is printed.
With `--guided` the mails come from atheris (the extra `fuzz`), which looks for new ways through the program.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import random
import resource
import signal
import sys
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from mailbot.adapters.reading.message import read_message
from mailbot.adapters.reading.wire import pack_reading, unpack_reading
from mailbot.domain.errors import UnreadableMailError
from mailbot.domain.understanding import understand
from mailbot.settings import load_settings
from mailbot.settings.desk import make_desk
from tests.generators.mutation import mutate
from tests.reading.hostile import HOSTILE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from mailbot.domain.desk import Desk

MAILS = Path(__file__).parent.parent / "mails"
SECONDS = 10
MEGABYTES = 512
_BROKEN = "The mail breaks its reader"


class TooSlowError(Exception):
    """Reading one mail took too long."""


def find_seeds() -> list[bytes]:
    """Return all mails of the tests, in a fixed order."""
    files = sorted((*MAILS.glob("*.eml"), *(MAILS / "hostile").glob("*.eml")))
    return [*(file.read_bytes() for file in files), *HOSTILE.values()]


def answer(raw: bytes, desk: Desk) -> str:
    """Do with a mail everything that happens before anything is decided; return `read` or `unreadable`."""
    try:
        reading = read_message(raw, oversized=False)
    except UnreadableMailError:
        return "unreadable"
    header, blobs = pack_reading(reading)
    again = unpack_reading(json.loads(json.dumps(header).encode()), blobs)
    understood = understand(again.mail, desk)
    json.dumps([again.mail.text, again.mail.reply, again.mail.subject, understood.text], ensure_ascii=False).encode()
    return "read"


def run(count: int, seed: int, keep: Path) -> Counter[str]:
    """Read so many mails; return how many were read, unreadable, or escaped, and how slow the slowest one was."""
    desk, seeds, source = make_desk_of_tests(), find_seeds(), random.Random(seed)
    found: Counter[str] = Counter()
    for _ in range(count):
        raw = mutate(source, seeds)
        started = time.process_time()
        try:
            with limited():
                found[answer(raw, desk)] += 1
        except Exception as error:  # noqa: BLE001 - whatever escapes is what is looked for
            found["escaped"] += 1
            keep_escape(raw, error, keep)
        found["slowest_ms"] = max(found["slowest_ms"], round((time.process_time() - started) * 1000))
    return found


def make_desk_of_tests() -> Desk:
    """Return a desk with the settings that come with mailbot."""
    return make_desk(load_settings(None), None)


def keep_escape(raw: bytes, error: Exception, keep: Path) -> None:
    """Write the mail that escaped into a file, and say where in the program it happened."""
    keep.mkdir(parents=True, exist_ok=True)
    file = keep / f"{hashlib.sha256(raw).hexdigest()[:16]}.eml"
    file.write_bytes(raw)
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "?"
    sys.stdout.write(f"{file}: {type(error).__name__} in {where}: {error!s:.100}\n")


@contextlib.contextmanager
def limited() -> Iterator[None]:
    """Raise TooSlowError in whatever runs longer than ten seconds."""
    signal.signal(signal.SIGALRM, _stop)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)


def _stop(_: int, __: FrameType | None) -> None:
    raise TooSlowError(f"more than {SECONDS} seconds")


def run_guided(arguments: list[str]) -> None:
    """Let atheris make the mails; it needs a copy of the seeds as files and never returns."""
    import atheris  # noqa: PLC0415 - only here: it is an optional extra

    desk = make_desk_of_tests()
    corpus = Path(tempfile.mkdtemp(prefix="mailbot-corpus-"))
    for raw in find_seeds():
        (corpus / hashlib.sha256(raw).hexdigest()).write_bytes(raw)

    def read_one(raw: bytes) -> None:
        answer(raw, desk)

    atheris.instrument_all()
    limits = (f"-rss_limit_mb={MEGABYTES}", f"-timeout={SECONDS}")
    atheris.Setup([sys.argv[0], *arguments, *limits, str(corpus)], read_one)
    atheris.Fuzz()


def main() -> int:
    """Read the arguments and run; the exit code is 1 when anything escaped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "mailbot-escapes")
    parser.add_argument("--guided", action="store_true")
    given, rest = parser.parse_known_args()
    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if given.guided:
        given.keep.mkdir(parents=True, exist_ok=True)  # libFuzzer does not make it
        run_guided([f"-runs={given.count}", f"-seed={given.seed}", f"-artifact_prefix={given.keep}/", *rest])
    resource.setrlimit(resource.RLIMIT_AS, (MEGABYTES << 20, MEGABYTES << 20))
    started = time.monotonic()
    found = run(given.count, given.seed, given.keep)
    seconds = time.monotonic() - started
    sys.stdout.write(f"seed {given.seed}, {given.count} mails in {seconds:.0f} s: {dict(found)}\n")
    return 1 if found["escaped"] else 0


if __name__ == "__main__":
    sys.exit(main())
