"""The story of mail that went past the inbox: archived by a person, or put into the spam folder, before it was read.

Twice a day the folders for archived mail and for spam are looked through, from the first mail that was not seen there
before. What the ledger does not know is listed, in the digest and by `mailbot reconcile`. Nothing is answered, moved or
marked; an archived mail is taken in when a person says so.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from itertools import takewhile
from typing import TYPE_CHECKING, Protocol

from mailbot.domain.errors import FolderMissingError, UnreadableMailError
from mailbot.folder_change import FolderBook, find_state
from mailbot.ports import Mailbox

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from contextlib import AbstractContextManager
    from datetime import date, datetime

    from mailbot.ports import Files, FolderState, Listed, Reader

log = logging.getLogger(__name__)

HEADS_AT_ONCE = 200
MOST_LISTED = 200
# Where the inbox is shown once more, a mail that came a moment ago is still on its way through the inbox.
ON_ITS_WAY = timedelta(minutes=10)
# SINCE knows days only, and takes them in the server's own time zone.
DAY = timedelta(days=1)


class Role(StrEnum):
    """What a folder is for."""

    ARCHIVE = "archive"
    ALL = "all"
    JUNK = "junk"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Place:
    """A folder beside the inbox."""

    folder: str
    role: Role


@dataclass(frozen=True, slots=True)
class Head:
    """A mail in such a folder, and what its header says."""

    listed: Listed
    message_id: str = ""
    sender: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class FoundMail:
    """A mail that was found beside the inbox; `id` is its number in the ledger, `mailbox` the folder's name there."""

    id: int
    mailbox: str
    role: str
    uidvalidity: int
    uid: int
    sender: str
    subject: str
    arrived_at: datetime
    folder: str = ""


class SideMailbox(Mailbox, Protocol):
    """A folder that is opened for reading only."""

    def find_since(self, day: date) -> list[int]:
        """Return the UIDs of mails that arrived on this day or later."""


class Places(Protocol):
    """The folders beside the inbox; every method may raise WorldError."""

    def find_places(self) -> list[Place]:
        """Return the folders that are worth a look."""

    def open(self, name: str) -> AbstractContextManager[SideMailbox]:
        """Give a folder, to be read in a `with` block."""

    def folder_of(self, name: str) -> str:
        """Return the folder that the ledger knows under this name."""

    def leave(self) -> None:
        """Give the server a last while for all that goes on and begins; after it end_overdue() ends that."""

    def end_overdue(self) -> bool:
        """Break a connection that hangs, from any thread; tell whether that was needed."""


class FoundBook(FolderBook, Protocol):
    """The ledger as this story sees it."""

    def find_last_look(self) -> datetime | None:
        """Return when the folders beside the inbox were looked through last."""

    def find_strangers(self, heads: Sequence[Head]) -> list[Head]:
        """Return the mails that the ledger does not know and that the desk did not write."""

    def keep_found(self, name: str, generation: int, found: Sequence[Head], reason: str, now: datetime) -> None:
        """Add mails that are only listed."""

    def find_found(self, ids: Collection[int]) -> list[FoundMail]:
        """Return mails that were found and not taken in, by their numbers."""

    def find_latest_found(self, limit: int) -> list[FoundMail]:
        """Return the mails that were found last and not taken in, newest first."""

    def take_found(self, mail: int, sha256: str, now: datetime, *, oversized: bool) -> bool:
        """Let a mail be handled as if it had just arrived; False when it is taken in already."""


