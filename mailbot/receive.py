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
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from mailbot.confirming import Handling, understand_mail
from mailbot.domain.decide import decide_unreadable
from mailbot.domain.decision import Decision, Outcome
from mailbot.domain.errors import ChangedMeanwhileError, UnreadableMailError, WorldError, name_error
from mailbot.domain.flood import guess_sender
from mailbot.domain.mailboxes import desk_at
from mailbot.folder_change import notice_change
from mailbot.inspection import with_scans
from mailbot.ports import Kept
from mailbot.reading_ahead import NOTHING_AHEAD, Ahead, ReadingAhead

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future
    from datetime import datetime, timedelta

    from mailbot.confirming import Understood
    from mailbot.domain.alarms import Alarms
    from mailbot.domain.desk import Desk
    from mailbot.ports import Entry, Fetched, Files, Inspector, Ledger, Listed, Mailbox, Reader, Reading
    from mailbot.reading_ahead import InHand

log = logging.getLogger(__name__)

REDECIDE_LIMIT = 5
# So many are claimed together.
MAILS_AT_ONCE = 20
LISTED_AT_ONCE = 5_000
NO_ROOM = (
    "The disk has less free space than storage.minimum_free_mb asks for. New mail waits on the server; free some space "
    "and it is fetched by itself."
)
# As the hopcount_limit of Postfix: no honest way is longer.
MOST_HOPS = 50
TOO_OLD = "Arrived before {}."


@dataclass(frozen=True, slots=True)
class Pace:
    """How much is taken at once, and when a failed mail is tried again."""

    batch_mails: int
    batch_bytes: int
    mail_bytes: int
    attempts: int
    retry_after: tuple[timedelta, ...]
    ahead: Ahead = NOTHING_AHEAD


