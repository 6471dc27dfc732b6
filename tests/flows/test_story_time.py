"""The story of time, and the comparison of the books: what is due is done, and everything is accounted for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from mailbot.domain.decision import Outcome
from mailbot.domain.ticket import Status
from mailbot.domain.timers import TimerKind
from mailbot.reconcile import balance, reconcile
from mailbot.remind import DueTimer, Reminder
from tests.builders import ASHA, NOW, make_ticket
from tests.fakes import FakeClock, FakeMailbox, FakeTimers


def make_timer(number=1, status=Status.RESOLVED, late=timedelta(0)):
    """Return a closing timer of one ticket that became due `late` ago."""
    return DueTimer(number, TimerKind.CLOSE, NOW - late, make_ticket(status), ASHA)


def test_what_is_due_is_done_oldest_first():
    """Two resolved tickets close, the one that waits longer first; one that is not due stays."""
    timers = FakeTimers([make_timer(1), make_timer(2, late=timedelta(days=1)), make_timer(3, late=timedelta(days=-1))])
    assert Reminder(timers, FakeClock()).remind_due() == 2
    assert [(number, decision.outcome) for number, decision in timers.applied] == [(2, "updated"), (1, "updated")]
    assert [timer.id for timer in timers.due] == [3]


def test_a_ticket_that_moved_on_is_left_alone():
    """The timer goes, the ticket stays as it is, nobody is written to."""
    timers = FakeTimers([make_timer(status=Status.IN_PROGRESS)])
    Reminder(timers, FakeClock()).remind_due()
    assert [(d.outcome, d.change, d.letters) for _, d in timers.applied] == [(Outcome.IGNORED, None, ())]


def test_a_change_meanwhile_stops_nobody_else():
    """A timer that meets another change is looked at again next time; the others are done now."""
    timers = FakeTimers([make_timer(1), make_timer(2)], changed={1})
    reminder = Reminder(timers, FakeClock())
    reminder.remind_due()
    assert [number for number, _ in timers.applied] == [2]
    reminder.remind_due()
    assert [number for number, _ in timers.applied] == [2, 1]


def test_no_more_than_asked_for_is_done_at_once():
    """A thousand due timers are done in rounds."""
    timers = FakeTimers([make_timer(number) for number in range(10)])
    assert Reminder(timers, FakeClock()).remind_due(limit=4) == 4
    assert len(timers.due) == 6


@dataclass
class FakeSums:
    """Sums of a ledger."""

    states: dict[str, int] = field(default_factory=dict)
    outcomes: dict[str, int] = field(default_factory=dict)
    letters: dict[str, int] = field(default_factory=dict)


@dataclass
class FakeBooks:
    """A ledger as the comparison sees it."""

    sums: FakeSums
    filed: dict[int, bool] = field(default_factory=dict)
    raw_names: dict[int, str] = field(default_factory=dict)

    def find_sums(self):
        """Return the sums."""
        return self.sums

    def find_filed(self, mailbox, uidvalidity, uids):
        """Return what is known."""
        del mailbox, uidvalidity
        return {uid: self.filed[uid] for uid in uids if uid in self.filed}

    def find_raw_names(self):
        """Return the kept files."""
        return self.raw_names


EVERYTHING = FakeSums(
    {"done": 9, "quarantined": 1, "kept": 2},
    {"opened": 4, "updated": 3, "duplicate": 1, "automatic": 1, "quarantined": 1, "": 2},
)


def test_the_sum_is_written_as_people_read_it():
    """Every outcome and what waits stand in one line, also those that are zero."""
    balanced, equation = balance(EVERYTHING)
    assert balanced
    assert equation == (
        "received 12 = 4 opened + 3 updated + 0 answered + 1 duplicate "
        "+ 1 automatic + 0 ignored + 1 quarantined + 2 waiting"
    )


@pytest.mark.parametrize(
    "sums",
    [
        FakeSums({"done": 2}, {"opened": 1}),
        FakeSums({"done": 1}, {"vanished": 1}),
        FakeSums({"done": 1}, {"opened": 2}),
        FakeSums({"done": 1, "kept": 1}, {"": 2}),
    ],
)
def test_a_sum_that_does_not_agree_is_seen(sums):
    """A mail without a final state, with an unknown one, or counted twice is no balance."""
    assert not balance(sums)[0]


def test_an_empty_ledger_agrees():
    """Nothing received is nothing missing."""
    assert balance(FakeSums())[0]


def compare(sums=EVERYTHING, *, exists=True, **books):
    """Return the comparison with a folder of two mails."""
    mailbox = FakeMailbox()
    mailbox.deliver("a|b", "c|d")
    return reconcile(mailbox, FakeBooks(sums, **books), lambda _name: exists)


def test_when_everything_is_accounted_for_nothing_is_found():
    """Known, filed and kept: the comparison agrees in silence."""
    result = compare(filed={1: True, 2: True}, raw_names={1: "ab"})
    assert (result.agrees, result.findings) == (True, ())


def test_a_mail_the_ledger_does_not_know_is_named():
    """A mail that nobody took in makes the comparison fail and is named by its UID."""
    result = compare(filed={1: True})
    assert (result.agrees, result.unknown_on_server) == (False, 1)
    assert "UID 2" in result.findings[0]


def test_a_mail_still_to_be_moved_is_told_but_is_no_fault():
    """A kept mail waits for its move: worth a sentence, not an alarm."""
    result = compare(filed={1: True, 2: False})
    assert result.agrees
    assert "still to be moved" in result.findings[0]


def test_lost_bytes_are_an_alarm():
    """A ledger line whose file is gone is the worst finding."""
    result = compare(exists=False, filed={1: True, 2: True}, raw_names={7: "ab"})
    assert not result.agrees
    assert "mail 7" in result.findings[0]


def test_many_findings_are_shortened():
    """Ten numbers are shown, the others are counted as more."""
    result = compare(exists=False, filed={1: True, 2: True}, raw_names=dict.fromkeys(range(30), "ab"))
    assert result.findings[0].endswith("7, 8, 9 and more.")


def test_failed_letters_are_mentioned():
    """Letters that could not be delivered are told with the command that shows them."""
    sums = FakeSums(EVERYTHING.states, EVERYTHING.outcomes, {"failed": 2, "sent": 40})
    assert "2 letters could not be delivered" in compare(sums, filed={1: True, 2: True}).findings[0]