@dataclass(frozen=True, slots=True)
class Lookout:
    """Looks through the folders beside the inbox. `start` is from when mail counts; None: from the first look on."""

    places: Places
    book: FoundBook
    files: Files
    open_reader: Callable[[], AbstractContextManager[Reader]]
    start: datetime | None
    every: timedelta
    mail_bytes: int
    now: Callable[[], datetime]

    def look_when_due(self, stopping: Callable[[], bool] = lambda: False) -> int:
        """Look if the last look is long enough ago; return how many mails were found."""
        last = self.book.find_last_look()
        return 0 if last and self.now() - last < self.every else self.look(stopping)

    def look(self, stopping: Callable[[], bool] = lambda: False) -> int:
        """Look through every folder; return how many mails were found. A folder that vanished is left out."""
        found = 0
        with self.open_reader() as reader:
            for place in takewhile(lambda _: not stopping(), self.places.find_places()):
                try:
                    with self.places.open(place.folder) as folder:
                        found += self._look_into(folder, place, reader, stopping)
                except FolderMissingError as error:
                    log.warning("a folder beside the inbox is looked at another time: %s", error)
        if found:
            log.warning("%s mails went past the inbox; `mailbot reconcile` lists them", found)
        return found

    def find_listed(self) -> list[FoundMail]:
        """Return the mails that were found last and not taken in, newest first."""
        latest = self.book.find_latest_found(MOST_LISTED)
        return [replace(mail, folder=self.places.folder_of(mail.mailbox)) for mail in latest]

    def take(self, ids: Sequence[int]) -> list[int]:
        """Take in archived mails by their numbers in the ledger; return those that were taken in.

        Spam is left alone, and so is a mail that is no longer where it was found.
        """
        return [mail.id for mail in self.book.find_found(ids) if mail.role != Role.JUNK and self._take(mail)]

    def _take(self, mail: FoundMail) -> bool:
        with self.places.open(self.places.folder_of(mail.mailbox)) as folder:
            if find_state(folder, self.book, folder.select()).generation != mail.uidvalidity:
                return False
            fetched = folder.fetch(folder.find_listed([mail.uid]), self.mail_bytes)
        return any(
            self.book.take_found(mail.id, self.files.keep(one.raw), self.now(), oversized=one.oversized)
            for one in fetched
        )

    def _look_into(self, folder: SideMailbox, place: Place, reader: Reader, stopping: Callable[[], bool]) -> int:
        state, uids = self._find_new(folder, place)
        found = 0
        for position in range(0, len(uids), HEADS_AT_ONCE):
            chunk = uids[position : position + HEADS_AT_ONCE]
            listed = folder.find_listed(chunk)
            ready = list(takewhile(lambda mail: not self._is_on_its_way(mail, place), listed))
            strangers = self.book.find_strangers(list(self._read_heads(folder, ready, reader)))
            self.book.keep_found(folder.name, state.generation, strangers, _explain(place), self.now())
            found += len(strangers)
            is_whole = len(ready) == len(listed)
            read = chunk if is_whole else [mail.uid for mail in ready]
            state = replace(state, last_uid=max([state.last_uid, *read]))
            self.book.keep_folder(folder.name, state)
            if not is_whole or stopping():
                break
        self.book.keep_folder(folder.name, replace(state, looked_at=self.now()))
        return found

    def _find_new(self, folder: SideMailbox, place: Place) -> tuple[FolderState, list[int]]:
        """Return how far the folder was read, and the UIDs that come after; at a first look those since the start."""
        uidvalidity = folder.select()
        seen = self.book.find_folder(folder.name)
        state = replace(find_state(folder, self.book, uidvalidity), role=place.role.value)
        if seen and seen.generation == state.generation:
            return state, folder.find_uids(state.last_uid + 1)
        since = self.start or (seen.looked_at if seen else None)
        state = replace(state, last_uid=0, looked_at=None)
        if since is None:
            next_uid = folder.find_next_uid() or max(folder.find_uids(1), default=0) + 1
            return replace(state, last_uid=next_uid - 1), []
        return state, folder.find_since((since - DAY).date())

    def _is_on_its_way(self, mail: Listed, place: Place) -> bool:
        return place.role is Role.ALL and timedelta(0) <= self.now() - mail.arrived < ON_ITS_WAY

    def _read_heads(self, folder: SideMailbox, listed: Sequence[Listed], reader: Reader) -> Iterator[Head]:
        wanted = [mail for mail in listed if self.start is None or mail.arrived >= self.start]
        for fetched in folder.fetch(wanted, 0):
            reader.prepare()
            try:
                mail = reader.read(fetched.raw, oversized=True).mail
            except UnreadableMailError:
                yield Head(fetched.listed)
            else:
                yield Head(fetched.listed, mail.message_id, mail.sender.address if mail.sender else "", mail.subject)


def _explain(place: Place) -> str:
    if place.role is Role.JUNK:
        return f'Found in the folder "{place.folder}", which holds spam: it is listed and never answered.'
    return f'Found in the folder "{place.folder}": it went past the inbox, so nobody was answered.'
