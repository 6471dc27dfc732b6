"""Hostile content in full size: headers, recipients, names, bombs, poison."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from mailbot.adapters.reading import ChildReader
from mailbot.adapters.store.engine import open_engine
from mailbot.adapters.store.tables import metadata
from mailbot.domain.errors import UnreadableMailError
from tests.generators.bombs import mail_bombs, picture_bombs
from tests.hostile_content import count_letters_elsewhere, count_unsafe_names, count_wrong_heads
from tests.poison import PoisonResult, run_poison

SECONDS, MEGABYTES = 60, 512
GROWTH_MB = 20


def tell(*lines: str) -> None:
    """Print figures that docs/guarantees.md quotes; `-s` shows them."""
    sys.stdout.write("\n".join(("", *lines, "")))


def own_memory_mb() -> float:
    """Return how much memory this process has now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1_000_000


def test_hostile_subjects_names_and_addresses() -> None:
    """10,000 mails: every letter has exactly our headers and one recipient."""
    done = count_wrong_heads(7, 10_000)
    tell(f"G-OUT-6: {done.mails} mails, {done.letters} letters, {len(done.wrong)} wrong")
    assert done.wrong == []


def test_hostile_recipients() -> None:
    """10,000 mails and answers: 0 letters elsewhere."""
    done = count_letters_elsewhere(7, 10_000)
    tell(f"G-OUT-7: {done.mails} mails, {done.letters} letters, {len(done.wrong)} elsewhere")
    assert done.wrong == []


def test_hostile_file_names(tmp_path: Path) -> None:
    """20,000 names: all files are named by their hash."""
    done = count_unsafe_names(tmp_path / "files", 7, 20_000)
    tell(f"G-CON-3: {done.mails} names, {len(done.wrong)} unsafe")
    assert done.wrong == []


def test_bombs_in_the_reading_process() -> None:
    """200 mails and 40 pictures through the real process: each within its limits, and we do not grow."""
    bombs = [*mail_bombs(), *picture_bombs()]
    reader = ChildReader(cpu_seconds=10, wall_seconds=SECONDS, memory_mb=MEGABYTES, picture_pixels=40_000_000)
    reader.prepare()
    reader.read(b"From: a@b.example\r\n\r\nx", oversized=False)
    before, slowest, refused = own_memory_mb(), 0.0, []
    for name, raw in bombs:
        begun = time.monotonic()
        try:
            reader.read(raw, oversized=False)
        except UnreadableMailError as error:
            refused.append(f"{name}: {error}")
        slowest = max(slowest, time.monotonic() - begun)
    growth = own_memory_mb() - before
    reader.close()
    tell(f"G-CON-1, G-CON-6: {len(bombs)} bombs, slowest {slowest:.1f} s, {len(refused)} refused, +{growth:.1f} MB")
    tell(*refused)
    assert len(bombs) == 240
    assert slowest < SECONDS + 5
    assert growth <= GROWTH_MB


def test_poison_among_good_mails(tmp_path: Path) -> None:
    """50 poison mails among 1,000: all others done, each poison tried three times, and all handled after a repair."""
    engine = open_engine(f"sqlite:///{tmp_path / 'mailbot.db'}")
    metadata.create_all(engine)
    result = run_poison(engine, tmp_path, 50, 1_000)
    engine.dispose()
    tell(f"G-IN-4: {result}")
    assert result == PoisonResult(950, 50, 3, 50)
