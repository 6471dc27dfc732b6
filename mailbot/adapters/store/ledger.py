"""The ledger: which mails were seen, which wait, and what each became."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import Integer, bindparam, func, or_, select, update

from mailbot.adapters.store.engine import reading, writing
from mailbot.adapters.store.statements import chunks, on_both, upsert
from mailbot.adapters.store.tables import mailboxes, mails
from mailbot.adapters.store.turns import find_turns
from mailbot.ports import Entry, find_runs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime, timedelta

    from sqlalchemy import ColumnElement, Engine

    from mailbot.elsewhere import Head
    from mailbot.ports import Kept, Listed

LONG_RUN = 50
LONGEST_ID = 500
NEVER_KEPT = ""
_NOW = bindparam("now", type_=mails.c.due_at.type)
_ADD = on_both(lambda insert: insert(mails).on_conflict_do_nothing())
_WAITING = select(
    mails.c.id, mails.c.mailbox, mails.c.sha256, mails.c.size, mails.c.arrived_at, mails.c.attempts, mails.c.oversized
).where(
    mails.c.state == "kept", mails.c.due_at <= _NOW, or_(mails.c.leased_until.is_(None), mails.c.leased_until <= _NOW)
)
# New mails are found in the order of an index; those that were tried before are few.
_NEW, _TRIED = (
    query.limit(bindparam("most", type_=Integer)).with_for_update(skip_locked=True)
    for query in (
        _WAITING.where(mails.c.attempts == 0).order_by(mails.c.turn, mails.c.id),
        _WAITING.where(mails.c.attempts > 0).order_by(mails.c.attempts, mails.c.turn, mails.c.id),
    )
)
_CLAIM = update(mails).where(mails.c.id.in_(bindparam("ids", expanding=True))).values(leased_until=bindparam("until"))
# A mail is changed only as long as the lease is the one that was claimed for its entry.
_CHANGE_OURS = update(mails).where(
    mails.c.id == bindparam("mail"), mails.c.state == "kept", mails.c.leased_until == bindparam("claimed_until")
)


@dataclass(frozen=True, slots=True)
class MailLedger:
    """The mails table as the receiving half of the desk sees it."""

    engine: Engine
    lease: timedelta

    def find_filed(self, mailbox: str, uidvalidity: int, uids: Sequence[int]) -> Mapping[int, bool]:
        """Return the UIDs the ledger knows, each with whether the mail was moved already.

        Mail that a rule leaves alone stays where it is and counts as moved.
        """
        found: dict[int, bool] = {}
        query = select(mails.c.uid, mails.c.filed)
        query = query.where(mails.c.mailbox == mailbox, mails.c.uidvalidity == uidvalidity)
        with reading(self.engine) as connection:
            for wanted in _wanted(uids):
                found.update(connection.execute(query.where(wanted)).all())
        return found

    def find_highest_uid(self, mailbox: str, uidvalidity: int) -> int:
        """Return the highest UID the ledger knows, or 0."""
        query = select(func.max(mails.c.uid)).where(mails.c.mailbox == mailbox, mails.c.uidvalidity == uidvalidity)
        with reading(self.engine) as connection:
            return connection.execute(query).scalar() or 0

    def is_first_visit(self, mailbox: str) -> bool:
        """Tell whether the ledger knows neither a visit to this mailbox nor a mail of it."""
        visit = select(mailboxes.c.name).where(mailboxes.c.name == mailbox)
        mail = select(mails.c.id).where(mails.c.mailbox == mailbox).limit(1)
        with reading(self.engine) as connection:
            return connection.execute(visit).first() is None and connection.execute(mail).first() is None

    def keep_visit(self, mailbox: str, now: datetime) -> None:
        """Record that this mailbox was visited while it was empty."""
        with writing(self.engine) as connection:
            statement = upsert(connection, mailboxes).values(name=mailbox, visited_at=now)
            connection.execute(statement.on_conflict_do_nothing())

    def keep(self, mailbox: str, uidvalidity: int, kept: Sequence[Kept], now: datetime) -> None:
        """Add mails in state `kept`, in one transaction; one that is known already is left as it is."""
        turns = find_turns(self.engine, [mail.sender for mail in kept], now)
        rows = [
            self._row(mailbox, uidvalidity, mail.listed, now)
            | {"sha256": mail.sha256, "oversized": mail.oversized, "state": "kept", "filed": False}
            | {"sender": mail.sender or None, "turn": turn}
            for mail, turn in zip(kept, turns, strict=True)
        ]
        self._insert(rows)

    def keep_ignored(
        self, mailbox: str, uidvalidity: int, listed: Sequence[Listed], reason: str, now: datetime
    ) -> None:
        """Add mails that a rule leaves alone; their bytes are not kept, and they stay where they are."""
        verdict = {"state": "done", "outcome": "ignored", "reasons": [reason], "done_at": now, "filed": True}
        self._insert([self._row(mailbox, uidvalidity, mail, now) | verdict for mail in listed])

    def keep_found(self, name: str, generation: int, found: Sequence[Head], reason: str, now: datetime) -> None:
        """Add mails of a folder beside the inbox, with what their headers say; they are listed and left alone."""
        verdict = {"state": "done", "outcome": "ignored", "reasons": [reason], "done_at": now, "filed": True}
        rows = [
            self._row(name, generation, head.listed, now)
            | verdict
            | {
                "message_id": head.message_id if 0 < len(head.message_id) <= LONGEST_ID else None,
                "sender": head.sender,
                "subject": head.subject,
            }
            for head in found
        ]
        self._insert(rows)

    def keep_duplicates(
        self, mailbox: str, uidvalidity: int, same: Sequence[tuple[Listed, int]], now: datetime
    ) -> None:
        """Add mails that were taken in before, each with the number of that mail; they are still to be moved."""
        verdict = {"state": "done", "outcome": "duplicate", "done_at": now, "filed": False}
        rows = [
            self._row(mailbox, uidvalidity, listed, now)
            | verdict
            | {"reasons": [f"It is the same mail as mail {first}: the mail server gives both the same number."]}
            for listed, first in same
        ]
        self._insert(rows)

    def find_same_bytes(self, entry: Entry) -> int | None:
        """Return a mail that was set aside before and is the same to the byte, or None."""
        query = select(func.min(mails.c.id)).where(
            mails.c.sha256 == entry.sha256, mails.c.id != entry.id, mails.c.outcome == "quarantined"
        )
        with reading(self.engine) as connection:
            return connection.execute(query).scalar()

    def settle_filed(self, mailbox: str, uidvalidity: int, uids: Sequence[int]) -> None:
        """Record that these mails were moved on the server."""
        with writing(self.engine) as connection:
            for some in chunks(uids):
                wanted = mails.c.uid.in_(some)
                statement = update(mails).where(mails.c.mailbox == mailbox, mails.c.uidvalidity == uidvalidity, wanted)
                connection.execute(statement.values(filed=True))

    def claim_mails(self, now: datetime, limit: int) -> list[Entry]:
        """Lease the next kept mails that are due, oldest first; those that failed or met a crash come last.

        Before them come the mails of who floods the desk.
        """
        until = now + self.lease
        with writing(self.engine) as connection:
            rows = list(connection.execute(_NEW, {"now": now, "most": limit}))
            if len(rows) < limit:
                rows += connection.execute(_TRIED, {"now": now, "most": limit - len(rows)})
            entries = [Entry(*row, leased_until=until) for row in rows]
            if entries:
                connection.execute(_CLAIM, {"ids": [entry.id for entry in entries], "until": until})
        return entries

    def begin(self, entry: Entry, now: datetime) -> Entry | None:
        """Count one more attempt, renew the lease, and commit both before anything is read.

        Return None, and change nothing, when the lease ran out and another worker has the mail now.
        """
        begun = replace(entry, attempt=entry.attempt + 1, leased_until=now + self.lease)
        counted = {"attempts": begun.attempt, "leased_until": begun.leased_until}
        with writing(self.engine) as connection:
            return begun if connection.execute(_CHANGE_OURS, {**_ours(entry), **counted}).rowcount == 1 else None

    def give_back(self, entries: Sequence[Entry]) -> None:
        """Release claimed mails that were not at fault, with the attempts they had when they were claimed."""
        released = [{**_ours(entry), "attempts": entry.attempt, "leased_until": None} for entry in entries]
        if released:
            with writing(self.engine) as connection:
                connection.execute(_CHANGE_OURS, released)

    def postpone(self, entry: Entry, error: str, due: datetime) -> None:
        """Give a claimed mail back, to be tried again at `due`."""
        postponed = {"due_at": due, "leased_until": None, "error": error[:500]}
        with writing(self.engine) as connection:
            connection.execute(_CHANGE_OURS, {**_ours(entry), **postponed})

    def _insert(self, rows: list[dict[str, object]]) -> None:
        if not rows:
            return
        with writing(self.engine) as connection:
            for some in chunks(rows):
                connection.execute(_ADD[connection.dialect.name], some)

    @staticmethod
    def _row(mailbox: str, uidvalidity: int, listed: Listed, now: datetime) -> dict[str, object]:
        return {
            "mailbox": mailbox,
            "uidvalidity": uidvalidity,
            "uid": listed.uid,
            "provider_id": listed.provider_id,
            "sha256": NEVER_KEPT,
            "size": listed.size,
            "oversized": False,
            "arrived_at": listed.arrived,
            "kept_at": now,
            "outcome": "",
            "reasons": [],
            "ticket": "",
            "attempts": 0,
            "due_at": now,
            "error": "",
        }


def _ours(entry: Entry) -> dict[str, object]:
    return {"mail": entry.id, "claimed_until": entry.leased_until}


def _wanted(uids: Sequence[int]) -> Iterator[ColumnElement[bool]]:
    """Yield conditions that name these UIDs: long runs, as a folder of old mail has them, by their ends."""
    single: list[int] = []
    for first, last in find_runs(uids):
        if last - first >= LONG_RUN:
            yield mails.c.uid.between(first, last)
        else:
            single += range(first, last + 1)
    for some in chunks(single):
        yield mails.c.uid.in_(some)
