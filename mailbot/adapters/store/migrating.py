"""Bringing the database to the state this version of mailbot needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from mailbot.adapters.store import tables_challenges as tables_challenges  # noqa: PLC0414 - the same
from mailbot.adapters.store import tables_energy as tables_energy  # noqa: PLC0414 - its tables belong to the metadata
from mailbot.adapters.store import tables_folders as tables_folders  # noqa: PLC0414 - its tables belong to the metadata
from mailbot.adapters.store import tables_scans as tables_scans  # noqa: PLC0414 - the same
from mailbot.adapters.store import tables_upkeep as tables_upkeep  # noqa: PLC0414 - its tables belong to the metadata
from mailbot.adapters.store import tables_watch as tables_watch  # noqa: PLC0414 - the same
from mailbot.adapters.store.engine import reading, writing
from mailbot.domain.errors import WorldError
from mailbot.share import shared

if TYPE_CHECKING:
    from sqlalchemy import Engine


def migrate_up(engine: Engine, revision: str = "head") -> None:
    """Bring the database up to a revision, in one transaction. Raises WorldError when it is ahead of this version."""
    _refuse_newer(find_revisions(engine)[0])
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


def find_known_revisions() -> list[str]:
    """Return the names that migrate_down() takes, newest first."""
    return [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()] + ["base"]


def find_revisions(engine: Engine) -> tuple[str, str]:
    """Return the revision the database has (empty: none) and the one this version of mailbot needs."""
    with reading(engine) as connection:
        current = MigrationContext.configure(connection).get_current_revision() or ""
    return current, ScriptDirectory.from_config(_config()).get_current_head() or ""


def require_current(engine: Engine) -> None:
    """Raise WorldError with what to do when the database is not at the revision that this version needs."""
    current, needed = find_revisions(engine)
    _refuse_newer(current)
    if current != needed:
        raise WorldError(
            f"The database is at revision {current or 'none'}, this version of mailbot needs {needed}. "
            "Run `mailbot migrate`, then start again."
        )


def _refuse_newer(current: str) -> None:
    if current and current not in find_known_revisions():
        raise WorldError(
            f"The database is at revision {current}, which a newer version of mailbot made. Install that version again."
        )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(shared("migrations")).replace("%", "%%"))
    return config
