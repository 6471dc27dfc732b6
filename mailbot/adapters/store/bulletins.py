"""The regular letters: looks up what each of them tells, and has it written by the rules in domain/reporting."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from mailbot.adapters.store.anchors import find_last_anchor
from mailbot.adapters.store.engine import reading
from mailbot.adapters.store.held_back import find_held_back
from mailbot.adapters.store.people_rows import find_staff
from mailbot.adapters.store.period_figures import find_period
from mailbot.adapters.store.statistics import find_digest, find_open_counts
from mailbot.adapters.store.tables import held_news, schedules, tickets
from mailbot.domain.reporting.bulletin import Occasion, Regular, ReportRules
from mailbot.domain.reporting.digest import write_digest
from mailbot.domain.reporting.figures import HeldNews
from mailbot.domain.reporting.hourly import write_hourly
from mailbot.domain.reporting.monthly import write_monthly
from mailbot.domain.reporting.pendency import write_pendency
from mailbot.domain.reporting.periods import month_before, period_before

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, Engine

    from mailbot.domain.desk import Desk
    from mailbot.domain.reporting.bulletin import Bulletin

_FIRST_DIGEST = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Bulletins:
    """Writes the regular letters of one desk; nothing is changed here, the letters are posted by whoever asks."""

    engine: Engine
    desk: Desk
    rules: ReportRules

    def writers(self) -> dict[str, Callable[[datetime], Bulletin | None]]:
        """Return for the name of each regular letter who writes it."""
        return {
            Regular.DIGEST: self.write_digest,
            Regular.PENDENCY: self.write_pendency,
            Regular.MONTHLY: self.write_monthly,
            Regular.HOURLY: self.write_hourly,
        }

    def write_digest(self, now: datetime) -> Bulletin:
        """Return the digest of what happened since the last one, or since yesterday when there was none."""
        local = now.astimezone(self.desk.timezone)
        day_end = datetime.combine(local.date() + timedelta(days=1), time.min, self.desk.timezone)
        held_back = find_held_back(self.engine, now)
        with reading(self.engine) as connection:
            query = select(schedules.c.done_at).where(schedules.c.name == Regular.DIGEST)
            since = connection.execute(query).scalar() or now - _FIRST_DIGEST
            anchor = find_last_anchor(connection)
            figures = replace(
                find_digest(connection, since, now, day_end),
                held_back=held_back,
                per_day=self.desk.energy.quota.per_day,
                anchor=str(anchor or ""),
            )
            return write_digest(figures, self._occasion(connection, now))

    def write_pendency(self, now: datetime) -> Bulletin:
        """Return the sheet of all open tickets by age, zone, office and module."""
        with reading(self.engine) as connection:
            return write_pendency(find_open_counts(connection, now), self._occasion(connection, now))

    def write_monthly(self, now: datetime) -> Bulletin:
        """Return the report of the month before this one, beside the month before that."""
        zone = self.desk.timezone
        month = month_before(now.astimezone(zone).date())
        with reading(self.engine) as connection:
            figures = find_period(connection, month, zone)
            before = find_period(connection, period_before(month), zone)
            return write_monthly(figures, before, self._occasion(connection, now))

    def write_hourly(self, now: datetime) -> Bulletin | None:
        """Return what was held back for people who want one letter an hour; None when nothing was."""
        with reading(self.engine) as connection:
            held = _find_held(connection)
            return write_hourly(held, self._occasion(connection, now)) if held else None

    def _occasion(self, connection: Connection, now: datetime) -> Occasion:
        return Occasion(now, self.desk, find_staff(connection), self.rules)


def _find_held(connection: Connection) -> dict[str, tuple[HeldNews, ...]]:
    h = held_news.c
    query = select(h.to, h.id, tickets.c.number, tickets.c.title, h.kind, h.actor, h.text, h.at).join(tickets)
    found: defaultdict[str, list[HeldNews]] = defaultdict(list)
    for row in connection.execute(query.order_by(h.id)):
        found[row.to].append(HeldNews(row.id, row.number, row.title, row.kind, row.actor, row.text, row.at))
    return {to: tuple(news) for to, news in found.items()}
