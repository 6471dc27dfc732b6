"""Whether the database file is sound: a damaged page is found before anything is built on it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text

from mailbot.adapters.store.engine import reading
from mailbot.adapters.store.restoring import require_caught_up
from mailbot.domain.errors import WorldError

if TYPE_CHECKING:
    from sqlalchemy import Engine

# Looking at every page of a file of this size takes about a tenth of a second; larger ones are left to `mailbot check`.
CHEAP_BYTES = 64_000_000


def require_sound(engine: Engine, *, catching_up: bool = False) -> None:
    """Raise WorldError when the database must not be worked on: damaged, or restored and not caught up yet.

    A large file is not looked at. Only whoever is `catching_up` may work on a restored one.
    """
    require_sound_pages(engine, CHEAP_BYTES)
    if not catching_up:
        require_caught_up(engine)


def require_sound_pages(engine: Engine, at_most: int | None = None) -> None:
    """Raise WorldError when a page of a SQLite file is damaged; a file larger than `at_most` is not looked at.

    PostgreSQL looks after its own pages.
    """
    if engine.dialect.name != "sqlite" or not engine.url.database:
        return
    path = Path(engine.url.database)
    if at_most is not None and path.exists() and path.stat().st_size > at_most:
        return
    with reading(engine) as connection:
        verdict = connection.execute(text("PRAGMA quick_check(1)")).scalar()
    if verdict != "ok":
        raise WorldError(
            f"The database file {path} is damaged ({str(verdict).splitlines()[-1]}), and mailbot does not work on it; "
            "mail waits on the server. Move the data folder aside, `mailbot restore` the last backup, `mailbot replay`."
        )
