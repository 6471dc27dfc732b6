"""A database with tables, and the desk's store on it, for every test of this folder: once SQLite, once PostgreSQL."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from mailbot.adapters.store.desk_store import DeskStore
from mailbot.adapters.store.engine import open_engine
from mailbot.adapters.store.outbox import Outbox
from mailbot.adapters.store.tables import metadata
from mailbot.adapters.store.tables_upkeep import anchors
from tests.builders import the_desk
from tests.store.desk_work import write_letter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Engine

    from tests.servers.postgres import Postgres

LEASE = timedelta(seconds=120)
assert anchors.metadata is metadata  # whatever tables there are stand in one list


@pytest.fixture(scope="session")
def tables_on_postgres(postgres: Postgres) -> Iterator[str]:
    """Return the URL of a PostgreSQL database with all tables; making one takes half a second, emptying it a moment."""
    url = postgres.new_database()
    engine = open_engine(url)
    metadata.create_all(engine)
    engine.dispose()
    yield url
    postgres.drop_database(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Open a database with all tables, empty; that the migrations make the same tables is a test of its own."""
    if request.param == "sqlite":
        engine = open_engine(f"sqlite:///{tmp_path / 'mailbot.db'}")
        metadata.create_all(engine)
    else:
        engine = open_engine(request.getfixturevalue("tables_on_postgres"))
        with engine.begin() as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(table.delete())
    yield engine
    engine.dispose()


@pytest.fixture
def store(engine: Engine) -> DeskStore:
    """Return the store of a desk in Lucknow."""
    return DeskStore(engine, the_desk(), ZoneInfo("Asia/Kolkata"), write_letter, LEASE)


@pytest.fixture
def outbox(engine: Engine) -> Outbox:
    """Return the outbox of the same desk."""
    return Outbox(engine, LEASE)
