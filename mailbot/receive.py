"""The story of an incoming mail: mailbox -> keep -> file -> parse -> decide -> apply.

What is left when the program dies after a step, and what happens next:

| died after | mailbox     | ledger      | next                                                                        |
|------------|-------------|-------------|-----------------------------------------------------------------------------|
| fetch      | still there | nothing     | fetched again                                                               |
| keep       | still there | kept        | known by its unique key: kept once, filed, handled                          |
| file       | filed       | kept        | handled from the ledger                                                     |
| parse      | filed       | kept        | tried again; after the last attempt quarantined with a ticket for the staff |
| apply      | filed       | done        | the outbox owns the letters                                                 |

An error of one mail (`UnreadableMailError`, or anything unexpected while it is handled) sets that mail aside; an error
of the world (`WorldError`: database, disk, network) stops the run, and everything is tried later.
"""

from __future__ import annotations

import logging
import traceback
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from mailbot.confirming import Handling, understand_mail
from mailbot.domain.decide import decide_unreadable
from mailbot.domain.decision import Decision, Outcome
from mailbot.domain.errors import ChangedMeanwhileError, UnreadableMailError, WorldError
from mailbot.domain.flood import guess_sender
from mailbot.domain.malware import with_verdicts
from mailbot.folder_change import notice_change
from mailbot.ports import Kept

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime, timedelta

    from mailbot.confirming import Understood
    from mailbot.domain.alarms import Alarms
    from mailbot.domain.desk import Desk
    from mailbot.domain.mail import IncomingMail
    from mailbot.ports import Entry, Files, Inspector, Ledger, Listed, Mailbox, Reader, Reading

log = logging.getLogger(__name__)

REDECIDE_LIMIT = 5
LISTED_AT_ONCE = 5_000
NO_ROOM = (
    "The disk has less free space than storage.minimum_free_mb asks for. New mail waits on the server; free some space "
    "and it is fetched by itself."
)
# As the hopcount_limit of Postfix: no honest way is longer.
MOST_HOPS = 50
TOO_OLD = "Arrived before imap.start_date."


@dataclass(frozen=True, slots=True)
class Pace:
    """How much is taken at once, and when a failed mail is tried again."""

    batch_mails: int
    batch_bytes: int
    mail_bytes: int
    attempts: int
    retry_after: tuple[timedelta, ...]


