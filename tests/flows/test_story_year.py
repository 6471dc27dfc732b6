"""A whole year of a desk in a second: holidays, answers, silence, a pause of two weeks, and a clock that goes mad.

Everything is in memory and everything that decides is the real thing; the store's own part is tested on databases.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import pytest

from mailbot.domain.calendar import NamedDay
from mailbot.domain.decision import Decision, Event, EventKind, Outcome
from mailbot.domain.letter import LetterKind
from mailbot.domain.promises import move_promises, with_promises
from mailbot.domain.ticket import Status
from mailbot.domain.timers import DueTimer, TimerKind, timers_after, timers_for
from mailbot.remind import Reminder
from tests.builders import ASHA, BHARAT, CHITRA, STAFF, make_ticket, the_desk
from tests.fakes import FakeTimers

HOLIDAYS = (
    date(2026, 1, 26),
    date(2026, 3, 4),
    date(2026, 8, 15),
    date(2026, 10, 2),
    date(2026, 11, 9),
    date(2026, 12, 25),
)
CALENDAR = replace(the_desk().calendar, holidays={day: NamedDay(day, "Holiday", "अवकाश") for day in HOLIDAYS})
DESK = replace(the_desk(), calendar=CALENDAR)
HOUR = timedelta(hours=1)
BEGIN = datetime(2026, 1, 1, 9, 0, tzinfo=DESK.timezone)
NO_LETTERS = Decision(Outcome.UPDATED, ())
TO_PEOPLE = frozenset(LetterKind) - {LetterKind.CAUGHT_UP}


@dataclass
class YearOfTickets(FakeTimers):
    """Tickets and their timers in memory, with every letter that was written: (when, kind, to, ticket)."""

    due: list[DueTimer] = field(default_factory=list)
    tickets: dict[str, object] = field(default_factory=dict)
    letters: list[tuple] = field(default_factory=list)
    moved: set[str] = field(default_factory=set)

    def open(self, now, **changes):
        """Open a ticket."""
        number = f"TMS-26-{len(self.tickets):05}"
        made = make_ticket(Status.NEW, number=number, opened_at=now, changed_at=now, assignee=CHITRA.email, **changes)
        self.tickets[number] = with_promises(made, DESK)
        self._set(number, timers_for(self.tickets[number], DESK))

    def change(self, number, now, decision=NO_LETTERS, **changes):
        """Change a ticket and move its timers, as the store does."""
        before = self.tickets[number]
        if changes.get("status") is Status.RESOLVED:
            changes |= {"resolved_at": now}
        after = move_promises(before, replace(before, **changes), decision, DESK, now)
        self.tickets[number] = after
        rows = {timer.kind: timer.due_at for timer in self.due if timer.ticket.number == number}
        self._set(number, timers_after(timers_for(before, DESK), timers_for(after, DESK), rows, now))

    def find_due(self, now, limit):
        """Return what is due, with the tickets as they are now."""
        found = sorted((timer for timer in self.due if timer.due_at <= now), key=lambda timer: timer.due_at)[:limit]
        return [replace(timer, ticket=self.tickets[timer.ticket.number]) for timer in found]

    def apply_timer(self, timer, decision, now):
        """Obey one timer."""
        self.due = [
            other for other in self.due if (other.ticket.number, other.kind) != (timer.ticket.number, timer.kind)
        ]
        self._obey(decision, now)
        self.letters += [(now, timer.kind, letter.to, timer.ticket.number) for letter in decision.letters]

    def apply_late(self, caught_up, now):
        """Obey what is late."""
        spent = {(timer.ticket.number, timer.kind) for timer in caught_up.spent}
        self.due = [other for other in self.due if (other.ticket.number, other.kind) not in spent]
        for decision in caught_up.decisions:
            self._obey(decision, now)
        self.letters += [(now, letter.kind, letter.to, "") for letter in caught_up.letters]

    def _obey(self, decision, now):
        if decision.change and decision.change.status:
            self.change(decision.ticket, now, status=decision.change.status, closed_at=now)

    def _set(self, number, rows):
        ticket = self.tickets[number]
        requester = ASHA if ticket.requester == ASHA.email else BHARAT
        self.due = [timer for timer in self.due if timer.ticket.number != number]
        self.due += [DueTimer(0, kind, at, ticket, requester, STAFF) for kind, at in rows.items()]


STEPS = {
    Status.NEW: ((Status.IN_PROGRESS, EventKind.TAKEN), (Status.WAITING, EventKind.ASKED), None),
    Status.IN_PROGRESS: ((Status.WAITING, EventKind.ASKED), (Status.RESOLVED, EventKind.RESOLVED), None),
    Status.WAITING: ((Status.IN_PROGRESS, EventKind.COMMENTED), None, None),
    Status.RESOLVED: (None, None, None, (Status.IN_PROGRESS, EventKind.REOPENED)),
}


def live(year, now, chance):
    """Let officers and staff do in one hour what they do: a new ticket now and then, a step, a change of priority."""
    if chance.random() < 0.15:
        owner = chance.choice([ASHA, BHARAT])
        year.open(now, priority=chance.choice(["urgent", "high", "normal", "low"]), requester=owner.email)
    for number, ticket in list(year.tickets.items())[-30:]:
        if ticket.status not in STEPS or chance.random() > 0.05:
            continue
        step = chance.choice(STEPS[ticket.status])
        if step is None:
            year.moved.add(number)
            year.change(number, now, priority=chance.choice(["urgent", "normal"]))
            continue
        status, kind = step
        decision = Decision(Outcome.UPDATED, (), events=(Event(kind, "x"),))
        again = kind is EventKind.REOPENED
        year.moved |= {number} if again else set()
        year.change(number, now, decision, status=status, reopen_count=ticket.reopen_count + again)


def run(hours, faults=None, seed=2026):
    """Return a desk after so many hours; `faults` says what the clock adds, or that the desk stands still (None)."""
    year, chance = YearOfTickets(), random.Random(seed)
    for count in range(hours):
        now = BEGIN + count * HOUR
        fault = faults(count) if faults else timedelta(0)
        if DESK.calendar.working_between(now, now + HOUR):
            live(year, now, chance)
        if fault is not None:
            for minutes in (0, 5) if fault else (0, 30):  # ten minutes ahead would be believed
                shown = now + fault + timedelta(minutes=minutes)
                Reminder(year, lambda shown=shown: shown, DESK, {}).remind_due(limit=500)
    return year


@pytest.fixture(scope="module")
def year():
    """Return a desk after an ordinary year."""
    return run(365 * 24)


def test_the_year_was_full(year):
    """There were hundreds of tickets, and every kind of timer came; nothing was ever late."""
    assert len(year.tickets) > 250
    assert {kind for _, kind, _, _ in year.letters} == set(TimerKind)


def test_nobody_of_the_desk_is_disturbed_in_the_evening(year):
    """Reminders of promises come in office hours, on working days, within the hour in which the desk looks."""
    promises = set(TimerKind) - {TimerKind.CLOSE, TimerKind.CLOSING_SOON}
    told = [at for at, kind, _, _ in year.letters if kind in promises]
    assert len(told) > 200
    assert all(DESK.calendar.working_between(at - HOUR, at + HOUR) > timedelta(0) for at in told)
    assert not {at.astimezone(DESK.timezone).date() for at in told} & set(HOLIDAYS)


def test_no_promise_was_negative(year):
    """No due time lies before its ticket was opened, and no ticket waits that does not."""
    for ticket in year.tickets.values():
        assert ticket.opened_at < ticket.answer_due_at
        assert ticket.opened_at < ticket.resolve_due_at
        assert (ticket.paused_at is not None) == (ticket.status is Status.WAITING)


def test_a_reminder_comes_once_for_each_promise(year):
    """Each person hears once of each thing on a ticket that was never re-opened or changed in its priority."""
    kinds = {TimerKind.ANSWER_SOON, TimerKind.ANSWER_DUE, TimerKind.CLOSE}
    told = Counter(
        (kind, to, number) for _, kind, to, number in year.letters if kind in kinds and number not in year.moved
    )
    assert told.most_common(1)[0][1] == 1


def test_an_officer_who_never_answers_is_left_in_peace(year):
    """Two reminders for each question, and no third."""
    waiting = [number for number, ticket in year.tickets.items() if ticket.status is Status.WAITING]
    assert waiting
    for number in waiting:
        last = [kind for _, kind, _, told in year.letters if told == number and kind.startswith("waiting")]
        assert last[-2:] in ([], [TimerKind.WAITING_1], [TimerKind.WAITING_1, TimerKind.WAITING_2])


def test_everything_resolved_is_closed_in_the_end(year):
    """Nothing that was resolved more than a week ago is still open, and each of those officers was told before."""
    end = BEGIN + timedelta(days=364)
    for number, ticket in year.tickets.items():
        if ticket.status is Status.RESOLVED:
            assert ticket.resolved_at > end - DESK.close_after
        if ticket.status is Status.CLOSED:
            kinds = [kind for _, kind, _, told in year.letters if told == number]
            assert kinds[-2:] == [TimerKind.CLOSING_SOON, TimerKind.CLOSE]


def test_after_two_weeks_of_silence_each_person_has_one_letter():
    """The desk stands still in March; when it is back everything late is in one letter to each person."""
    first, last = 70 * 24 + 5, 84 * 24 + 5
    year = run(90 * 24, lambda count: None if first <= count < last else timedelta(0))
    back = BEGIN + last * HOUR
    in_hour = [entry for entry in year.letters if back <= entry[0] < back + HOUR]
    folded = Counter(to for _, kind, to, _ in in_hour if kind is LetterKind.CAUGHT_UP)
    assert folded
    assert set(folded.values()) == {1}
    assert len(in_hour) <= len(folded) + 6
    assert not [entry for entry in year.letters if entry[0] < back and entry[1] is LetterKind.CAUGHT_UP]


LEAPS = (timedelta(days=3650), timedelta(days=400), timedelta(days=3), timedelta(days=-1), timedelta(days=-40))


def test_twenty_leaps_of_the_clock_write_no_letters():
    """Looks at a wrong clock, ahead or back, change nothing: the desk ends with the letters of one without them."""
    hours = 60 * 24
    at = {hours // 21 * count: LEAPS[count % len(LEAPS)] for count in range(1, 21)}
    calm = run(hours, lambda count: None if count in at else timedelta(0))
    mad = run(hours, lambda count: at.get(count, timedelta(0)))
    assert Counter(entry[1:] for entry in mad.letters) == Counter(entry[1:] for entry in calm.letters)
    assert max(at for at, *_ in mad.letters) < BEGIN + hours * HOUR
