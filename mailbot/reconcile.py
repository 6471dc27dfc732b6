"""Whether everything is accounted for: mailbox against ledger, ledger against itself and against the kept files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from mailbot.domain.decision import Outcome
from mailbot.folder_change import FolderBook, find_state

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from mailbot.elsewhere import FoundMail
    from mailbot.ports import Mailbox

SHOWN = 10


class Sums(Protocol):
    """How many mails are in each state and have each outcome."""

    @property
    def states(self) -> Mapping[str, int]:
        """Mails by state: kept, done, quarantined, discarded."""

    @property
    def outcomes(self) -> Mapping[str, int]:
        """Mails by outcome; an empty outcome is a mail that waits."""

    @property
    def letters(self) -> Mapping[str, int]:
        """Letters by state: pending, sending, sent, failed."""


class Books(FolderBook, Protocol):
    """The ledger as the comparison sees it."""

    def find_sums(self) -> Sums:
        """Return the sums of the ledger."""

    def find_filed(self, mailbox: str, uidvalidity: int, uids: Sequence[int]) -> Mapping[int, bool]:
        """Return the UIDs the ledger knows, each with whether the mail was moved already."""

    def find_raw_names(self) -> Mapping[int, str]:
        """Return every mail whose bytes were kept, with the name of the file."""


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The result, in sentences. `agrees` is false when something is unaccounted for.

    `elsewhere` are the mails that went past the inbox, newest first.
    """

    agrees: bool
    equation: str
    findings: tuple[str, ...]
    unknown_on_server: int
    elsewhere: tuple[FoundMail, ...] = ()


def reconcile(
    mailboxes: Sequence[Mailbox], books: Books, find_missing: Callable[[Collection[str]], set[str]]
) -> Reconciliation:
    """Compare each folder on the server with the ledger, and the ledger with the kept files; touches nothing."""
    findings, unknown = [], 0
    for mailbox in mailboxes:
        count, found = _compare(mailbox, books)
        unknown += count
        findings += [f"{mailbox.name}: {line}" for line in found] if len(mailboxes) > 1 else found
    sums = books.find_sums()
    names = books.find_raw_names()
    gone = find_missing(names.values())
    missing = [mail for mail, name in names.items() if name in gone]
    if missing:
        findings.append(f"{len(missing)} mails have lost their raw bytes in the file store: mail {_some(missing)}.")
    if failed := sums.letters.get("failed", 0):
        findings.append(f"{failed} letters could not be delivered; `mailbot ticket show` tells which and why.")
    balanced, equation = balance(sums)
    if not balanced:
        findings.append("A mail has an outcome that does not exist.")
    return Reconciliation(balanced and not unknown and not missing, equation, tuple(findings), unknown)


def _compare(mailbox: Mailbox, books: Books) -> tuple[int, list[str]]:
    """Return how many mails of a folder the ledger does not know, and what is to be said of the folder."""
    uidvalidity = find_state(mailbox, books, mailbox.select()).generation
    uids = mailbox.find_uids(1)
    known = books.find_filed(mailbox.name, uidvalidity, uids)
    unknown = [uid for uid in uids if uid not in known]
    unfiled = [uid for uid, filed in known.items() if not filed]
    findings = []
    if unknown:
        findings.append(f"{len(unknown)} mails on the server are not in the ledger yet: UID {_some(unknown)}.")
    if unfiled:
        findings.append(f"{len(unfiled)} mails are kept but still to be moved on the server: UID {_some(unfiled)}.")
    return len(unknown), findings


def balance(sums: Sums) -> tuple[bool, str]:
    """Return whether every mail has one final state or waits, and the sum as people read it."""
    received = sum(sums.states.values())
    waiting = sums.states.get("kept", 0)
    parts = {outcome.value: sums.outcomes.get(outcome.value, 0) for outcome in Outcome}
    equation = " + ".join(f"{count} {name}" for name, count in (*parts.items(), ("waiting", waiting)))
    return received == sum(parts.values()) + waiting, f"received {received} = {equation}"


def _some(numbers: Sequence[int]) -> str:
    shown = ", ".join(map(str, numbers[:SHOWN]))
    return f"{shown} and more" if len(numbers) > SHOWN else shown
