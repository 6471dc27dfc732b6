"""Noticing that the server counts a folder anew: after a restore, a move to another server, or a repair.

UIDs name mails only as long as UIDVALIDITY stays (RFC 9051 2.3.1.1). A restore from a backup may even keep UIDVALIDITY
and give UIDs a second time; then the next UID is one that the ledger knows already. In both cases every mail in the
folder is looked at anew, and those that were handled before are known by their content.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from mailbot.domain.alarms import AlarmCode
from mailbot.ports import FolderState

if TYPE_CHECKING:
    from datetime import datetime

    from mailbot.domain.alarms import Alarms
    from mailbot.ports import Mailbox

# So long the alarm stands, for a person to read it.
SHOWN_FOR = timedelta(days=1)


class FolderBook(Protocol):
    """What was written down about folders."""

    def find_folder(self, name: str) -> FolderState | None:
        """Return how a folder was found at the last look, or None when it was never opened."""

    def keep_folder(self, name: str, state: FolderState) -> None:
        """Write down how a folder was found."""

    def find_highest_uid(self, mailbox: str, uidvalidity: int) -> int:
        """Return the highest UID the ledger knows, or 0."""


def find_state(mailbox: Mailbox, book: FolderBook, uidvalidity: int) -> FolderState:
    """Return how an open folder is counted now; nothing is written down."""
    return _compare(mailbox, book, uidvalidity, book.find_folder(mailbox.name))


def _compare(mailbox: Mailbox, book: FolderBook, uidvalidity: int, before: FolderState | None) -> FolderState:
    state, next_uid = replace(before or FolderState(uidvalidity), uidvalidity=uidvalidity), mailbox.find_next_uid()
    if next_uid <= 1:
        return state
    last_uid = state.last_uid if before and before.uidvalidity == uidvalidity else 0
    highest = max(book.find_highest_uid(mailbox.name, state.generation), last_uid)
    # What a server says of the next UID is believed when no mail in the folder gives it the lie.
    went_back = next_uid <= highest and not mailbox.find_uids(next_uid)
    return replace(state, era=state.era + 1) if went_back else state


def notice_change(mailbox: Mailbox, book: FolderBook, alarms: Alarms, now: datetime, *, anew: bool = True) -> int:
    """Open the folder and return the number under which the ledger knows its UIDs; a change is an alarm.

    While the folder stays open it cannot be counted anew; it is opened again only when `anew` asks for it.
    """
    uidvalidity = mailbox.select() if anew else mailbox.refresh()
    before = book.find_folder(mailbox.name)
    state = _compare(mailbox, book, uidvalidity, before)
    if before is None and not state.era:
        book.keep_folder(mailbox.name, state)
    elif before is None or state.generation != before.generation:
        alarms.sound(AlarmCode.MAILBOX_CHANGED, _explain(mailbox.name))
        book.keep_folder(mailbox.name, replace(state, changed_at=now))
    elif state.changed_at and now - state.changed_at > SHOWN_FOR:
        alarms.settle(AlarmCode.MAILBOX_CHANGED)
        book.keep_folder(mailbox.name, replace(state, changed_at=None))
    return state.generation


def _explain(name: str) -> str:
    return (
        f"The mail server counts the folder {name} anew, as after a restore, a move or a repair. Mails that were "
        "handled before are known by their content: they open no ticket and get no letter. Ask who runs the mail "
        "server what was done and whether mail is missing; `mailbot reconcile` compares the folder with the ledger."
    )
