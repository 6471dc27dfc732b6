"""Mails that break what reads them, among good ones: counted for the suite and, in full size, for the campaign."""

from __future__ import annotations

from dataclasses import dataclass

from mailbot.adapters.reading.message import read_message
from mailbot.adapters.store.queries import find_mails
from mailbot.adapters.store.setting_aside import retry_mails
from mailbot.domain.errors import UnreadableMailError
from tests.store.small_desk import Desk, mail

FAULTS = (
    UnreadableMailError("reading it took too much time"),
    MemoryError(),
    RecursionError(),
    UnicodeEncodeError("utf-8", "\udcff", 0, 1, "surrogates not allowed"),
    ValueError("embedded null character"),
)


@dataclass
class PoisonReader:
    """Fails with every mail that is marked as poison, each in its own way, until it is mended."""

    is_mended: bool = False

    def prepare(self):
        """Be ready; there is nothing to start."""

    def read(self, raw, *, oversized):
        """Return what the mail says."""
        if b"poison" in raw and not self.is_mended:
            raise FAULTS[raw.count(b"x") % len(FAULTS)]
        return read_message(raw, oversized=oversized)


@dataclass(frozen=True)
class PoisonResult:
    """What became of the good ones and of the poison."""

    good_done: int
    quarantined: int
    most_attempts: int
    done_after_mending: int


def run_poison(engine, path, poison: int, count: int) -> PoisonResult:
    """Let mails arrive of which some are poison, let hours pass, then mend the reader and retry."""
    reader = PoisonReader()
    desk = Desk(engine, path, reader)
    every = count // poison
    for number in range(count):
        words = "poison" + "x" * number if number % every == 0 and number < every * poison else "GSTR-3B does not open"
        desk.gets(mail(f"officer{number}@tax.up.example", f"Problem {number}", words, f"p{number}"))
    for _ in range(4):
        desk.clock.advance(hours=1)
        desk.gets()
    aside = find_mails(engine, "quarantined", count)
    good = sum(line.outcome == "opened" for line in find_mails(engine, "done", count))
    reader.is_mended = True
    retry_mails(engine, [line.id for line in aside], desk.clock())
    desk.gets()
    done = {line.id for line in find_mails(engine, "done", count)}
    attempts = max((line.attempts for line in aside), default=0)
    return PoisonResult(good, len(aside), attempts, sum(line.id in done for line in aside))
