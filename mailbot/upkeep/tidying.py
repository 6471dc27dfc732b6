"""What the desk does for itself at night: anchor the histories, erase what is old enough, remove what nobody needs."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from mailbot.adapters.store.anchors import take_anchor
from mailbot.adapters.store.deeds import drop_old_deeds
from mailbot.adapters.store.engine import writing
from mailbot.adapters.store.erasing import (
    Removed,
    Why,
    erase_old_files,
    erase_old_letters,
    erase_old_mails,
    erase_tickets,
    find_erasable,
    find_unnamed,
)
from mailbot.adapters.store.nightly import claim_night, put_off_night
from mailbot.adapters.store.traces import drop_spent, erase_old_traces
from mailbot.domain.errors import WorldError
from mailbot.upkeep.fsck import Way, compare_files
from mailbot.upkeep.lock import upkeep_lock

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

    from sqlalchemy import Connection, Engine

    from mailbot.file_keeping import KeptFiles
    from mailbot.settings import Settings

    Erasing = Callable[[Connection, datetime, int], Removed]

log = logging.getLogger(__name__)

NIGHT_HOUR = 2
# A backup may be under way.
LATER = timedelta(minutes=15)
BATCH = 50
# Mail comes first: between two batches others get their turn.
REST_SECONDS = 0.05
# Who keeps a file commits the row that names it within this time.
SPARED_SECONDS = 3600
BY_RULE = Why("mailbot", "Erased by the rules of [retention].")


def never() -> bool:
    """Tell that nobody asked to stop, where a person runs the work by hand."""
    return False


@dataclass(frozen=True, slots=True)
class Retention:
    """How many days something is kept; 0 keeps it for ever."""

    raw_mail_days: int = 0
    file_days: int = 0
    letter_days: int = 0
    ticket_days: int = 0


def make_retention(settings: Settings) -> Retention:
    """Return how long what is kept."""
    return Retention(**settings.retention.model_dump())


@dataclass(frozen=True, slots=True)
class Tidier:
    """Does the work of the night, once a night whatever number of workers there are."""

    engine: Engine
    store: KeptFiles
    retention: Retention
    timezone: ZoneInfo
    now: Callable[[], datetime]

    def tidy_when_due(self, stopping: Callable[[], bool] = never) -> bool:
        """Do the work when the night has come; False when it has not, or when something is in its way just now.

        When `stopping` turns true the batch in hand is finished, and the rest is done soon after the next start.
        """
        now = self.now()
        try:
            if not claim_night(self.engine, now, self._next_night(now)):
                return False
            try:
                self.tidy(now, stopping)
            except (WorldError, OSError):
                put_off_night(self.engine, now + LATER)
                raise
            if stopping():
                put_off_night(self.engine, now + LATER)
                log.info("the rest of the work of the night is done after the next start")
                return False
        except (WorldError, OSError) as error:
            log.warning("the work of the night is done later: %s", error)
            return False
        return True

    def tidy(self, now: datetime, stopping: Callable[[], bool] = never) -> int:
        """Anchor, erase and clean up now; return how many tickets, mails, files, letters and traces were erased."""
        if anchor := take_anchor(self.engine, now):
            log.info("the histories are anchored: %s", anchor)
        with writing(self.engine) as connection:
            drop_spent(connection, now)
            drop_old_deeds(connection, now)
        erased = self.erase_expired(now, stopping)
        if stopping():
            return erased
        removed = compare_files(self.engine, self.store, Way(reads=False, repairs=True, now=time.time())).removed
        log.info("the night's work is done: %s items erased, %s files without a row removed", erased, removed)
        return erased

    def erase_expired(self, now: datetime, stopping: Callable[[], bool] = never) -> int:
        """Erase what is older than the rules allow, a few rows at a time."""
        rules: tuple[tuple[int, Erasing], ...] = (
            (self.retention.ticket_days, partial(_erase_old_tickets, now=now)),
            (self.retention.ticket_days, erase_old_traces),
            (self.retention.raw_mail_days, erase_old_mails),
            (self.retention.file_days, erase_old_files),
            (self.retention.letter_days, erase_old_letters),
        )
        done = 0
        for days, erase in rules:
            before = now - timedelta(days=days)
            while days and not stopping():
                count = self._erase(erase, before)
                if not count:
                    break
                done += count
                time.sleep(REST_SECONDS)
        return done

    def _erase(self, erase: Erasing, before: datetime) -> int:
        with upkeep_lock(self.store.home, self.engine):
            with writing(self.engine) as connection:
                removed = erase(connection, before, BATCH)
                unnamed = find_unnamed(connection, removed.named)
            remove_files(self.store, unnamed)
        return removed.count

    def _next_night(self, now: datetime) -> datetime:
        local = now.astimezone(self.timezone)
        night = local.replace(hour=NIGHT_HOUR, minute=0, second=0, microsecond=0)
        return night if night > local else night + timedelta(days=1)


def remove_files(store: KeptFiles, names: set[str]) -> int:
    """Remove files that no row names; one that was written lately goes with the next comparison of files and rows."""
    return sum(store.discard(name, time.time() - SPARED_SECONDS) for name in names)


def _erase_old_tickets(connection: Connection, before: datetime, limit: int, now: datetime) -> Removed:
    ids = find_erasable(connection, before, limit)
    return Removed(len(ids), erase_tickets(connection, ids, BY_RULE, now))
