"""A campaign of kills: mails come in, the program is killed at random moments, and in the end everything is counted."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from mailbot.adapters.store.tables import files, letters, mails, tickets
from mailbot.demo.clients import Client, Note, Picture, write_mail
from mailbot.demo.screenshots import RETURN_FAILED, draw_page
from tests.torture.program import POISON
from tests.whole.desk import STAFF, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.whole.desk import Office

CLIENTS = (Client.GMAIL, Client.ANDROID, Client.OUTLOOK, Client.THUNDERBIRD, Client.APPLE, Client.SAMSUNG)
ROOT = Path(__file__).parents[2]
# No officer writes so often in an hour; what is tried here is not the bound on answers.
UNBOUNDED = {
    "MAILBOT_DESK__ANSWERS_PER_HOUR": "1000000",
    "MAILBOT_DESK__ANSWERS_PER_DAY": "1000000",
    "MAILBOT_DESK__ANSWERS_PER_HOUR_DOMAIN": "1000000",
    "MAILBOT_DESK__ANSWERS_PER_HOUR_DESK": "1000000",
    "MAILBOT_DESK__FLOOD_MAILS_PER_HOUR": "1000000",
    "MAILBOT_WORKER__RETRY_SECONDS": "[1, 1]",
}
# At one of these steps the program rests a moment in each run, so that kills fall into all of them alike.
STEPS = (
    "fetched", "written", "kept", "moved", "filed", "claimed", "begun", "parsed", "letter-begun", "handled",
    "letters-claimed", "letters-sent", "letters-settled",
)  # fmt: skip
# However slow the machine is: after so many more starts everything must have come to its end.
MOST_STARTS_AFTER = 8
DRAIN_SECONDS = 300
LOG, READY = "torture.log", b"mailbot runs"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a campaign does; `fault` is planted into the program (see program.py).

    In each run the program rests at one of `steps`, so that kills fall there.
    """

    mails: int
    kills: int
    seed: int
    fault: str = "none"
    poisoned: int = 1
    steps: tuple[str, ...] = STEPS
    longest: float = 0.5


@dataclass(slots=True)
class Result:
    """What came out, in numbers of mails, letters and files; everything but `copies` must be 0 for a sound program."""

    lost: int = 0
    doubled: int = 0
    letters_missing: int = 0
    letters_changed: int = 0
    files_missing: int = 0
    set_aside: int = 0
    unexplained: int = 0
    poison_left: int = 0
    copies: int = 0
    letters: int = 0
    kills: int = 0
    seconds: float = 0.0

    @property
    def is_sound(self) -> bool:
        """Tell whether nothing was lost or doubled; a repeated letter is allowed, one in a hundred, byte for byte."""
        mails_wrong = self.lost or self.doubled or self.set_aside or self.unexplained or self.poison_left
        letters_wrong = self.letters_missing or self.letters_changed or self.copies > max(3, self.letters // 100)
        return not (mails_wrong or letters_wrong or self.files_missing)

    def __str__(self) -> str:
        """Return the figures as docs/guarantees.md quotes them."""
        return (
            f"{self.kills} kills in {self.seconds:.0f} s: {self.lost} mails lost, {self.doubled} doubled, "
            f"{self.set_aside} set aside without fault, "
            f"{self.letters_missing} of {self.letters} letters missing, {self.copies} sent again "
            f"({self.letters_changed} of them changed), {self.files_missing} files missing, "
            f"{self.unexplained} unexplained, {self.poison_left} poisoned mails left"
        )


def run_campaign(office: Office, plan: Plan) -> Result:
    """Let the mails arrive while the program is killed again and again, then let it finish, and count."""
    chance, began = random.Random(plan.seed), time.monotonic()
    waiting = list(write_mails(office, plan, chance))
    result, per_kill = Result(), -(-plan.mails // max(1, plan.kills))
    for _ in range(plan.kills):
        rest = f"{chance.choice(plan.steps)}:{chance.randint(1, 3)}:sleep={plan.longest}"
        result.kills += _run_and_kill(office, plan, waiting[:per_kill], chance.uniform(0, 2 * plan.longest), rest)
        del waiting[:per_kill]
    for raw in waiting:
        office.arrive(raw)
    _finish(office, plan)
    count(office, plan, result)
    result.seconds = time.monotonic() - began
    return result


def write_mails(office: Office, plan: Plan, chance: random.Random) -> Iterator[bytes]:
    """Write what officers write; every third with a screenshot, each of these another file."""
    page = draw_page(RETURN_FAILED)
    for number in range(plan.mails):
        row = office.rows[chance.choice(("rakesh", "sunita"))]
        picture = Picture(f"error-{number}.png", page + f"{number:08d}".encode()) if number % 3 == 0 else None
        text = f"GSTR-3B दाखिल नहीं हो रहा है, त्रुटि {number:06d}।" if number % 2 else f"Error {number:06d} on submit."
        note = Note(row["name"], row["email"], office.address, title_of(number), text, chance.choice(CLIENTS), picture)
        yield write_mail(note, datetime.now(UTC))
    for number in range(plan.poisoned):
        row = office.rows["rakesh"]
        note = Note(row["name"], row["email"], office.address, f"Poison {number}", "Please help.", Client.GMAIL)
        yield POISON + b"\r\n" + write_mail(note, datetime.now(UTC))


def title_of(number: int) -> str:
    """Return the subject that one mail alone has."""
    return f"Return {number:06d} not filed"


def _run_and_kill(office: Office, plan: Plan, arriving: list[bytes], seconds: float, rest: str) -> bool:
    """Kill the worker so long after it is ready, while mails arrive; False when something else ended it first."""
    with _started(office, plan, "run", MAILBOT_TESTING="1", MAILBOT_FAILPOINT=rest) as process:
        _wait_until_ready(office, process)
        end = time.monotonic() + seconds
        for raw in arriving:
            office.arrive(raw)
            time.sleep(seconds / len(arriving) / 2)
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, end - time.monotonic()))
            return False
    return True


