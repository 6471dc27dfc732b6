"""The program is killed (kill -9) after every step of the crash tables; afterwards nothing is lost and nothing doubled.

The tables stand in the docstrings of mailbot/receive.py and mailbot/deliver.py.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from mailbot.adapters.store.tables import letters, mails, tickets
from mailbot.demo.screenshots import RETURN_FAILED, draw_page
from tests.torture.program import POISON
from tests.whole.desk import KILLED, PATIENCE, STAFF, Office, side_by_side

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.whole

SCREENSHOT = draw_page(RETURN_FAILED)
TITLES = ("GSTR-3B gives error RET191106", "ई-वे बिल नहीं बन रहा है", "Refund amount is wrong")
# An acknowledgement and a notice to everybody of the IT section, for each mail.
LETTERS = len(TITLES) * (1 + len(STAFF))


@dataclass(frozen=True, slots=True)
class Left:
    """What is left behind by a program that died: the table's middle columns.

    `kept`, `filed` and `done` count mails of the ledger, `tried` those whose handling was begun and not ended.
    """

    waiting: int = 0
    processed: int = 0
    files: int = 0
    kept: int = 0
    filed: int = 0
    tried: int = 0
    done: int = 0
    tickets: int = 0
    letters: str = ""
    sent: int = 0


ALL_FILED = Left(processed=3, files=3, filed=3)
# Two deaths ahead of its turn, three in it, and a good end.
MOST_STARTS = 6
PENDING_ONE, PENDING_TWO, PENDING_ALL = "3 pending", "6 pending", "9 pending"

# Step, at which of its times, and what is left; the first mail has a screenshot, which is a file of its own.
TABLE = [
    ("fetched:1", Left(waiting=3)),
    ("written:1", Left(waiting=3, files=2)),
    ("kept:1", Left(waiting=3, files=2, kept=2)),
    ("moved:1", Left(waiting=1, processed=2, files=2, kept=2)),
    ("filed:1", Left(waiting=1, processed=2, files=2, filed=2)),
    ("kept:2", Left(waiting=1, processed=2, files=3, filed=2, kept=1)),
    ("claimed:1", Left(processed=3, files=3, filed=3)),
    ("begun:1", Left(processed=3, files=3, filed=3, tried=1)),
    ("parsed:2", Left(processed=3, files=4, filed=2, tried=1, done=1, tickets=1, letters="3 pending")),
    ("letter-begun:9", Left(processed=3, files=4, filed=1, tried=1, done=2, tickets=2, letters="6 pending")),
    ("handled:1", Left(processed=3, files=4, filed=2, done=1, tickets=1, letters="3 pending")),
    ("handled:3", Left(processed=3, files=4, done=3, tickets=3, letters="9 pending")),
    ("letters-claimed:1", Left(processed=3, files=4, done=3, tickets=3, letters="9 sending")),
    ("letters-sent:1", Left(processed=3, files=4, done=3, tickets=3, letters="9 sending", sent=9)),
    ("letters-settled:1", Left(processed=3, files=4, done=3, tickets=3, letters="9 sent", sent=9)),
]


@pytest.mark.parametrize(("failpoint", "left"), TABLE, ids=[step for step, _ in TABLE])
def test_nothing_is_lost_or_doubled_by_a_kill(both_offices: Sequence[Office], failpoint: str, left: Left) -> None:
    """After a kill the mailbox and the ledger are as the table says; the next run brings everything to its end."""

    def die_and_go_on(office: Office) -> None:
        three_mails_arrive(office)
        ended = office.try_mailbot("once", **killed_at(failpoint))
        assert ended.code == KILLED, ended.errors
        assert what_is_left(office) == left

        office.mailbot("once", **TWO_AT_ONCE)
        assert_all_is_done(office, twice=left.sent if "sending" in left.letters else 0)

    side_by_side(die_and_go_on, both_offices)


def test_a_kill_while_letters_go_out_repeats_a_letter_at_most(both_offices: Sequence[Office]) -> None:
    """Killed when the server has taken four of nine letters; whichever is repeated is the same letter to the byte."""

    def die_while_sending(office: Office) -> None:
        three_mails_arrive(office)
        with (office.folder / "killed.log").open("wb") as log:
            process = subprocess.Popen(office.command("once"), env=office.environment({}), stderr=log)
        deliver = office.dovecot.deliver

        def kill_at_the_fourth(to: str, raw: bytes) -> None:
            if len(office.smtp.accepted) >= 4:
                with suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGKILL)
            deliver(to, raw)

        office.smtp.deliver = kill_at_the_fourth
        assert process.wait(PATIENCE) == KILLED
        office.smtp.deliver = deliver
        sent = len(office.smtp.accepted)
        assert 4 <= sent < LETTERS

        office.mailbot("once")
        assert_all_is_done(office, twice=sent)

    side_by_side(die_while_sending, both_offices)


def test_a_mail_that_kills_the_program_each_time_is_set_aside(both_offices: Sequence[Office]) -> None:
    """It may die a few times while it is read ahead of its turn; three deaths in its turn make a ticket of it."""

    def die_again_and_again(office: Office) -> None:
        office.arrive(POISON + b"\r\n" + three_mails_arrive(office))
        ends = [run_poisoned(office)]
        while ends[-1] == KILLED and len(ends) < MOST_STARTS:
            ends.append(run_poisoned(office))
        assert ends[-1] == 0
        assert count_states(office) == {"done": 3, "quarantined": 1}
        titles = {row.title for row in office.rows_of(select(tickets.c.title))}
        assert titles == {"A mail could not be read", *TITLES}
        assert "1 quarantined + 0 waiting" in office.mailbot("reconcile")

    side_by_side(die_again_and_again, both_offices)


def test_crashes_of_another_cause_blame_no_mail(both_offices: Sequence[Office]) -> None:
    """Three deaths, each with another mail in hand: none of them is set aside."""

    def die_three_times(office: Office) -> None:
        three_mails_arrive(office)
        for _ in range(3):
            assert office.try_mailbot("once", **killed_at("begun:1")).code == KILLED
        office.mailbot("once")
        assert_all_is_done(office, twice=0)

    side_by_side(die_three_times, both_offices)


def run_poisoned(office: Office) -> int:
    """Run the program that the poison kills, to its end; return how it ended."""
    command = [word if word != "mailbot" else "tests.torture.program" for word in office.command("once")]
    command.insert(command.index("tests.torture.program") + 1, "none")
    environment = office.environment({"PYTHONPATH": str(Path(__file__).parents[2])})
    return subprocess.run(command, env=environment, check=False, capture_output=True, timeout=PATIENCE).returncode


def count_states(office: Office) -> Counter[str]:
    """Return how many mails are in each state."""
    return Counter(row.state for row in office.rows_of(select(mails.c.state)))


# Two mails are fetched together, so that three make a second round.
TWO_AT_ONCE = {"MAILBOT_WORKER__BATCH_MAILS": "2"}


def killed_at(failpoint: str) -> dict[str, str]:
    """Return the variables that kill the program at a step."""
    return TWO_AT_ONCE | {"MAILBOT_TESTING": "1", "MAILBOT_FAILPOINT": failpoint}


def three_mails_arrive(office: Office) -> bytes:
    """Let three officers' mails arrive, the first with a screenshot, and return the last one."""
    office.write("rakesh", TITLES[0], "The portal shows an error page when I submit.", picture=SCREENSHOT)
    office.write("sunita", TITLES[1], "आज सुबह से पोर्टल पर 503 त्रुटि आ रही है।")
    return office.write("rakesh", TITLES[2], "RFD-06 shows 1,90,600 instead of 2,28,600.")


