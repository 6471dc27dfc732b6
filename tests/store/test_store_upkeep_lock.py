"""Two machines with one database: only one at a time removes files or makes a backup."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from mailbot.adapters.clock import now
from mailbot.adapters.store.engine import open_engine, reading, writing
from mailbot.adapters.store.leases import Leases
from mailbot.adapters.store.migrating import migrate_up
from mailbot.adapters.store.tables_leases import leases
from mailbot.domain.errors import WorldError
from mailbot.upkeep.lock import LEASE, upkeep_lock


def test_the_upkeep_of_two_machines_takes_turns(postgres_url, tmp_path):
    """Each has a data folder of its own; a machine that died holds the others up until its lease has run out."""
    engine = open_engine(postgres_url)
    migrate_up(engine)
    here, there = tmp_path / "here", tmp_path / "there"
    with upkeep_lock(here, engine):
        for home in (here, there):
            with pytest.raises(WorldError, match="under way"), upkeep_lock(home, engine):
                raise AssertionError
    with reading(engine) as connection:
        assert connection.execute(select(leases)).all() == []
    Leases(engine, "a machine that died", timedelta(minutes=2)).acquire(LEASE, now())
    with pytest.raises(WorldError, match="under way"), upkeep_lock(there, engine):
        raise AssertionError
    with writing(engine) as connection:
        connection.execute(leases.update().values(until=now()))
    with upkeep_lock(there, engine, patience=5.0):
        pass
    engine.dispose()