@dataclass(frozen=True, slots=True)
class Receiver:
    """The receiving half of the desk. `now` is the one clock; `reached` is told each step, where tests stop it.

    `start_key` is the setting that says from when mail of this mailbox is answered.
    """

    files: Files
    ledger: Ledger
    reader: Reader
    desk: Desk
    pace: Pace
    now: Callable[[], datetime]
    reached: Callable[[str], None]
    alarms: Alarms
    inspector: Inspector | None = None
    start_key: str = "imap.start_date"

    def take_in(
        self,
        mailbox: Mailbox,
        start: datetime | None,
        *,
        sweep: bool,
        stopping: Callable[[], bool] = lambda: False,
        kept: Callable[[], object] = lambda: None,
    ) -> int:
        """Keep and file every mail that waits in the folder; return how many were new.

        Without `sweep` only UIDs above the highest known one are asked for, which costs the same for any folder. When
        `stopping` turns true the batch in hand is finished. `kept` is called whenever there is something to handle.
        """
        uidvalidity = notice_change(mailbox, self.ledger, self.alarms, self.now(), anew=sweep)
        taken, wanted = 0, []
        for listed in takewhile(lambda _: not stopping(), self._find_new(mailbox, uidvalidity, start, sweep=sweep)):
            wanted += self._choose(mailbox, uidvalidity, listed, start)
        for batch in takewhile(lambda _: not stopping(), batches(wanted, self.pace)):
            if not self.files.has_room():
                raise WorldError(NO_ROOM)
            taken += self._take_batch(mailbox, uidvalidity, batch, kept)
            log.info("took in %s of %s new mails", taken, len(wanted))
        return taken

    def _find_new(
        self, mailbox: Mailbox, uidvalidity: int, start: datetime | None, *, sweep: bool
    ) -> Iterator[Sequence[Listed]]:
        """Yield the mails that the ledger does not know; a folder of many old ones is gone through in parts."""
        if not sweep:
            newer = mailbox.find_newer(self.ledger.find_highest_uid(mailbox.name, uidvalidity))
            if start is None:
                self._refuse_full_folder(mailbox.name, len(newer))
            yield newer
            return
        uids = mailbox.find_uids(1)
        known = self.ledger.find_filed(mailbox.name, uidvalidity, uids)
        self._file_again(mailbox, uidvalidity, [uid for uid, filed in known.items() if not filed])
        new = [uid for uid in uids if uid not in known]
        if start is None:
            self._refuse_full_folder(mailbox.name, len(new))
        for position in range(0, len(new), LISTED_AT_ONCE):
            yield mailbox.find_listed(new[position : position + LISTED_AT_ONCE])

    def _choose(
        self, mailbox: Mailbox, uidvalidity: int, listed: Sequence[Listed], start: datetime | None
    ) -> list[Listed]:
        """Return the mails that shall be fetched, and write down what becomes of the others."""
        old = [mail for mail in listed if start and mail.arrived < start]
        if old:
            self.ledger.keep_ignored(mailbox.name, uidvalidity, old, TOO_OLD.format(self.start_key), self.now())
            log.info("left %s mails alone that arrived before %s", len(old), self.start_key)
        return self._leave_known(mailbox, uidvalidity, [m for m in listed if not (start and m.arrived < start)])

    def _leave_known(self, mailbox: Mailbox, uidvalidity: int, listed: Sequence[Listed]) -> list[Listed]:
        """File mails that the provider's own number shows to be taken in already; return the others."""
        provider_ids = [mail.provider_id for mail in listed if mail.provider_id]
        known = self.ledger.find_same_mails(provider_ids) if provider_ids else {}
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
                f"The folder already holds {count} mails and {self.start_key} is not set. Set it to the date "
                'from which mail shall be answered, such as start_date = "2026-11-01"; older mail is left alone.'
            )
        self.ledger.keep_visit(mailbox, self.now())

    def _take_batch(
        self, mailbox: Mailbox, uidvalidity: int, batch: Sequence[Listed], call: Callable[[], object]
    ) -> int:
        # Nobody holds the bytes while the mails are filed, which may wait for the server.
        kept = self._keep_files(mailbox.fetch(batch, self.pace.mail_bytes))
        self.ledger.keep(mailbox.name, uidvalidity, kept, self.now())
        self.reached("kept")
        call()
        self._file_again(mailbox, uidvalidity, [mail.listed.uid for mail in kept])
        self.reached("filed")
        return len(kept)

    def _keep_files(self, fetched: Sequence[Fetched]) -> list[Kept]:
        self.reached("fetched")
        names = self.files.keep_all([mail.raw for mail in fetched])
        self.reached("written")
        return [
            Kept(mail.listed, name, mail.oversized, guess_sender(mail.raw))
            for mail, name in zip(fetched, names, strict=True)
        ]

    def _file_again(self, mailbox: Mailbox, uidvalidity: int, uids: Sequence[int]) -> None:
        if uids:
            mailbox.file(uids)
            self.reached("moved")
            self.ledger.settle_filed(mailbox.name, uidvalidity, uids)

    def handle_due(
        self,
        limit: int = MAILS_AT_ONCE,
        stopping: Callable[[], bool] = lambda: False,
        handled: Callable[[], object] = lambda: None,
    ) -> int:
        """Handle kept mails that are due; return how many were claimed, 0 when nothing waits.

        When `stopping` turns true the mail in hand is finished and the others are given back. `handled` is called after
        each mail: its letters need not wait for the others.
        """
        entries = self.ledger.claim_mails(self.now(), limit)
        if not entries and self.inspector is not None:
            self.inspector.rescan_due()
        with ReadingAhead(deque(entries), self._begin, self._read, self.pace.ahead) as mails:
            try:
                while not stopping() and (mail := mails.find_next()):
                    self._handle(mail)
                    mails.settle()
                    handled()
            except WorldError:  # no fault of these mails
                with suppress(WorldError):  # the database itself may be what failed; then the leases run out
                    self.ledger.give_back(mails.find_left())
                raise
        if left := mails.find_left():
            self.ledger.give_back(left)
        return len(entries)

    def _begin(self, mail: InHand) -> None:
        """Count the attempt before anything is read."""
        self.reached("claimed")
        self.reader.prepare()
        mail.entry = self.ledger.begin(mail.claimed, self.now())
        self.reached("begun")

    def _handle(self, mail: InHand) -> None:
        if mail.entry is None:
            log.warning("mail %s was taken over by another worker, because this one was too slow", mail.claimed.id)
        elif mail.entry.attempt > self.pace.attempts:
            error = UnreadableMailError("the program stopped each time while it handled this mail")
            self._set_aside(mail.entry, error)
        else:
            self._read_and_apply(mail.entry, mail.reading)

    def _read_and_apply(self, entry: Entry, reading: Future[Reading] | None) -> None:
        try:
            read = reading.result() if reading else self._read(entry)
            number = self._apply(entry, self._understand(read, entry))
        except WorldError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever one mail does, the next ones go on
            self._set_aside(entry, error)
        else:
            log.info("handled mail %s (ticket %s)", entry.id, number or "none")
        self.reached("handled")

    def _apply(self, entry: Entry, read: Understood) -> str:
        handling = Handling(self.ledger, lambda earlier: self._understand(self._read(earlier), earlier))
        for _ in range(REDECIDE_LIMIT):
            now = self.now()
            mail, decision = handling.decide(read, entry, now)
            try:
                return self.ledger.apply(entry, mail, decision, now)
            except ChangedMeanwhileError:
                continue
        raise WorldError(f"Mail {entry.id} met another change of its ticket {REDECIDE_LIMIT} times and is tried later.")

    def _read(self, entry: Entry) -> Reading:
        """Return what a mail says, with its files in the store; may run in another thread."""
        reading = self.reader.read(self.files.find(entry.sha256), oversized=entry.oversized)
        self.files.keep_all(list(reading.files.values()))
        return reading

    def _understand(self, reading: Reading, entry: Entry) -> Understood:
        self.reached("parsed")
        if (hops := len(reading.mail.headers.get("received", ()))) > MOST_HOPS:
            raise UnreadableMailError(f"it went through {hops} mail servers, as only mail in a loop does")
        mail = with_scans(reading, self.inspector)
        return understand_mail(mail, desk_at(self.desk, entry.mailbox, mail))

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
            desk = desk_at(self.desk, entry.mailbox)
            self.ledger.apply(entry, None, decide_unreadable(reason, self.ledger.find_staff(), desk), now)


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