def _wait_until_ready(office: Office, process: subprocess.Popen[bytes]) -> None:
    log = office.folder / LOG
    wait_for(lambda: process.poll() is not None or READY in log.read_bytes(), "the start of the worker")


def _finish(office: Office, plan: Plan) -> None:
    """Start the program until it ends by itself; a poisoned mail may kill it three times."""
    for _ in range(MOST_STARTS_AFTER + 3 * plan.poisoned):
        with _started(office, plan, "once") as process:
            try:
                if process.wait(DRAIN_SECONDS) == 0:
                    return
            finally:
                process.kill()


@contextmanager
def _started(office: Office, plan: Plan, command: str, **variables: str) -> Iterator[subprocess.Popen[bytes]]:
    words = (
        sys.executable,
        "-m",
        "tests.torture.program",
        plan.fault,
        "--settings",
        str(office.settings_file),
        command,
    )
    environment = office.environment(UNBOUNDED | variables | {"PYTHONPATH": str(ROOT)})
    with (office.folder / LOG).open("wb") as log:
        process = subprocess.Popen(words, env=environment, cwd=office.folder, stdout=log, stderr=log)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def count(office: Office, plan: Plan, result: Result) -> None:
    """Compare what was written with tickets, letters and files, and the ledger with itself."""
    opened = Counter(row.title for row in office.rows_of(select(tickets.c.title)))
    expected = [title_of(number) for number in range(plan.mails)]
    states = Counter(row.state for row in office.rows_of(select(mails.c.state)))
    result.set_aside = max(0, states["quarantined"] - plan.poisoned)
    result.lost = sum(opened[title] == 0 for title in expected) - result.set_aside
    result.doubled = sum(max(0, opened[title] - 1) for title in expected)
    result.poison_left = max(0, plan.poisoned - states["quarantined"])
    result.unexplained = states.total() - states["done"] - states["quarantined"] + office.count_mails("INBOX")
    _count_letters(office, result)
    store = office.folder / "mailbot-data" / "files"
    on_disk = {path.name for path in store.rglob("*") if path.is_file() and _has_its_name(path)}
    named = {row.sha256 for row in office.rows_of(select(files.c.sha256).union(select(mails.c.sha256)))}
    result.files_missing = len(named - on_disk)


def _count_letters(office: Office, result: Result) -> None:
    """Count by Message-ID: each letter of each ticket arrived, and what arrived twice is the same to the byte."""
    arrived: dict[str, list[bytes]] = {}
    reached: set[tuple[str, str]] = set()
    for letter in office.smtp.accepted:
        message_id = str(message_from_bytes(letter.raw, policy=policy.default)["Message-ID"])
        arrived.setdefault(message_id, []).append(letter.raw)
        reached.add((message_id.split(".")[2], letter.to))
    staff = [office.address_of(name) for name in STAFF]
    for row in office.rows_of(select(tickets.c.number, tickets.c.requester, tickets.c.title)):
        digits = "".join(filter(str.isdigit, row.number))
        readers = [*staff, row.requester] if row.requester else staff
        result.letters += len(readers)
        result.letters_missing += sum((digits, reader) not in reached for reader in readers)
    unsent = select(func.count()).select_from(letters).where(letters.c.state != "sent")
    result.letters_missing += office.rows_of(unsent)[0][0]
    result.copies = sum(len(same) - 1 for same in arrived.values())
    result.letters_changed = sum(len(set(same)) > 1 for same in arrived.values())


def _has_its_name(path: Path) -> bool:
    return sha256(path.read_bytes()).hexdigest() == path.name
