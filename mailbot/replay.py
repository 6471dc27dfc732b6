"""Catching up after a restore: what came after the backup still lies in the folder of handled mail.

It is taken in again, oldest first, each mail at the moment at which it arrived, so that tickets get the numbers and the
promises they had. Letters that follow from it were sent before the data was lost, or nearly all of them: they are held
back for a person to look at, and nobody gets an answer twice.
"""

from __future__ import annotations

import logging
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mailbot.adapters.clock import now
from mailbot.adapters.imap import ImapMailbox
from mailbot.adapters.store.restoring import find_known_bytes, find_next_kept, find_open_restore, settle_restore
from mailbot.domain.clock_guard import ClockState
from mailbot.ports import Kept
from mailbot.receive import batches

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mailbot.adapters.imap import ImapAccount
    from mailbot.app import OpenDesk
    from mailbot.ports import Listed

log = logging.getLogger(__name__)

# The clock of the mail server and that of the desk need not agree.
MARGIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Replayed:
    """How much was taken in again, and how many letters are held back."""

    backed_up_at: datetime
    taken: int
    handled: int
    held: int


@dataclass(slots=True)
class _Clock:
    """The moment at which a mail is handled anew; it never goes back."""

    moment: datetime

    def __call__(self) -> datetime:
        return self.moment


def replay(desk: OpenDesk, *, with_server: bool = True) -> Replayed | None:
    """Catch up with the server and let the desk run again; return None when no restore waits for it.

    Without `with_server` nothing is fetched, for a mailbox that is gone as well. Raises WorldError; it may be tried
    again then, and goes on where it stopped.
    """
    engine = desk.store.engine
    backed_up_at = find_open_restore(engine)
    if backed_up_at is None:
        return None
    with ExitStack() as held:
        desk.lock_mailboxes(held)
        accounts = [inbox.mailbox.account for inbox in desk.inboxes] if with_server else []
        taken = sum(_take_in(desk, account, backed_up_at) for account in accounts)
        handled = _handle(desk, backed_up_at)
        desk.store.keep_clock(ClockState(believed_at=now()))
        while desk.reminder.remind_due():
            log.info("acted on timers that became due meanwhile")
        return Replayed(backed_up_at, taken, handled, settle_restore(engine, backed_up_at, now()))


def _take_in(desk: OpenDesk, account: ImapAccount, backed_up_at: datetime) -> int:
    """Keep every mail of the folder of handled mail that the ledger does not know by its bytes."""
    # Nothing is filed from here, so where to is of no account.
    folder = ImapMailbox(replace(account, folder=account.processed_folder, processed_folder=account.folder))
    try:
        uidvalidity = folder.select()
        uids = folder.find_uids(1)
        known = desk.store.find_filed(folder.name, uidvalidity, uids)
        listed = folder.find_listed([uid for uid in uids if uid not in known])
        wanted = [mail for mail in listed if mail.arrived >= backed_up_at - MARGIN]
        return sum(_take_batch(desk, folder, uidvalidity, batch) for batch in batches(wanted, desk.receiver.pace))
    finally:
        folder.close()


def _take_batch(desk: OpenDesk, folder: ImapMailbox, uidvalidity: int, batch: Sequence[Listed]) -> int:
    fetched = folder.fetch(batch, desk.receiver.pace.mail_bytes)
    kept = [Kept(mail.listed, desk.files.keep(mail.raw), mail.oversized) for mail in fetched]
    known = find_known_bytes(desk.store.engine, {mail.sha256 for mail in kept})
    new = [mail for mail in kept if mail.sha256 not in known]
    for mail in new:
        desk.store.keep(folder.name, uidvalidity, [mail], min(mail.listed.arrived, now()))
    desk.store.settle_filed(folder.name, uidvalidity, [mail.listed.uid for mail in new])
    log.info("took in %s of %s mails again", len(new), len(batch))
    return len(new)


def _handle(desk: OpenDesk, backed_up_at: datetime) -> int:
    """Handle everything that waits, one mail after the other, each at its own moment."""
    clock, handled = _Clock(backed_up_at), 0
    receiver = replace(desk.receiver, now=clock)
    while (moment := find_next_kept(desk.store.engine)) is not None:
        clock.moment = max(clock.moment, moment)
        handled += receiver.handle_due(limit=1)
    return handled
