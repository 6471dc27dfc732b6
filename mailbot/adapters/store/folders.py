"""The folders on the mail server as the tables know them, and the mails that were seen before under another UID."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from mailbot.adapters.store.engine import reading, writing
from mailbot.adapters.store.statements import chunks, upsert
from mailbot.adapters.store.tables import mails
from mailbot.adapters.store.tables_folders import folders
from mailbot.ports import FolderState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Engine

_f = folders.c


class Folders:
    """How each folder was counted at the last look."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find_folder(self, name: str) -> FolderState | None:
        """Return how a folder was found at the last look, or None when it was never opened."""
        columns = (_f.uidvalidity, _f.era, _f.changed_at, _f.last_uid, _f.looked_at, _f.role)
        with reading(self._engine) as connection:
            row = connection.execute(select(*columns).where(_f.name == name)).first()
        return FolderState(*row) if row else None

    def keep_folder(self, name: str, state: FolderState) -> None:
        """Write down how a folder was found."""
        values = {
            "uidvalidity": state.uidvalidity,
            "era": state.era,
            "changed_at": state.changed_at,
            "last_uid": state.last_uid,
            "looked_at": state.looked_at,
            "role": state.role,
        }
        with writing(self._engine) as connection:
            statement = upsert(connection, folders).values(name=name, **values)
            connection.execute(statement.on_conflict_do_update(index_elements=[_f.name], set_=values))

    def find_same_mails(self, provider_ids: Sequence[str]) -> Mapping[str, int]:
        """Return which of these mails, by the numbers of their provider, were taken in before, and as which mail.

        A mail whose bytes were never kept was only listed, and does not count.
        """
        found: dict[str, int] = {}
        wanted = sorted(set(provider_ids) - {""})
        with reading(self._engine) as connection:
            for some in chunks(wanted):
                query = select(mails.c.provider_id, func.min(mails.c.id)).group_by(mails.c.provider_id)
                query = query.where(
                    mails.c.provider_id.in_(some),
                    mails.c.provider_id != "",  # the index holds these only
                    mails.c.sha256 != "",
                )
                found.update(connection.execute(query).all())
        return found
