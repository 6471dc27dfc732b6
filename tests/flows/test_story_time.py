"""The story of time, and the comparison of the books: what is due is done, and everything is accounted for."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from mailbot.domain.decision import Outcome
from mailbot.domain.letter import LetterKind
from mailbot.domain.reporting.bulletin import Bulletin
from mailbot.domain.schedules import DueSchedule
from mailbot.domain.ticket import Status
from mailbot.domain.timers import DueTimer, TimerKind
from mailbot.reconcile import balance, reconcile
from mailbot.remind import Reminder
from tests.builders import ASHA, CHITRA, DEV, NOW, STAFF, STRANGER, make_ticket, the_desk
from tests.fakes import FakeClock, FakeMailbox, FakeTimers


def make_timer(number=1, status=Status.RESOLVED, late=timedelta(0), kind=TimerKind.CLOSE, **changes):
    """Return a timer of one ticket that became due `late` ago; every ticket has a number of its own."""
    ticket = make_ticket(status, number=f"TMS-2611-{number:05}-0", **changes)
    return DueTimer(number, kind, NOW - late, ticket, ASHA, STAFF)


def remind(timers, clock=None, writers=None, **limit):
    """Look once at what is due."""
    return Reminder(timers, clock or FakeClock(), the_desk(), writers or {}).remind_due(**limit)


def test_what_is_due_is_done_oldest_first():
    """Two resolved tickets close, the one that waits longer first; one that is not due stays."""
    timers = FakeTimers([make_timer(1), make_timer(2, late=timedelta(hours=1)), make_timer(3, late=timedelta(days=-1))])
    assert remind(timers) == 2
    assert [(number, decision.outcome) for number, decision in timers.applied] == [(2, "updated"), (1, "updated")]
    assert [timer.id for timer in timers.due] == [3]


def test_a_ticket_that_moved_on_is_left_alone():
    """The timer goes, the ticket stays as it is, nobody is written to."""
    timers = FakeTimers([make_timer(status=Status.IN_PROGRESS)])
    remind(timers)
    assert [(d.outcome, d.change, d.letters) for _, d in timers.applied] == [(Outcome.IGNORED, None, ())]


def test_a_change_meanwhile_stops_nobody_else():
    """A timer that meets another change is looked at again next time; the others are done now."""
    timers = FakeTimers([make_timer(1), make_timer(2)], changed={1})
    remind(timers)
    assert [number for number, _ in timers.applied] == [2]
    remind(timers)
    assert [number for number, _ in timers.applied] == [2, 1]


def test_no_more_than_asked_for_is_done_at_once():
    """A thousand due timers are done in rounds."""
    timers = FakeTimers([make_timer(number) for number in range(10)])
    assert remind(timers, limit=4) == 4
    assert len(timers.due) == 6


def a_week_of_tickets():
    """Return the timers of a desk that stood still for a week: sixty tickets, all Asha's, all Chitra's."""
    week = timedelta(days=7)
    kinds = {Status.RESOLVED: TimerKind.CLOSE, Status.WAITING: TimerKind.WAITING_1, Status.NEW: TimerKind.ESCALATE_2}
    return [
        make_timer(number, status, week - timedelta(minutes=number), kinds[status], assignee=CHITRA.email)
        for number, status in enumerate([*kinds] * 20, 1)
    ]


def test_a_week_of_pause_makes_one_letter_for_each_person():
    """Sixty tickets became due; Asha and the lead get one letter each, and every ticket is where it belongs."""
    timers = FakeTimers(a_week_of_tickets())
    assert remind(timers) == 60
    (caught_up,) = timers.caught_up
    assert timers.applied == timers.due == []
    assert [(letter.to, letter.kind) for letter in caught_up.letters] == [
        (ASHA.email, LetterKind.CAUGHT_UP),
        (DEV.email, LetterKind.CAUGHT_UP),
    ]
    assert [len(table.rows) for table in caught_up.letters[0].tables] == [20, 20]
    assert not any(decision.letters for decision in caught_up.decisions)
    assert sum(decision.change is not None for decision in caught_up.decisions) == 20


def test_several_late_timers_of_a_ticket_are_one_line():
    """A ticket that was to be reminded of, and then escalated, is told once, as what weighs most."""
    kinds = (TimerKind.ANSWER_SOON, TimerKind.ANSWER_DUE, TimerKind.ESCALATE_1, TimerKind.RESOLVE_SOON)
    timers = FakeTimers([
        replace(make_timer(1, Status.NEW, timedelta(days=5), kind), id=number) for number, kind in enumerate(kinds)
    ])  # fmt: skip
    assert remind(timers) == 4
    (caught_up,) = timers.caught_up
    assert len(caught_up.decisions) == 1
    assert {letter.tables[0].rows[0][3] for letter in caught_up.letters} == {"late_escalate_1"}
    assert {letter.to for letter in caught_up.letters} == {CHITRA.email, DEV.email}


def test_what_is_late_does_not_hold_up_what_is_due_now():
    """The late ticket is folded, the one that is due at this moment gets its own letter."""
    timers = FakeTimers([make_timer(1, late=timedelta(days=7)), make_timer(2)])
    assert remind(timers) == 2
    assert [number for number, _ in timers.applied] == [2]


def test_late_timers_that_meet_a_change_are_looked_at_again():
    """Nothing of the one transaction happened, and the next look does all of it."""
    timers = FakeTimers(a_week_of_tickets(), changed={7})
    assert remind(timers) == 0
    assert remind(timers) == 60


def test_a_night_is_not_late():
    """What was due on Saturday evening and is seen on Monday at the opening is no pause worth a word."""
    monday = NOW - timedelta(hours=1)
    timers = FakeTimers([replace(make_timer(), due_at=monday - timedelta(days=1, hours=16))])
    remind(timers, FakeClock(monday))
    assert len(timers.applied) == 1


def test_a_stranger_is_told_without_a_word_of_the_mail():
    """The title of an unverified mail is not repeated."""
    timer = make_timer(late=timedelta(days=7), requester=STRANGER, verified=False)
    timers = FakeTimers([replace(timer, requester=None)])
    remind(timers)
    (letter,) = timers.caught_up[0].letters
    assert (letter.to, letter.quote_sender, letter.tables[0].rows[0][1]) == (STRANGER, False, "")


def ticks(timers, clock, minutes):
    """Let the desk look at the timers every minute."""
    return sum(remind(timers, clock) for _ in range(minutes) if clock.advance(minutes=1) is None)


def test_a_clock_that_leaps_ahead_for_a_moment_does_nothing():
    """Ten years forward for some minutes and back: nothing became due, nobody was written to."""
    timers = FakeTimers([make_timer(1, late=timedelta(days=-3))])
    clock = FakeClock()
    assert ticks(timers, clock, 3) == 0
    clock.advance(days=3650)
    assert ticks(timers, clock, 8) == 0
    clock.advance(days=-3650)
    assert ticks(timers, clock, 30) == 0
    assert timers.clock.is_trusted


def test_a_clock_that_stays_ahead_is_believed():
    """A desk that was switched off for a month waits ten minutes, then does its work in one letter to each."""
    timers = FakeTimers(a_week_of_tickets())
    clock = FakeClock(NOW - timedelta(days=30))
    remind(timers, clock)
    clock.time = NOW
    assert ticks(timers, clock, 10) == 0
    assert ticks(timers, clock, 2) == 60


def test_a_clock_that_goes_back_does_nothing():
    """A day back: what is due tomorrow is due in two days, and that is all."""
    timers = FakeTimers([make_timer(1, late=timedelta(days=-1))])
    clock = FakeClock()
    remind(timers, clock)
    clock.advance(days=-1)
    assert ticks(timers, clock, 60) == 0
    clock.advance(days=2)
    assert ticks(timers, clock, 15) == 1


def test_a_leap_within_the_doubt_starts_it_anew():
    """A clock that jumps again and again is never believed."""
    timers = FakeTimers([make_timer(1, late=timedelta(days=-3))])
    clock = FakeClock()
    remind(timers, clock)
    for _ in range(20):
        clock.advance(days=400)
        assert ticks(timers, clock, 5) == 0


def test_regular_letters_are_written_when_they_are_due():
    """Each has its writer; one without a writer is only settled, and one that another worker wrote is left alone."""
    bulletin = Bulletin("It is half past nine.")
    timers = FakeTimers([], plans=[DueSchedule(name, NOW) for name in ("digest", "hourly", "stolen")])
    assert remind(timers, writers={"digest": lambda _now: bulletin}) == 3
    assert timers.written == [("digest", bulletin), ("hourly", None)]


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

    def find_folder(self, name):
        """Return that the folder was never opened."""
        del name

    def keep_folder(self, name, state):
        """Forget it at once."""
        del name, state

    def find_highest_uid(self, mailbox, uidvalidity):
        """Return the highest UID."""
        del mailbox, uidvalidity
        return max(self.filed, default=0)

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
    return reconcile([mailbox], FakeBooks(sums, **books), lambda names: set() if exists else set(names))


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
