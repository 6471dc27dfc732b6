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

from mailbot.domain.decide import decide, decide_unreadable
from mailbot.domain.errors import ChangedMeanwhileError, UnreadableMailError, WorldError
from mailbot.domain.evidence import judge_pictures
from mailbot.domain.thread import find_clues
from mailbot.domain.understanding import understand
from mailbot.ports import Kept

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime, timedelta

    from mailbot.domain.desk import Desk
    from mailbot.ports import Entry, Files, Ledger, Listed, Mailbox, Reader

log = logging.getLogger(__name__)

REDECIDE_LIMIT = 5


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

    def take_in(self, mailbox: Mailbox, start: datetime | None, *, sweep: bool) -> int:
        """Keep and file every mail that waits in the folder; return how many were new.

        Without `sweep` only UIDs above the highest known one are asked for, which costs the same for any folder.
        """
        uidvalidity = mailbox.select()
        first = 1 if sweep else self.ledger.find_highest_uid(mailbox.name, uidvalidity) + 1
        uids = mailbox.find_uids(first)
        known = self.ledger.find_filed(mailbox.name, uidvalidity, uids)
        self._file_again(mailbox, uidvalidity, [uid for uid, filed in known.items() if not filed])
        taken = 0
        new = mailbox.find_listed([uid for uid in uids if uid not in known])
        wanted = self._leave_old(mailbox.name, uidvalidity, new, start)
        for batch in batches(wanted, self.pace):
            if not self.files.has_room():
                raise WorldError(
                    "The disk has less free space than storage.minimum_free_mb asks for. New mail waits on the server; "
                    "free some space and it is fetched by itself."
                )
            taken += self._take_batch(mailbox, uidvalidity, batch)
            log.info("took in %s of %s new mails", taken, len(wanted))
        return taken

    def _leave_old(
        self, mailbox: str, uidvalidity: int, listed: Sequence[Listed], start: datetime | None
    ) -> list[Listed]:
        if start is None:
            self._refuse_full_folder(mailbox, len(listed))
            return list(listed)
        old = [mail for mail in listed if mail.arrived < start]
        if old:
            self.ledger.keep_ignored(mailbox, uidvalidity, old, "Arrived before imap.start_date.", self.now())
        return [mail for mail in listed if mail.arrived >= start]

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
        kept = [Kept(mail.listed, self.files.keep(mail.raw), mail.oversized) for mail in fetched]
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
        reading = self.reader.read(self.files.find(entry.sha256), oversized=entry.oversized)
        for data in reading.files.values():
            self.files.keep(data)
        self.reached("parsed")
        mail = reading.mail
        understanding = understand(mail, self.desk)
        clues = find_clues(
            mail,
            understanding.claimed_id,
            self.desk,
            guesses=understanding.employee_ids.all,
            is_automatic=understanding.screening.automatic,
            module=understanding.fields.module,
            commands=understanding.commands.commands,
        )
        for _ in range(REDECIDE_LIMIT):
            now = self.now()
            known = self.ledger.find_known(mail, clues, entry, now)
            judged = judge_pictures(mail, known.seen_before)
            decision = decide(judged, understanding, known, self.desk, now)
            try:
                return self.ledger.apply(entry, judged, decision, now)
            except ChangedMeanwhileError:
                continue
        raise WorldError(f"Mail {entry.id} met another change of its ticket {REDECIDE_LIMIT} times and is tried later.")

    def _set_aside(self, entry: Entry, error: Exception) -> None:
        now = self.now()
        reason = str(error) if isinstance(error, UnreadableMailError) else name_error(error)
        log.error("mail %s failed at attempt %s: %s", entry.id, entry.attempt, reason)
        if entry.attempt < self.pace.attempts:
            wait = self.pace.retry_after[min(entry.attempt, len(self.pace.retry_after)) - 1]
            self.ledger.postpone(entry, reason, now + wait)
        else:
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