def what_is_left(office: Office) -> Left:
    """Return what stands in the mailbox, in the file store, in the ledger and in the outbox."""
    kept = office.rows_of(select(mails.c.filed, mails.c.attempts).where(mails.c.state == "kept"))
    states = Counter(row.state for row in office.rows_of(select(letters.c.state)))
    return Left(
        waiting=office.count_mails("INBOX"),
        processed=office.count_mails("Processed"),
        files=len(files_of(office)),
        kept=sum(not row.filed for row in kept),
        filed=sum(row.filed for row in kept),
        tried=sum(row.attempts > 0 for row in kept),
        done=len(office.rows_of(select(mails.c.id).where(mails.c.state == "done"))),
        tickets=len(office.rows_of(select(tickets.c.id))),
        letters=", ".join(f"{count} {state}" for state, count in states.items()),
        sent=len(office.smtp.accepted),
    )


def files_of(office: Office) -> list[Path]:
    """Return the files of the store; one that was half written when the program died has no valid name."""
    folder = office.folder / "mailbot-data" / "files"
    return [path for path in folder.rglob("*") if path.is_file() and len(path.name) == 64]


def assert_all_is_done(office: Office, twice: int) -> None:
    """Check that each mail has one ticket, that each letter arrived, so many of them perhaps twice, and the sums."""
    assert sorted(row.title for row in office.rows_of(select(tickets.c.title))) == sorted(TITLES)
    assert office.count_mails("INBOX") == 0
    assert office.count_mails("Processed") == len(TITLES)

    numbers = {row.number: row.requester for row in office.rows_of(select(tickets.c.number, tickets.c.requester))}
    staff = [office.address_of(name) for name in STAFF]
    expected = {(number, to) for number, requester in numbers.items() for to in (requester, *staff)}
    copies: dict[tuple[str, str], list[bytes]] = {}
    for letter in office.smtp.accepted:
        number = message_from_bytes(letter.raw)["Message-ID"].split(".")[2]
        copies.setdefault((number, letter.to), []).append(letter.raw)
    assert {(digits, to) for digits, to in copies} == {(number_digits(number), to) for number, to in expected}
    assert all(len(set(same)) == 1 for same in copies.values())
    assert len(office.smtp.accepted) - LETTERS <= twice
    assert "received 3 = 3 opened" in office.mailbot("reconcile")


def number_digits(number: str) -> str:
    """Return the digits of a ticket number, as its letters carry them in their Message-ID."""
    return "".join(character for character in number if character.isdigit())
