"""A ledger in memory for the receiving story: it keeps the promises of the Protocol, transaction by transaction."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mailbot.domain.errors import ChangedMeanwhileError, WorldError
from mailbot.domain.evidence import may_be_logo
from mailbot.domain.numbering import ticket_number
from mailbot.ports import Entry
from tests.builders import ASHA, NOW, STAFF, make_known

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mailbot.domain.decision import Decision
    from mailbot.domain.desk import Known
    from mailbot.domain.mail import IncomingMail
    from mailbot.domain.people import Person
    from mailbot.domain.thread import Clues
    from mailbot.ports import FolderState, Kept, Listed

PEOPLE = {person.email: person for person in (ASHA, *STAFF)}


@dataclass
class Row:
    """One mail in the fake ledger."""

    id: int
    key: tuple[str, int, int]
    sha256: str
    oversized: bool
    state: str = "kept"
    filed: bool = False
    attempt: int = 0
    due: datetime = NOW
    leased: bool = False
    outcome: str = ""
    note: str = ""
    provider_id: str = ""


@dataclass
class FakeLedger:
    """Mails, tickets and letters in memory; `races` apply calls in a row meet somebody else's change."""

    rows: dict[tuple[str, int, int], Row] = field(default_factory=dict)
    tickets: dict[str, Decision] = field(default_factory=dict)
    letters: list[tuple[str, str]] = field(default_factory=list)
    races: int = 0
    broken_in: str = ""
    decided: int = 0
    visited: set[str] = field(default_factory=set)
    brought: dict[str, set[str]] = field(default_factory=dict)
    shown: list[tuple[str, ...]] = field(default_factory=list)
    folders: dict[str, FolderState] = field(default_factory=dict)

    def restart(self) -> None:
        """Let the leases of a program that died run out."""
        for row in self.rows.values():
            row.leased = False

    def find_filed(self, mailbox: str, uidvalidity: int, uids: Sequence[int]) -> dict[int, bool]:
        """Return what is known."""
        keys = {uid: (mailbox, uidvalidity, uid) for uid in uids}
        return {uid: self.rows[key].filed for uid, key in keys.items() if key in self.rows}

    def find_highest_uid(self, mailbox: str, uidvalidity: int) -> int:
        """Return the highest known UID."""
        return max((key[2] for key in self.rows if key[:2] == (mailbox, uidvalidity)), default=0)

    def is_first_visit(self, mailbox: str) -> bool:
        """Tell whether nothing is known of the mailbox."""
        return mailbox not in self.visited and not any(key[0] == mailbox for key in self.rows)

    def keep_visit(self, mailbox: str, now: datetime) -> None:
        """Record a visit to the empty mailbox."""
        del now
        self.visited.add(mailbox)

    def keep(self, mailbox: str, uidvalidity: int, kept: Sequence[Kept], now: datetime) -> None:
        """Add what is not there yet."""
        self._may_break("keep")
        for mail in kept:
            row = self._add((mailbox, uidvalidity, mail.listed.uid), mail.sha256, now, oversized=mail.oversized)
            row.provider_id = mail.listed.provider_id

    def _add(self, key: tuple[str, int, int], sha256: str, now: datetime, *, oversized: bool = False) -> Row:
        row = Row(len(self.rows) + 1, key, sha256, oversized, due=now)
        return self.rows.setdefault(key, row)

    def keep_ignored(
        self, mailbox: str, uidvalidity: int, listed: Sequence[Listed], reason: str, now: datetime
    ) -> None:
        """Add mails that are left alone."""
        for mail in listed:
            row = self._add((mailbox, uidvalidity, mail.uid), "", now)
            row.state, row.outcome, row.filed, row.note = "done", "ignored", True, reason

    def keep_duplicates(
        self, mailbox: str, uidvalidity: int, same: Sequence[tuple[Listed, int]], now: datetime
    ) -> None:
        """Add mails that are known by the provider's number."""
        for mail, first in same:
            row = self._add((mailbox, uidvalidity, mail.uid), "", now)
            row.state, row.outcome, row.note = "done", "duplicate", f"mail {first}"

    def find_same_mails(self, provider_ids: Sequence[str]) -> dict[str, int]:
        """Return which were taken in."""
        return {row.provider_id: row.id for row in self.rows.values() if row.provider_id in provider_ids and row.sha256}

    def find_same_bytes(self, entry: Entry) -> int | None:
        """Return the same mail in the quarantine."""
        same = (row for row in self.rows.values() if row.sha256 == entry.sha256 and row.id != entry.id)
        return next((row.id for row in same if row.outcome == "quarantined"), None)

    def find_held(self, mail: IncomingMail, clues: Clues) -> None:
        """Nothing is ever asked of a stored address here."""
        del mail, clues

    def find_folder(self, name: str) -> FolderState | None:
        """Return the folder as it was found."""
        return self.folders.get(name)

    def keep_folder(self, name: str, state: FolderState) -> None:
        """Remember the folder."""
        self.folders[name] = state

    def settle_filed(self, mailbox: str, uidvalidity: int, uids: Sequence[int]) -> None:
        """Remember what was moved."""
        for uid in uids:
            self.rows[mailbox, uidvalidity, uid].filed = True

    def claim_mails(self, now: datetime, limit: int) -> list[Entry]:
        """Lease what is due."""
        due = [row for row in self.rows.values() if row.state == "kept" and not row.leased and row.due <= now]
        for row in due[:limit]:
            row.leased = True
        return [Entry(row.id, row.key[0], row.sha256, 1, NOW, row.attempt, row.oversized) for row in due[:limit]]

    def begin(self, entry: Entry, now: datetime) -> Entry | None:
        """Count the attempt."""
        del now
        self._may_break("begin")
        self._row(entry).attempt += 1
        return replace(entry, attempt=entry.attempt + 1)

    def give_back(self, entries: Sequence[Entry]) -> None:
        """Release the leases with the attempts as they were."""
        self._may_break("give_back")
        for entry in entries:
            row = self._row(entry)
            row.leased, row.attempt = False, entry.attempt

    def find_known(self, mail: IncomingMail, clues: Clues, entry: Entry, now: datetime) -> Known:
        """Return who wrote, and whether the same content was handled before."""
        del now
        self._may_break("find_known")
        self.decided += 1
        row = self._row(entry)
        twin = next((r.id for r in self.rows.values() if r.sha256 == row.sha256 and r.outcome and r is not row), None)
        person = PEOPLE.get(mail.sender.address) if mail.sender else None
        sender = mail.sender.address if mail.sender else ""
        names = {file.sha256 for file in mail.attachments if may_be_logo(file)}
        return make_known(
            person,
            duplicate_of=f"mail {twin}" if twin else None,
            seen_before=names & self.brought.get(sender, set()),
            employees=tuple(one for one in PEOPLE.values() if one.employee_id in clues.guesses),
        )

    def find_staff(self) -> tuple[Person, ...]:
        """Return Chitra and Dev."""
        return STAFF

    def apply(self, entry: Entry, mail: IncomingMail | None, decision: Decision, now: datetime) -> str:
        """Write everything or nothing."""
        assert mail is not None or decision.outcome in {"quarantined", "duplicate"}
        self._may_break("apply")
        if self.races:
            self.races -= 1
            raise ChangedMeanwhileError("The ticket changed.")
        number = ticket_number("TMS", now, len(self.tickets) + 1) if decision.draft else ""
        if number:
            self.tickets[number] = decision
        self.letters += [(letter.to, str(letter.kind)) for letter in decision.letters]
        if mail is not None and mail.sender and str(decision.outcome) in {"opened", "updated"}:
            self.brought.setdefault(mail.sender.address, set()).update(file.sha256 for file in mail.attachments)
            self.shown += [tuple(file.name for file in mail.attachments if file.evidence)]
        row = self._row(entry)
        row.state, row.outcome, row.leased = "done", str(decision.outcome), False
        return number

    def postpone(self, entry: Entry, error: str, due: datetime) -> None:
        """Give it back for later."""
        row = self._row(entry)
        row.due, row.note, row.leased = due, error, False

    def _row(self, entry: Entry) -> Row:
        return next(row for row in self.rows.values() if row.id == entry.id)

    def _may_break(self, method: str) -> None:
        if self.broken_in == method:
            raise WorldError("The database does not answer.")
