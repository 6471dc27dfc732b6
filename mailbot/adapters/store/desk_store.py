"""The database as the stories see it: one object behind the ports of receive, remind and reconcile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from mailbot.adapters.store.acts import find_act
from mailbot.adapters.store.applying import Applier
from mailbot.adapters.store.challenges import find_held
from mailbot.adapters.store.engine import reading
from mailbot.adapters.store.folders import Folders
from mailbot.adapters.store.knowledge import Knowledge
from mailbot.adapters.store.ledger import MailLedger
from mailbot.adapters.store.queries import LedgerSums, find_sums
from mailbot.adapters.store.regular import RegularLetters
from mailbot.adapters.store.tables import letters, mails
from mailbot.adapters.store.timekeeping import find_clock, find_due_timers, keep_clock

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta
    from zoneinfo import ZoneInfo

    from sqlalchemy import Engine

    from mailbot.adapters.store.posting import Writing
    from mailbot.domain.act import Act, Answered
    from mailbot.domain.clock_guard import ClockState
    from mailbot.domain.desk import Desk
    from mailbot.domain.mail import IncomingMail
    from mailbot.domain.schedules import Schedule
    from mailbot.domain.thread import Clues
    from mailbot.domain.timers import DueTimer
    from mailbot.ports import Held


class DeskStore:
    """Ledger, knowledge, decisions and timers of one database."""

    def __init__(  # noqa: PLR0917 - what every store needs, and what some tests leave out
        self,
        engine: Engine,
        desk: Desk,
        timezone: ZoneInfo,
        write: Writing,
        lease: timedelta,
        plans: Mapping[str, Schedule] | None = None,
    ) -> None:
        self.engine = engine
        self._desk = desk
        regular = RegularLetters(engine, desk.calendar, plans or {}, write)
        ledger, knowledge = MailLedger(engine, lease), Knowledge(engine, desk)
        applier = Applier(engine, desk, timezone, write)
        self.find_filed = ledger.find_filed
        self.find_highest_uid = ledger.find_highest_uid
        folders = Folders(engine)
        self.find_folder = folders.find_folder
        self.keep_folder = folders.keep_folder
        self.find_same_mails = folders.find_same_mails
        self.is_first_visit = ledger.is_first_visit
        self.keep_visit = ledger.keep_visit
        self.keep = ledger.keep
        self.keep_ignored = ledger.keep_ignored
        self.keep_duplicates = ledger.keep_duplicates
        self.find_same_bytes = ledger.find_same_bytes
        self.settle_filed = ledger.settle_filed
        self.claim_mails = ledger.claim_mails
        self.begin = ledger.begin
        self.give_back = ledger.give_back
        self.postpone = ledger.postpone
        self.find_known = knowledge.find_known
        self.find_staff = knowledge.find_staff
        self.apply = applier.apply
        self.apply_act = applier.apply_act
        self.apply_timer = applier.apply_timer
        self.apply_late = applier.apply_late
        self.find_due_schedules = regular.find_due
        self.settle_schedule = regular.settle

    def find_act(self, act: Act) -> Answered | None:
        """Return what came of the same act before, or None."""
        return find_act(self.engine, act)

    def find_held(self, mail: IncomingMail, clues: Clues) -> Held | None:
        """Return what the question "was this you?" is about that a mail answers, or None."""
        return find_held(self.engine, mail, clues, self._desk)

    def find_due(self, now: datetime, limit: int) -> list[DueTimer]:
        """Return timers whose time has come, oldest first."""
        return find_due_timers(self.engine, self._desk.service.senior, now, limit)

    def find_clock(self) -> ClockState:
        """Return what the clock said at the last look."""
        return find_clock(self.engine)

    def keep_clock(self, state: ClockState) -> None:
        """Keep what the clock said."""
        keep_clock(self.engine, state)

    def find_sums(self) -> LedgerSums:
        """Return the sums of the ledger and of the outbox."""
        return find_sums(self.engine)

    def find_raw_names(self) -> dict[int, str]:
        """Return every mail whose bytes were kept, with the name of the file."""
        query = select(mails.c.id, mails.c.sha256).where(mails.c.sha256 != "")
        with reading(self.engine) as connection:
            return dict(connection.execute(query).all())

    def find_next_lease(self) -> datetime | None:
        """Return when the first lease on unfinished work runs out, or None when nobody holds any."""
        mail = select(func.min(mails.c.leased_until)).where(mails.c.state == "kept")
        letter = select(func.min(letters.c.leased_until)).where(letters.c.state == "sending")
        with reading(self.engine) as connection:
            moments = [connection.execute(query).scalar() for query in (mail, letter)]
        return min((moment for moment in moments if moment), default=None)
