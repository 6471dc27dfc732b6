"""Bringing the database to the state this version of mailbot needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.util import CommandError

from mailbot.adapters.store import tables_api as tables_api  # noqa: PLC0414 - the same
from mailbot.adapters.store import tables_challenges as tables_challenges  # noqa: PLC0414 - the same
from mailbot.adapters.store import tables_energy as tables_energy  # noqa: PLC0414 - its tables belong to the metadata
from mailbot.adapters.store import tables_folders as tables_folders  # noqa: PLC0414 - its tables belong to the metadata
from mailbot.adapters.store import tables_scans as tables_scans  # noqa: PLC0414 - the same
from mailbot.adapters.store import tables_staff as tables_staff  # noqa: PLC0414 - the same
from mailbot.adapters.store import tables_undo as tables_undo  # noqa: PLC0414 - the same
from mailbot.adapters.store import tables_upkeep as tables_upkeep  # noqa: PLC0414 - its tables belong to the metadata
from mailbot.adapters.store import tables_watch as tables_watch  # noqa: PLC0414 - the same
from mailbot.adapters.store import tables_web as tables_web  # noqa: PLC0414 - the same
from mailbot.adapters.store.engine import writing
from mailbot.adapters.store.revisions import find_revisions, refuse_newer
from mailbot.domain.errors import WorldError
from mailbot.share import shared

if TYPE_CHECKING:
    from sqlalchemy import Engine


def migrate_up(engine: Engine, revision: str = "head") -> None:
    """Bring the database up to a revision, in one transaction. Raises WorldError when it is ahead of this version."""
    refuse_newer(find_revisions(engine)[0])
    with writing(engine) as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def migrate_down(engine: Engine, revision: str) -> None:
    """Take the database back to an earlier revision, or to `base`, in one transaction.

    Raises WorldError when that revision does not lie behind the present one.
    """
    try:
        with writing(engine) as connection:
            config = _config()
            config.attributes["connection"] = connection
            command.downgrade(config, revision)
    except CommandError as error:
        raise WorldError(f"The database cannot go back to revision {revision!r}: {error}.") from error


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(shared("migrations")).replace("%", "%%"))
    return config
