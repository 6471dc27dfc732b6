"""What receiving needs from the outside: a mailbox, a file store, a ledger, a reader. The adapters implement it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from mailbot.domain.decision import Challenge, Decision
    from mailbot.domain.desk import Known
    from mailbot.domain.mail import IncomingMail
    from mailbot.domain.malware import Scan
    from mailbot.domain.people import Person
    from mailbot.domain.thread import Clues


@dataclass(frozen=True, slots=True)
class Listed:
    """A mail on the server, before it was fetched; `arrived` is the server's clock (IMAP INTERNALDATE)."""

    uid: int
    size: int
    arrived: datetime
    provider_id: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """The bytes of a mail; only its header block when the mail was larger than the limit."""

    listed: Listed
    raw: bytes
    oversized: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """A mail whose bytes are safely in the file store, on its way into the ledger.

    `sender` is whom it names, unread and unproven: it only says whose turn it is.
    """

    listed: Listed
    sha256: str
    oversized: bool
    sender: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the ledger that was claimed by this worker; `attempt` tells how often handling it was begun.

    `leased_until` is when others may take it over. It tells our claim from a later one of another worker.
    """

    id: int
    mailbox: str
    sha256: str
    size: int
    arrived: datetime
    attempt: int
    oversized: bool
    leased_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """What a question "was this you?" is about: the mail that asked for something and proved nothing.

    `is_own` tells that the answer comes from whom the question was put to, with the token of that very letter.
    """

    challenge: Challenge
    entry: Entry
    asked_at: datetime
    is_own: bool


@dataclass(frozen=True, slots=True)
class FolderState:
    """How a folder on the server was found at the last look.

    `era` counts how often it went back in time under the same UIDVALIDITY; `last_uid` is how far a folder beside the
    desk's own was read.
    """

    uidvalidity: int
    era: int = 0
    changed_at: datetime | None = None
    last_uid: int = 0
    looked_at: datetime | None = None
    role: str = "inbox"

    @property
    def generation(self) -> int:
        """The number under which the ledger knows the UIDs; a UIDVALIDITY has 32 bits (RFC 9051 2.3.1.1)."""
        return self.uidvalidity + (self.era << 32)


class Mailbox(Protocol):
    """A folder on a mail server; every method may raise WorldError."""

    name: str

    def select(self) -> int:
        """Open the folder and return its UIDVALIDITY (RFC 9051 2.3.1.1)."""

    def refresh(self) -> int:
        """Bring an open folder up to date, or open it; return its UIDVALIDITY."""

    def find_next_uid(self) -> int:
        """Return the UID of the next mail to come, if the server just said it when the folder was opened; else 0."""

    def find_uids(self, first: int) -> list[int]:
        """Return the UIDs in the folder from `first` on, in ascending order."""

    def find_newer(self, uid: int) -> list[Listed]:
        """Return size and arrival of the mails above that UID, in ascending order."""

    def find_listed(self, uids: Sequence[int]) -> list[Listed]:
        """Return size and arrival of these mails; one that vanished meanwhile is left out."""

    def fetch(self, listed: Sequence[Listed], size_limit: int) -> list[Fetched]:
        """Return the bytes of these mails without changing a flag; larger ones as headers only."""

    def file(self, uids: Sequence[int]) -> None:
        """Move these mails to the folder of handled mail; one that vanished meanwhile counts as moved."""


class Files(Protocol):
    """The content-addressed store of bytes."""

    def keep(self, data: bytes) -> str:
        """Write the bytes so that a power cut cannot lose them; return their SHA-256 in hexadecimal."""

    def keep_all(self, lot: Sequence[bytes]) -> list[str]:
        """Keep several at once, which waits for the disk or the network once; return their names in this order."""

    def find(self, sha256: str) -> bytes:
        """Return the bytes of that name."""

    def has_room(self) -> bool:
        """Tell whether the disk has the space that the settings ask for."""


class Ledger(Protocol):
    """The record of every mail ever seen, and the tickets that came of them."""

    def find_filed(self, mailbox: str, uidvalidity: int, uids: Sequence[int]) -> Mapping[int, bool]:
        """Return the UIDs the ledger knows, each with whether the mail was moved already."""

    def find_highest_uid(self, mailbox: str, uidvalidity: int) -> int:
        """Return the highest UID the ledger knows, or 0."""

    def find_folder(self, name: str) -> FolderState | None:
        """Return how a folder was found at the last look, or None when it was never opened."""

    def keep_folder(self, name: str, state: FolderState) -> None:
        """Write down how a folder was found."""

    def find_same_mails(self, provider_ids: Sequence[str]) -> Mapping[str, int]:
        """Return which of these mails, by the numbers of their provider, were taken in before, and as which mail."""

    def is_first_visit(self, mailbox: str) -> bool:
        """Tell whether the ledger knows neither a visit to this mailbox nor a mail of it."""

    def keep_visit(self, mailbox: str, now: datetime) -> None:
        """Record that this mailbox was visited while it was empty."""

    def keep(self, mailbox: str, uidvalidity: int, kept: Sequence[Kept], now: datetime) -> None:
        """Add mails in state `kept`, in one transaction; one that is known already is left as it is."""

    def keep_ignored(
        self, mailbox: str, uidvalidity: int, listed: Sequence[Listed], reason: str, now: datetime
    ) -> None:
        """Add mails that a rule leaves alone; their bytes are not kept."""

    def keep_duplicates(
        self, mailbox: str, uidvalidity: int, same: Sequence[tuple[Listed, int]], now: datetime
    ) -> None:
        """Add mails that were taken in before, each with the number of that mail; they are still to be moved."""

    def find_same_bytes(self, entry: Entry) -> int | None:
        """Return a mail that was set aside before and is the same to the byte, or None."""

    def settle_filed(self, mailbox: str, uidvalidity: int, uids: Sequence[int]) -> None:
        """Record that these mails were moved on the server."""

    def claim_mails(self, now: datetime, limit: int) -> list[Entry]:
        """Lease the next kept mails that are due, oldest first."""

    def begin(self, entry: Entry, now: datetime) -> Entry | None:
        """Count one more attempt and commit it, before anything is read; None when another worker has the mail now."""

    def give_back(self, entries: Sequence[Entry]) -> None:
        """Release claimed mails that were not at fault, with the attempts they had when they were claimed."""

    def find_known(self, mail: IncomingMail, clues: Clues, entry: Entry, now: datetime) -> Known:
        """Return what the tables know that matters for this mail."""

    def find_held(self, mail: IncomingMail, clues: Clues) -> Held | None:
        """Return what the question "was this you?" is about that a mail answers, or None."""

    def find_staff(self) -> tuple[Person, ...]:
        """Return the people of the IT section."""

    def apply(self, entry: Entry, mail: IncomingMail | None, decision: Decision, now: datetime) -> str:
        """Obey the decision in one transaction and return the ticket's number (or an empty string).

        Raises ChangedMeanwhileError when the ticket, or what is known of this mail, changed since `find_known`.
        """

    def postpone(self, entry: Entry, error: str, due: datetime) -> None:
        """Give a claimed mail back, to be tried again at `due`."""


class Inspector(Protocol):
    """Asks a malware scanner about files; a scanner that does not answer makes them unscanned, never the mail wait."""

    def inspect(self, files: Mapping[str, bytes]) -> Mapping[str, Scan]:
        """Return the word about each file, by SHA-256, after it was written down. Raises WorldError."""

    def rescan(self, names: Sequence[str]) -> int:
        """Ask about kept files, or ask again; return how many have a word now. Raises WorldError."""

    def rescan_due(self) -> int:
        """Ask again about files that could not be scanned, when it is time. Raises WorldError."""


class Reader(Protocol):
    """Reads raw mail in a process of its own."""

    def prepare(self) -> None:
        """Start that process, so that a mail is in hand no longer than reading it takes. Raises WorldError."""

    def read(self, raw: bytes, *, oversized: bool) -> Reading:
        """Return what the mail says. Raises UnreadableMailError when it cannot be read within the limits."""


class Reading(Protocol):
    """A mail that was read, and the bytes of its files by their SHA-256."""

    @property
    def mail(self) -> IncomingMail:
        """What the mail says."""

    @property
    def files(self) -> Mapping[str, bytes]:
        """The bytes of its files."""


def find_runs(uids: Iterable[int]) -> list[tuple[int, int]]:
    """Return the first and the last of each row of numbers that follow one another."""
    runs: list[tuple[int, int]] = []
    for uid in sorted(uids):
        if runs and uid <= runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], uid)
        else:
            runs.append((uid, uid))
    return runs
