"""What the malware scanner said of files: one row for the same bytes, however often they came."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from mailbot.adapters.store.columns import storable
from mailbot.adapters.store.engine import reading, writing
from mailbot.adapters.store.tables_scans import scans
from mailbot.domain.mail import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Engine

    from mailbot.domain.malware import Scan

_FIRST_WAIT = timedelta(minutes=1)
_MOST_DOUBLINGS = 10
_LONGEST_THREAT = 200


@dataclass(frozen=True, slots=True)
class Scans:
    """The table of scans. Every method raises WorldError when the database cannot be used now."""

    engine: Engine

    def keep(self, found: Mapping[str, Scan], now: datetime) -> None:
        """Write down what was said of files; what could not be scanned is due again, ever more rarely."""
        with writing(self.engine) as connection:
            for sha256, scan in sorted(found.items()):
                _keep(connection, sha256, scan, now)

    def find_due(self, now: datetime, limit: int) -> Sequence[str]:
        """Return the files that it is time to ask about again."""
        query = select(scans.c.sha256).where(scans.c.due_at <= now).order_by(scans.c.due_at).limit(limit)
        with reading(self.engine) as connection:
            return connection.execute(query).scalars().all()

    def find_unscanned(self) -> Sequence[str]:
        """Return all files without a word of the scanner."""
        return self._find_of(Verdict.UNSCANNED)

    def find_clean(self) -> Sequence[str]:
        """Return all files that were found clean, the longest ago first: the scanner may know more today."""
        return self._find_of(Verdict.CLEAN)

    def _find_of(self, verdict: Verdict) -> Sequence[str]:
        query = select(scans.c.sha256).where(scans.c.verdict == verdict).order_by(scans.c.scanned_at)
        with reading(self.engine) as connection:
            return connection.execute(query).scalars().all()

    def forget(self, sha256: str) -> None:
        """Remove a file that is no longer kept."""
        with writing(self.engine) as connection:
            connection.execute(delete(scans).where(scans.c.sha256 == sha256))


def _keep(connection: Connection, sha256: str, scan: Scan, now: datetime) -> None:
    before = connection.execute(select(scans.c.verdict, scans.c.tries).where(scans.c.sha256 == sha256)).first()
    is_known = before is not None
    verdict, tries = before or ("", 0)
    if verdict == Verdict.INFECTED and scan.verdict is Verdict.UNSCANNED:
        return  # the same bytes came again, and this time nobody looked into them
    is_open = scan.verdict is Verdict.UNSCANNED and not scan.is_final
    wait = _FIRST_WAIT * 2 ** min(tries, _MOST_DOUBLINGS)
    values = {
        "verdict": scan.verdict.value,
        "threat": storable(scan.threat[:_LONGEST_THREAT]),
        "scanned_at": now,
        "tries": tries + 1 if is_open else 0,
        "due_at": now + wait if is_open else None,
    }
    if verdict in {Verdict.CLEAN, Verdict.UNSCANNED} and scan.verdict is Verdict.INFECTED:
        values |= {"late_at": now, "late_from": verdict}
    elif scan.verdict is Verdict.CLEAN:
        values["late_at"] = None
    if not is_known:
        with suppress(IntegrityError), connection.begin_nested():
            connection.execute(insert(scans).values(sha256=sha256, **values))
            return
        # another worker met the same bytes at the same moment
    connection.execute(update(scans).where(scans.c.sha256 == sha256).values(**values))
