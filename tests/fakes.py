"""Small stand-ins for the world around the stories: a mailbox, files, a reader, an outbox, a post, timers.

Each holds everything in memory and does what the Protocol of its story promises, so that a story can be stopped at any
step and looked at.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mailbot.deliver import Outgoing, Receipt, Result
from mailbot.domain.clock_guard import ClockState
from mailbot.domain.errors import ChangedMeanwhileError, UnreadableMailError, WorldError
from mailbot.ports import Fetched, Listed
from tests.builders import CHITRA, NOW, make_mail

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mailbot.deliver import Claim, Left, Settlement
    from mailbot.domain.alarms import AlarmCode
    from mailbot.domain.decision import Decision
    from mailbot.domain.late import CaughtUp
    from mailbot.domain.mail import IncomingMail
    from mailbot.domain.reporting.bulletin import Bulletin
    from mailbot.domain.schedules import DueSchedule
    from mailbot.domain.timers import DueTimer


class Crash(BaseException):
    """The program dies here, and no `except Exception` can help it."""


def crash_at(step: str, times: int = 1) -> Callable[[str], None]:
    """Return a `reached` that dies when the step is reached for the `times`-th time."""
    seen: list[str] = []

    def reached(name: str) -> None:
        seen.append(name)
        if name == step and seen.count(step) == times:
            raise Crash(step)

    return reached


def ignore(_step: str) -> None:
    """Be told of a step and do nothing."""


@dataclass
class FakeClock:
    """A clock that a test moves."""

    time: datetime = NOW

    def __call__(self) -> datetime:
        """Return the time."""
        return self.time

    def advance(self, **span: int) -> None:
        """Let time pass."""
        self.time += timedelta(**span)


@dataclass
class FakeMailbox:
    """A folder: `waiting` and `filed` hold the bytes by UID; `fetches` remembers each batch."""

    name: str = "support/INBOX"
    uidvalidity: int = 1
    waiting: dict[int, bytes] = field(default_factory=dict)
    arrived: dict[int, datetime] = field(default_factory=dict)
    filed: dict[int, bytes] = field(default_factory=dict)
    fetches: list[list[int]] = field(default_factory=list)
    broken: bool = False
    next_uid: int = 0
    provider_ids: dict[int, str] = field(default_factory=dict)

    def deliver(self, *mails: str, arrived: datetime = NOW) -> None:
        """Let mails arrive."""
        for mail in mails:
            uid = max((0, *self.waiting, *self.filed)) + 1
            self.waiting[uid], self.arrived[uid] = mail.encode(), arrived

    def select(self) -> int:
        """Return the UIDVALIDITY."""
        if self.broken:
            raise WorldError("The mail server does not answer.")
        return self.uidvalidity

    def refresh(self) -> int:
        """Return the UIDVALIDITY."""
        return self.select()

    def find_next_uid(self) -> int:
        """Return what the test set."""
        return self.next_uid

    def find_uids(self, first: int) -> list[int]:
        """Return the UIDs from `first` on."""
        return sorted(uid for uid in self.waiting if uid >= first)

    def find_newer(self, uid: int) -> list[Listed]:
        """Return size and arrival of the mails above that UID."""
        return self.find_listed(self.find_uids(uid + 1))

    def find_listed(self, uids: Sequence[int]) -> list[Listed]:
        """Return size and arrival."""
        there = [uid for uid in uids if uid in self.waiting]
        ids = self.provider_ids
        return [Listed(uid, len(self.waiting[uid]), self.arrived[uid], ids.get(uid, "")) for uid in there]

    def fetch(self, listed: Sequence[Listed], size_limit: int) -> list[Fetched]:
        """Return the bytes, of larger mails the first line only."""
        self.fetches.append([mail.uid for mail in listed])
        return [self._fetch(mail, size_limit) for mail in listed]

    def _fetch(self, mail: Listed, size_limit: int) -> Fetched:
        raw = self.waiting[mail.uid]
        too_large = mail.size > size_limit
        return Fetched(mail, raw.split(b"\n", maxsplit=1)[0] if too_large else raw, too_large)

    def file(self, uids: Sequence[int]) -> None:
        """Move mails away."""
        for uid in uids:
            if uid in self.waiting:
                self.filed[uid] = self.waiting.pop(uid)


@dataclass
class FakeAlarms:
    """Remembers what sounds now, and what was told in all."""

    sounding: dict[str, str] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)

    def sound(self, code: AlarmCode, text: str) -> None:
        """Remember the sentence."""
        self.sounding[code] = text
        self.told.append(code)

    def settle(self, code: AlarmCode) -> None:
        """Forget it."""
        self.sounding.pop(code, None)


@dataclass
class FakeFiles:
    """Bytes by their hash."""

    kept: dict[str, bytes] = field(default_factory=dict)
    room: bool = True
    broken: bool = False

    def keep(self, data: bytes) -> str:
        """Keep the bytes."""
        if self.broken:
            raise WorldError("The disk is full.")
        name = hashlib.sha256(data).hexdigest()
        self.kept[name] = data
        return name

    def keep_all(self, lot: Sequence[bytes]) -> list[str]:
        """Keep several."""
        return [self.keep(data) for data in lot]

    def find(self, sha256: str) -> bytes:
        """Return the bytes."""
        return self.kept[sha256]

    def has_room(self) -> bool:
        """Tell what the test set."""
        return self.room


@dataclass
class FakeReading:
    """A mail that was read, without files unless given."""

    mail: IncomingMail
    files: dict[str, bytes] = field(default_factory=dict)


@dataclass
class FakeReader:
    """Reads "sender|text": "poison" cannot be read, "bug" meets a mistake of ours; `down` is a world that fails.

    "circle" went through more than fifty mail servers.
    """

    down: bool = False
    read_so_far: list[bytes] = field(default_factory=list)

    def prepare(self) -> None:
        """Be ready; there is nothing to start."""

    def read(self, raw: bytes, *, oversized: bool) -> FakeReading:
        """Return the mail that the bytes stand for."""
        self.read_so_far.append(raw)
        sender, _, text = raw.decode().partition("|")
        if self.down:
            raise WorldError("No process can be started.")
        if "poison" in text:
            raise UnreadableMailError("it took longer than 60 seconds")
        if "bug" in text:
            raise ZeroDivisionError(text)
        files = {"error.png": b"\x89PNG of " + raw} if "picture" in text else {}
        headers = {"received": ("from a by b",) * 51} if "circle" in text else {}
        return FakeReading(make_mail(text, sender=sender, oversized=oversized, headers=headers), files)


@dataclass
class FakeOutbox:
    """Letters in memory; `settled` remembers every settlement in order."""

    waiting: list[Outgoing] = field(default_factory=list)
    settled: list[Settlement] = field(default_factory=list)
    renewed: list[list[int]] = field(default_factory=list)
    claimed: dict[int, Outgoing] = field(default_factory=dict)

    def claim_letters(self, now: datetime, limit: int) -> list[Outgoing]:
        """Hand out what waits, counting the attempt."""
        del now
        claimed, self.waiting = self.waiting[:limit], self.waiting[limit:]
        self.claimed = {letter.id: letter for letter in claimed}
        return [replace(letter, attempts=letter.attempts + 1) for letter in claimed]

    def settle(self, settlements: Sequence[Settlement], now: datetime) -> None:
        """Remember how the letters ended."""
        del now
        self.settled += settlements

    def renew(self, letters: Sequence[Outgoing], now: datetime) -> None:
        """Remember which letters are still in hand."""
        del now
        self.renewed.append([letter.id for letter in letters])

    def give_back(self, claims: Sequence[Claim]) -> None:
        """Let the letters wait again."""
        back = [replace(self.claimed[claim.id], attempts=claim.attempts - 1) for claim in claims]
        self.waiting = back + self.waiting


@dataclass
class FakeJournal:
    """A journal in memory, in which dead programs left what the test says."""

    left: list[Left] = field(default_factory=list)
    noted: list[object] = field(default_factory=list)

    def claimed(self, letters: Sequence[Outgoing]) -> None:
        """Note the batch."""
        self.noted.append([letter.id for letter in letters])

    def settled(self) -> None:
        """Note its end."""
        self.noted.append("settled")

    def settle_left(self, settle: Callable[[Left], None]) -> None:
        """Hand over what was left, once."""
        while self.left:
            settle(self.left.pop())


@dataclass
class FakePost:
    """A server that answers each address as the test says, "sent" to all others."""

    answers: dict[str, Result] = field(default_factory=dict)
    bytes_sent: list[bytes] = field(default_factory=list)
    resting: bool = False

    def is_resting(self) -> bool:
        """Return what the test set."""
        return self.resting

    def send(self, letters: Sequence[Outgoing], stopping: Callable[[], bool]) -> list[Receipt]:
        """Return the receipts; once the program shall stop, nothing more is begun."""
        receipts = []
        for letter in letters:
            result = Result.UNTOUCHED if stopping() else self.answers.get(letter.to, Result.SENT)
            if result is not Result.UNTOUCHED:
                self.bytes_sent.append(letter.raw)
            receipts.append(Receipt(letter, result, "as told"))
        return receipts


@dataclass
class FakeTimers:
    """Timers in memory; those in `changed` meet somebody else's change once. `plans` are due when the test says so."""

    due: list[DueTimer]
    changed: set[int] = field(default_factory=set)
    applied: list[tuple[int, Decision]] = field(default_factory=list)
    caught_up: list[CaughtUp] = field(default_factory=list)
    clock: ClockState = field(default_factory=ClockState)
    plans: list[DueSchedule] = field(default_factory=list)
    written: list[tuple[str, Bulletin | None]] = field(default_factory=list)

    def find_due(self, now: datetime, limit: int) -> list[DueTimer]:
        """Return what is due, oldest first."""
        return sorted((timer for timer in self.due if timer.due_at <= now), key=lambda timer: timer.due_at)[:limit]

    def apply_timer(self, timer: DueTimer, decision: Decision, now: datetime) -> None:
        """Obey and forget the timer."""
        del now
        self._meet(timer)
        self.due.remove(timer)
        self.applied.append((timer.id, decision))

    def apply_late(self, caught_up: CaughtUp, now: datetime) -> None:
        """Obey all and forget the timers."""
        del now
        for timer in caught_up.spent:
            self._meet(timer)
        self.due = [timer for timer in self.due if timer not in caught_up.spent]
        self.caught_up.append(caught_up)

    def find_clock(self) -> ClockState:
        """Return the clock as it was."""
        return self.clock

    def keep_clock(self, state: ClockState) -> None:
        """Keep the clock."""
        self.clock = state

    def find_due_schedules(self, now: datetime) -> list[DueSchedule]:
        """Return the regular letters that are due."""
        return [plan for plan in self.plans if plan.due_at <= now]

    def settle_schedule(self, due: DueSchedule, bulletin: Bulletin | None, now: datetime) -> None:
        """Remember what was written; one named "stolen" was written by another worker."""
        del now
        if due.name == "stolen":
            raise ChangedMeanwhileError("Another worker wrote it.")
        self.plans.remove(due)
        self.written.append((due.name, bulletin))

    def _meet(self, timer: DueTimer) -> None:
        if timer.id in self.changed:
            self.changed.discard(timer.id)
            raise ChangedMeanwhileError("The ticket changed.")


def make_outgoing(to: str = CHITRA.email, **changes: object) -> Outgoing:
    """Return a letter that waits in the outbox since now."""
    values: dict[str, object] = {
        "id": 1, "ticket": "TMS-2611-00042-7", "to": to, "raw": b"Subject: x\r\n\r\nx", "attempts": 0, "unknowns": 0,
        "written_at": NOW,
    }  # fmt: skip
    return Outgoing(**(values | changes))
