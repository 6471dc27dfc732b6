"""The story of a file and the malware scanner: asked when it comes, and again when there was no answer.

A scanner that is down, slow or wrongly set up never holds up a mail: its files are unscanned, which no letter shows,
a person is told, and they are scanned when it is back.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from mailbot.domain.alarms import AlarmCode
from mailbot.domain.errors import UnreadableMailError, WorldError
from mailbot.domain.mail import Verdict
from mailbot.domain.malware import Scan, with_verdicts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from mailbot.domain.alarms import Alarms
    from mailbot.domain.mail import IncomingMail
    from mailbot.ports import Files, Inspector, Reading

log = logging.getLogger(__name__)

REST = timedelta(seconds=60)
BELIEVED = timedelta(minutes=10)
AT_ONCE = 20


class Scanner(Protocol):
    """A malware scanner; both raise WorldError when it cannot be asked, or its word is worth nothing."""

    def scan(self, data: bytes) -> Scan:
        """Return what it says of the bytes."""

    def probe(self) -> None:
        """See whether it can be believed."""


class ScanBook(Protocol):
    """The table of what the scanner said; every method may raise WorldError."""

    def keep(self, scans: Mapping[str, Scan], now: datetime) -> None:
        """Write down what was said of files, by their SHA-256."""

    def find_due(self, now: datetime, limit: int) -> Sequence[str]:
        """Return unscanned files that it is time to ask about again."""

    def forget(self, sha256: str) -> None:
        """Remove a file that is no longer kept."""


@dataclass(slots=True)
class Inspection:
    """Asks the scanner about files. `patience` bounds one mail with all its files; it rests after a failure.

    What `probe` showed counts for some minutes: a person may set the scanner up anew.
    """

    scanner: Scanner
    book: ScanBook
    files: Files
    alarms: Alarms
    now: Callable[[], datetime]
    patience: timedelta
    _believed: datetime | None = field(default=None, init=False)
    _failed: datetime | None = field(default=None, init=False)
    _looked: datetime | None = field(default=None, init=False)

    def inspect(self, files: Mapping[str, bytes]) -> dict[str, Scan]:
        """Return the scanner's word about each file, written down; a file that it said nothing of is unscanned."""
        if not files:
            return {}
        end = self.now() + self.patience
        scans = {sha256: self._scan(data, end) for sha256, data in files.items()}
        self.book.keep(scans, self.now())
        return scans

    def rescan_due(self) -> int:
        """Ask again about a few unscanned files, at most once a minute; return how many have a word now."""
        now = self.now()
        if _lasts(self._looked, REST, now):
            return 0
        self._looked = now
        if not self._is_believed(now):
            return 0
        due = self.book.find_due(now, AT_ONCE)
        if len(due) == AT_ONCE:
            self._looked = None
        return self.rescan(due)

    def rescan(self, names: Sequence[str]) -> int:
        """Ask again about these files; return how many are no longer unscanned."""
        settled = 0
        for name in names:
            try:
                data = self.files.find(name)
            except UnreadableMailError:
                self.book.forget(name)
                continue
            scan = self.inspect({name: data})[name]
            settled += scan.verdict is not Verdict.UNSCANNED
            if scan.verdict is Verdict.INFECTED:
                log.warning("the kept file %s is infected (%s); no letter shows it from now on", name, scan.threat)
        return settled

    def _scan(self, data: bytes, end: datetime) -> Scan:
        if not self._is_believed(self.now()) or self.now() >= end:
            return Scan(Verdict.UNSCANNED, "the scanner did not answer", is_final=False)
        try:
            return self.scanner.scan(data)
        except WorldError as error:
            self._fail(error)
            return Scan(Verdict.UNSCANNED, "the scanner did not answer", is_final=False)

    def _is_believed(self, now: datetime) -> bool:
        """Tell whether the scanner may be asked: it was tried, and did not fail within the last minute."""
        if _lasts(self._believed, BELIEVED, now):
            return True
        if _lasts(self._failed, REST, now):
            return False
        try:
            self.scanner.probe()
        except WorldError as error:
            self._fail(error)
            return False
        self._believed = now
        self.alarms.settle(AlarmCode.SCANNER_DOWN)
        return True

    def _fail(self, error: WorldError) -> None:
        self._believed = None
        self._failed = self.now()
        self.alarms.sound(AlarmCode.SCANNER_DOWN, f"{error} Until then files are kept, but no letter shows them.")


def _lasts(since: datetime | None, span: timedelta, now: datetime) -> bool:
    """Tell whether less than that has passed; a clock that went back makes everything long ago."""
    return since is not None and since <= now < since + span


def with_scans(reading: Reading, inspector: Inspector | None) -> IncomingMail:
    """Return the mail with the scanner's word about each of its files, when there is a scanner. Raises WorldError."""
    if inspector is None:
        return reading.mail
    names = {file.sha256 for file in reading.mail.attachments}
    files = {name: data for name, data in reading.files.items() if name in names}
    return with_verdicts(reading.mail, inspector.inspect(files))
