"""A campaign on small disks: they are filled at many points, and everything must be there when there is space again."""

from __future__ import annotations

import random
import sqlite3
import subprocess
from collections import Counter
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from email import message_from_bytes, policy
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from mailbot.adapters.store.auditing import audit_histories
from mailbot.adapters.store.engine import reading_one_state
from mailbot.adapters.store.file_names import find_file_names
from mailbot.adapters.store.tables import events, letters, mails, tickets
from mailbot.app import open_desk
from mailbot.domain.errors import WorldError
from mailbot.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.whole.desk import Office

NEEDS_ROOT = (
    "This test mounts small disks and may not: {}. Run it as root; in a container, start that with --cap-add SYS_ADMIN."
)
VARIABLES = {
    "MAILBOT_STORAGE__MINIMUM_FREE_MB": "0",
    "MAILBOT_DESK__ANSWERS_PER_HOUR": "1000000",
    "MAILBOT_DESK__ANSWERS_PER_DAY": "1000000",
    "MAILBOT_WORKER__LEASE_SECONDS": "1",
}
PICTURE = b"a screenshot of the error "
KB = 1024


@dataclass(slots=True)
class Result:
    """What came out; everything but `stops` and `copies` must be 0."""

    points: int = 0
    stops: int = 0
    lost: int = 0
    doubled: int = 0
    partial: int = 0
    damaged: int = 0
    files_missing: int = 0
    letters_missing: int = 0
    copies: int = 0

    @property
    def is_sound(self) -> bool:
        """Tell whether nothing is lost, doubled, half done or damaged."""
        wrong = (self.lost, self.doubled, self.partial, self.damaged, self.files_missing, self.letters_missing)
        return not any(wrong)

    def __str__(self) -> str:
        """Return the figures as docs/guarantees.md quotes them."""
        return (
            f"{self.points} points, {self.stops} clean stops: {self.lost} mails lost, {self.doubled} doubled, "
            f"{self.partial} half tickets, {self.damaged} damaged databases, {self.files_missing} files missing, "
            f"{self.letters_missing} letters missing, {self.copies} sent again"
        )


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """Mount a disk of that size in a `with` block."""
    folder.mkdir(parents=True, exist_ok=True)
    _mount("-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", str(folder))
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def remount(folder: Path, options: str) -> None:
    """Change a small disk while it is in use."""
    _mount("-o", f"remount,{options}", str(folder))


def _mount(*arguments: str) -> None:
    try:
        done = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise AssertionError(NEEDS_ROOT.format("there is no mount")) from error
    assert done.returncode == 0, NEEDS_ROOT.format(done.stderr.strip())


@contextmanager
def filled(disk: Path, leave: int) -> Iterator[None]:
    """Fill a disk in a `with` block until so many bytes are left."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):  # as full as it can be
        file.write(bytes(max(0, _free(disk) - leave)))
    try:
        yield
    finally:
        filler.unlink()


def _free(disk: Path) -> int:
    usage = subprocess.run(["stat", "-f", "-c", "%a %S", str(disk)], capture_output=True, text=True, check=True)
    blocks, size = map(int, usage.stdout.split())
    return blocks * size


def work(office: Office) -> str:
    """Do everything that waits; return the sentence with which it stopped, or an empty string."""
    try:
        with open_desk(load_settings(office.settings_file)) as desk:
            desk.once()
    except WorldError as error:
        return str(error)
    return ""


def write_mails(office: Office, point: int, count: int, size: int) -> None:
    """Let officers write, each with a file that nobody else sends."""
    for number in range(count):
        title = f"Point {point:03d} mail {number}"
        office.write("rakesh", title, f"Error {point}-{number}.", picture=PICTURE * (size // 26) + title.encode())


def run_points(office: Office, disk: Path, points: int, seed: int, most_left: int = 400 * KB) -> Result:
    """Fill the disk at so many points while mails wait, and let the desk go on when there is space again."""
    chance, result, mails_each = random.Random(seed), Result(), 2
    for point in range(points):
        write_mails(office, point, mails_each, 30 * KB)
        with filled(disk, chance.randrange(most_left)):
            stop_at(office, result, work)
    finish(office, result, points, mails_each)
    return result


def stop_at(office: Office, result: Result, trouble: Callable[[Office], str]) -> None:
    """Work in trouble, look at what is there, and count it."""
    result.points += 1
    if sentence := trouble(office):
        result.stops += 1
        assert len(sentence) > 40, sentence
    office.engine.dispose()
    check_state(office, result)


def check_state(office: Office, result: Result) -> None:
    """Count tickets that are there without history or letters, and a database that is not sound."""
    has_history = select(events.c.id).where(events.c.ticket_id == tickets.c.id).exists()
    has_letters = select(letters.c.id).where(letters.c.ticket_id == tickets.c.id).exists()
    result.partial += len(office.rows_of(select(tickets.c.id).where(~has_history | ~has_letters)))
    if office.engine.dialect.name == "sqlite":
        with closing(sqlite3.connect(str(office.engine.url.database))) as database:
            result.damaged += database.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok"


def finish(office: Office, result: Result, points: int, mails_each: int) -> None:
    """With space again everything is done by itself, and counted."""
    sentence = work(office)
    assert sentence == "", sentence
    opened = Counter(row.title for row in office.rows_of(select(tickets.c.title)))
    expected = [f"Point {point:03d} mail {number}" for point in range(points) for number in range(mails_each)]
    result.lost += sum(opened[title] == 0 for title in expected)
    result.lost += office.count_mails("INBOX")
    result.doubled += sum(max(0, opened[title] - 1) for title in expected)
    result.letters_missing += office.rows_of(select(func.count()).where(letters.c.state != "sent"))[0][0]
    unhandled = select(func.count()).select_from(mails).where(mails.c.state != "done")
    result.lost += office.rows_of(unhandled)[0][0]
    store = office.folder / "mailbot-data" / "files"
    with reading_one_state(office.engine) as connection:
        result.files_missing += sum(not (store / name[:2] / name).exists() for name in find_file_names(connection))
        result.damaged += audit_histories(connection).wrong
    sent = Counter(message_from_bytes(one.raw, policy=policy.default)["Message-ID"] for one in office.smtp.accepted)
    result.copies += sum(count - 1 for count in sent.values())
    check_state(office, result)
