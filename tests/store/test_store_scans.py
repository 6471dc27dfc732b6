"""The table of scans, on both databases."""

from __future__ import annotations

from datetime import timedelta

from mailbot.adapters.store.queries import find_history
from mailbot.adapters.store.scans import Scans
from mailbot.domain.mail import Verdict
from mailbot.domain.malware import Scan
from tests.builders import make_picture
from tests.store.desk_work import NOW, open_one

CLEAN, UNANSWERED = Scan(Verdict.CLEAN), Scan(Verdict.UNSCANNED, "the scanner did not answer", is_final=False)
ONE, TWO = "aa" * 32, "bb" * 32


def test_what_could_not_be_scanned_is_due_again_ever_more_rarely(store):
    """After one, two, four minutes; a final word is never due."""
    scans, waits = Scans(store.engine), []
    now = NOW
    for _ in range(4):
        scans.keep({ONE: UNANSWERED, TWO: Scan(Verdict.UNSCANNED, "too large")}, now)
        minutes = 1
        while not scans.find_due(now + timedelta(minutes=minutes), 10):
            minutes += 1
        waits.append(minutes)
    assert waits == [1, 2, 4, 8]
    assert set(scans.find_unscanned()) == {ONE, TWO}
    scans.keep({ONE: CLEAN}, now)
    assert scans.find_unscanned() == [TWO]
    assert scans.find_due(now + timedelta(days=30), 10) == []
    scans.forget(TWO)
    assert scans.find_unscanned() == []


def test_the_word_about_a_file_stands_with_its_ticket(store):
    """`ticket show` reads it; a file that nobody asked about has none."""
    number = open_one(store, 1, attachments=(make_picture(sha256=ONE), make_picture("b.png", sha256=TWO)))
    Scans(store.engine).keep({ONE: Scan(Verdict.INFECTED, "Win.Trojan\0X")}, NOW)
    assert [(file.verdict, file.threat) for file in find_history(store.engine, number).files] == [
        ("infected", "Win.Trojan\ufffdX"),
        ("", ""),
    ]
