"""Mails that were found beside the inbox: which of them the ledger knows, and what became of the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, true, update

from mailbot.adapters.store.columns import storable
from mailbot.adapters.store.engine import reading, writing
from mailbot.adapters.store.folders import Folders
from mailbot.adapters.store.ledger import MailLedger
from mailbot.adapters.store.statements import chunks
from mailbot.adapters.store.tables import letters, mails
from mailbot.adapters.store.tables_folders import folders
from mailbot.elsewhere import FoundMail

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from datetime import datetime, timedelta

    from sqlalchemy import ColumnElement, Connection, Engine, Select

    from mailbot.elsewhere import Head

CHUNK = 200
_m = mails.c
# A mail that was only listed; the folder's row tells it from one of the inbox that was left alone.
_IS_LISTED = (_m.outcome == "ignored", folders.c.role != "inbox")


class FoundMails(Folders):
    """The ledger as the look beside the inbox sees it; `account` is how the names of its folders begin there.

    Without one it is every account's.
    """

    def __init__(self, engine: Engine, lease: timedelta, account: str = "") -> None:
        super().__init__(engine)
        self._account = account
        self._ledger = MailLedger(engine, lease)
        self.find_highest_uid = self._ledger.find_highest_uid

    def find_last_look(self) -> datetime | None:
        """Return when the folders beside the inbox were looked through last."""
        with reading(self._engine) as connection:
            query = select(folders.c.looked_at).where(folders.c.role != "inbox", self._is_ours())
            moments = connection.execute(query).scalars()
            return max((moment for moment in moments if moment), default=None)

    def find_strangers(self, heads: Sequence[Head]) -> list[Head]:
        """Return the mails that the ledger does not know and that the desk did not write.

        A Message-ID alone makes no mail known, as anybody may write one a second time: sender, subject and size must be
        the same too.
        """
        strangers: list[Head] = []
        with reading(self._engine) as connection:
            for chunk in chunks(heads, CHUNK):
                is_known = _make_check(connection, chunk)
                strangers += [head for head in chunk if not is_known(head)]
        return strangers

    def keep_found(self, name: str, generation: int, found: Sequence[Head], reason: str, now: datetime) -> None:
        """Add mails that are only listed."""
        self._ledger.keep_found(name, generation, found, reason, now)

    def find_found(self, ids: Collection[int]) -> list[FoundMail]:
        """Return mails that were found and not taken in, by their numbers."""
        with reading(self._engine) as connection:
            query = found_mails().where(_m.id.in_(ids), self._is_ours()).order_by(_m.id)
            return [FoundMail(*row) for row in connection.execute(query)]

    def find_latest_found(self, limit: int) -> list[FoundMail]:
        """Return the mails that were found last and not taken in, newest first."""
        with reading(self._engine) as connection:
            query = found_mails().where(self._is_ours()).order_by(_m.id.desc()).limit(limit)
            return [FoundMail(*row) for row in connection.execute(query)]

    def take_found(self, mail: int, sha256: str, now: datetime, *, oversized: bool) -> bool:
        """Let a mail be handled as if it had just arrived; False when it is taken in already."""
        fresh = {
            "state": "kept", "outcome": "", "reasons": [], "attempts": 0, "due_at": now, "done_at": None,
            "sha256": sha256, "oversized": oversized,
        }  # fmt: skip
        statement = update(mails).where(_m.id == mail, _m.state == "done", _m.outcome == "ignored", _m.sha256 == "")
        with writing(self._engine) as connection:
            return connection.execute(statement.values(fresh)).rowcount == 1

    def _is_ours(self) -> ColumnElement[bool]:
        """Return the condition that a folder is of this account."""
        length = len(self._account)
        return func.substr(folders.c.name, 1, length) == self._account if length else true()


def found_mails() -> Select[Any]:
    """Return the query for mails that were found beside the inbox and only listed."""
    sender, subject = (func.coalesce(column, "").label(column.name) for column in (_m.sender, _m.subject))
    columns = (_m.id, _m.mailbox, folders.c.role, _m.uidvalidity, _m.uid, sender, subject, _m.arrived_at)
    return select(*columns).join(folders, folders.c.name == _m.mailbox).where(*_IS_LISTED)


def _make_check(connection: Connection, heads: Sequence[Head]) -> Callable[[Head], bool]:
    """Return what tells for each of these mails whether the ledger knows it, or the desk wrote it."""
    numbers = {head.listed.provider_id for head in heads} - {""}
    ids = {head.message_id for head in heads} - {""}
    by_number: set[str] = set()
    whole: set[tuple[str, str, str, int]] = set()
    ours: set[str] = set()
    if numbers:
        query = select(_m.provider_id).where(_m.provider_id.in_(numbers), _m.provider_id != "")
        by_number = set(connection.execute(query).scalars())
    if ids:
        same = select(_m.message_id, _m.sender, _m.subject, _m.size).where(_m.message_id.in_(ids))
        whole = {(row[0], row[1] or "", row[2] or "", row[3]) for row in connection.execute(same)}
        written = select(letters.c.message_id).where(letters.c.message_id.in_(ids))
        ours = set(connection.execute(written).scalars())
    return lambda head: head.listed.provider_id in by_number or head.message_id in ours or _key(head) in whole


def _key(head: Head) -> tuple[str, str, str, int]:
    return (storable(head.message_id), storable(head.sender), storable(head.subject), head.listed.size)