@dataclass(frozen=True, slots=True)
class Receiver:
    """The receiving half of the desk. `now` is the one clock; `reached` is told each step, where tests stop it."""

    files: Files
    ledger: Ledger
    reader: Reader
    desk: Desk
    pace: Pace
    now: Callable[[], datetime]
    reached: Callable[[str], None]
    alarms: Alarms
    inspector: Inspector | None = None

    def take_in(self, mailbox: Mailbox, start: datetime | None, *, sweep: bool) -> int:
        """Keep and file every mail that waits in the folder; return how many were new.

        Without `sweep` only UIDs above the highest known one are asked for, which costs the same for any folder.
        """
        uidvalidity = notice_change(mailbox, self.ledger, self.alarms, self.now())
        first = 1 if sweep else self.ledger.find_highest_uid(mailbox.name, uidvalidity) + 1
        uids = mailbox.find_uids(first)
        known = self.ledger.find_filed(mailbox.name, uidvalidity, uids)
        self._file_again(mailbox, uidvalidity, [uid for uid, filed in known.items() if not filed])
        taken = 0
        wanted = self._find_wanted(mailbox, uidvalidity, [uid for uid in uids if uid not in known], start)
        for batch in batches(wanted, self.pace):
            if not self.files.has_room():
                raise WorldError(NO_ROOM)
            taken += self._take_batch(mailbox, uidvalidity, batch)
            log.info("took in %s of %s new mails", taken, len(wanted))
        return taken

    def _find_wanted(
        self, mailbox: Mailbox, uidvalidity: int, uids: Sequence[int], start: datetime | None
    ) -> list[Listed]:
        """Return the new mails that shall be fetched; a folder of many old ones is gone through in parts."""
        if start is None:
            self._refuse_full_folder(mailbox.name, len(uids))
        wanted: list[Listed] = []
        for position in range(0, len(uids), LISTED_AT_ONCE):
            listed = mailbox.find_listed(uids[position : position + LISTED_AT_ONCE])
            old = [mail for mail in listed if start and mail.arrived < start]
            if old:
                self.ledger.keep_ignored(mailbox.name, uidvalidity, old, TOO_OLD, self.now())
                log.info("left %s mails alone that arrived before imap.start_date", len(old))
            wanted += self._leave_known(mailbox, uidvalidity, [m for m in listed if not (start and m.arrived < start)])
        return wanted

    def _leave_known(self, mailbox: Mailbox, uidvalidity: int, listed: Sequence[Listed]) -> list[Listed]:
        """File mails that the provider's own number shows to be taken in already; return the others."""
        known = self.ledger.find_same_mails([mail.provider_id for mail in listed if mail.provider_id])
        same = [(mail, known[mail.provider_id]) for mail in listed if mail.provider_id in known]
        if same:
            self.ledger.keep_duplicates(mailbox.name, uidvalidity, same, self.now())
            self._file_again(mailbox, uidvalidity, [mail.uid for mail, _ in same])
        return [mail for mail in listed if mail.provider_id not in known]

    def _refuse_full_folder(self, mailbox: str, count: int) -> None:
        """Ask for a start date when the first visit finds mail; a folder that was empty then needs none later."""
        if not self.ledger.is_first_visit(mailbox):
            return
        if count:
            raise WorldError(
                f"The folder already holds {count} mails and imap.start_date is not set. Set it to the date "
                'from which mail shall be answered, such as start_date = "2026-11-01"; older mail is left alone.'
            )
        self.ledger.keep_visit(mailbox, self.now())

    def _take_batch(self, mailbox: Mailbox, uidvalidity: int, batch: Sequence[Listed]) -> int:
        fetched = mailbox.fetch(batch, self.pace.mail_bytes)
        self.reached("fetched")
        kept = [
            Kept(mail.listed, self.files.keep(mail.raw), mail.oversized, guess_sender(mail.raw)) for mail in fetched
        ]
        self.reached("written")
        self.ledger.keep(mailbox.name, uidvalidity, kept, self.now())
        self.reached("kept")
        self._file_again(mailbox, uidvalidity, [mail.listed.uid for mail in kept])
        self.reached("filed")
        return len(kept)

    def _file_again(self, mailbox: Mailbox, uidvalidity: int, uids: Sequence[int]) -> None:
        if uids:
            mailbox.file(uids)
            self.reached("moved")
            self.ledger.settle_filed(mailbox.name, uidvalidity, uids)

    def handle_due(self, limit: int = 20, stopping: Callable[[], bool] = lambda: False) -> int:
        """Handle kept mails that are due; return how many were claimed, 0 when nothing waits.

        When `stopping` turns true the mail in hand is finished and the others are given back.
        """
        entries = self.ledger.claim_mails(self.now(), limit)
        if not entries and self.inspector is not None:
            self.inspector.rescan_due()
        for position, entry in enumerate(entries):
            if stopping():
                self.ledger.give_back(entries[position:])
                break
            try:
                self._begin(entry)
            except WorldError:
                self._give_back(entries[position + 1 :])
                raise
        return len(entries)

    def _begin(self, claimed: Entry) -> None:
        """Count the attempt and handle the mail; an error of the world is no fault of it and does not count."""
        self.reached("claimed")
        entry: Entry | None = claimed
        try:
            self.reader.prepare()
            entry = self.ledger.begin(claimed, self.now())
            self.reached("begun")
            if entry is None:
                log.warning("mail %s was taken over by another worker, because this one was too slow", claimed.id)
            else:
                self._handle(entry)
        except WorldError:
            if entry is not None:
                self._give_back([replace(entry, attempt=claimed.attempt)])
            raise

    def _give_back(self, entries: Sequence[Entry]) -> None:
        with suppress(WorldError):  # the database itself may be what failed; then the leases run out
            self.ledger.give_back(entries)

    def _handle(self, entry: Entry) -> None:
        if entry.attempt > self.pace.attempts:
            self._set_aside(entry, UnreadableMailError("the program stopped each time while it handled this mail"))
            return
        try:
            number = self._read_and_apply(entry)
        except WorldError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever one mail does, the next ones go on
            self._set_aside(entry, error)
        else:
            log.info("handled mail %s (ticket %s)", entry.id, number or "none")
        self.reached("handled")

    def _read_and_apply(self, entry: Entry) -> str:
        read = self._read(entry)
        handling = Handling(self.ledger, self.desk, self._read)
        for _ in range(REDECIDE_LIMIT):
            now = self.now()
            mail, decision = handling.decide(read, entry, now)
            try:
                return self.ledger.apply(entry, mail, decision, now)
            except ChangedMeanwhileError:
                continue
        raise WorldError(f"Mail {entry.id} met another change of its ticket {REDECIDE_LIMIT} times and is tried later.")

    def _read(self, entry: Entry) -> Understood:
        reading = self.reader.read(self.files.find(entry.sha256), oversized=entry.oversized)
        for data in reading.files.values():
            self.files.keep(data)
        self.reached("parsed")
        if (hops := len(reading.mail.headers.get("received", ()))) > MOST_HOPS:
            raise UnreadableMailError(f"it went through {hops} mail servers, as only mail in a loop does")
        return understand_mail(self._inspected(reading), self.desk)

    def _inspected(self, reading: Reading) -> IncomingMail:
        """Return the mail with the malware scanner's word about each of its files, when there is a scanner."""
        if self.inspector is None:
            return reading.mail
        names = {file.sha256 for file in reading.mail.attachments}
        files = {name: data for name, data in reading.files.items() if name in names}
        return with_verdicts(reading.mail, self.inspector.inspect(files))

    def _set_aside(self, entry: Entry, error: Exception) -> None:
        now = self.now()
        reason = str(error) if isinstance(error, UnreadableMailError) else name_error(error)
        log.error("mail %s failed at attempt %s: %s", entry.id, entry.attempt, reason)
        if entry.attempt < self.pace.attempts:
            wait = self.pace.retry_after[min(entry.attempt, len(self.pace.retry_after)) - 1]
            self.ledger.postpone(entry, reason, now + wait)
        elif (first := self.ledger.find_same_bytes(entry)) is not None:
            twin = Decision(
                Outcome.DUPLICATE, (f"It is the same mail as mail {first}, which could not be read either.",)
            )
            self.ledger.apply(entry, None, twin, now)
        else:
            if self.inspector is not None:
                self.inspector.rescan([entry.sha256])
            self.ledger.apply(entry, None, decide_unreadable(reason, self.ledger.find_staff(), self.desk), now)


def name_error(error: Exception) -> str:
    """Return what an unexpected error is and where it arose; its own words may repeat the mail and stay out of logs."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"unexpected {type(error).__name__}{place}"


def batches(listed: Sequence[Listed], pace: Pace) -> Iterator[list[Listed]]:
    """Cut a list of mails into batches bounded by count and bytes; a large mail travels alone."""
    batch: list[Listed] = []
    size = 0
    for mail in listed:
        if batch and (len(batch) >= pace.batch_mails or size + mail.size > pace.batch_bytes):
            yield batch
            batch, size = [], 0
        batch.append(mail)
        size += mail.size
    if batch:
        yield batch
