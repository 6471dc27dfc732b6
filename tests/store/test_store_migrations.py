"""The migrations make the tables that the program expects, and take them away again."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from mailbot.adapters.store.auditing import audit_histories
from mailbot.adapters.store.desk_store import DeskStore
from mailbot.adapters.store.engine import open_engine, reading, reading_one_state
from mailbot.adapters.store.migrating import migrate_down, migrate_up
from mailbot.adapters.store.revisions import find_known_revisions, find_revisions, require_current
from mailbot.adapters.store.tables import metadata
from mailbot.domain.errors import WorldError
from mailbot.share import shared
from tests.builders import the_desk
from tests.store.desk_work import open_one, write_letter


@pytest.fixture
def bare(database_url):
    """Open a database without any table."""
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


def is_described(name):
    """Tell whether SQLAlchemy can describe a table; the index of words has tests of its own."""
    return name != "alembic_version" and not name.startswith("search_words")


def tables_of(engine):
    """Return the names of the tables, but for the index of words and where Alembic keeps its place."""
    return set(filter(is_described, inspect(engine).get_table_names()))


def test_up_down_and_up_again(bare):
    """All tables come, all go, and all come again."""
    migrate_up(bare)
    assert tables_of(bare) == set(metadata.tables)
    migrate_down(bare, "base")
    assert tables_of(bare) == set()
    migrate_up(bare)
    assert tables_of(bare) == set(metadata.tables)
    require_current(bare)


def test_the_migrated_database_is_what_the_program_describes(bare):
    """Tables, columns with their types, indexes and unique keys: Alembic finds no difference."""
    migrate_up(bare)
    with reading(bare) as connection:
        names = {"include_name": lambda name, kind, _: kind != "table" or is_described(name)}
        context = MigrationContext.configure(connection, opts={"compare_type": True, **names})
        assert compare_metadata(context, metadata) == []


def test_every_step_goes_down_and_up(bare):
    """Each migration can be taken back alone and applied again."""
    migrate_up(bare)
    for revision in find_known_revisions()[1:]:
        migrate_down(bare, revision)
    assert find_revisions(bare)[0] == ""
    for revision in find_known_revisions()[-2::-1]:
        migrate_up(bare, revision)
        assert find_revisions(bare)[0] == revision


def test_the_files_of_the_migrations_bear_their_revisions():
    """What is read from the names of the files is what Alembic finds inside them, in the same order."""
    config = Config()
    config.set_main_option("script_location", str(shared("migrations")))
    chain = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    assert find_known_revisions() == [*chain, "base"]


def test_going_up_twice_changes_nothing(bare):
    """A second `mailbot migrate` finds nothing to do."""
    migrate_up(bare)
    before = find_revisions(bare)
    migrate_up(bare)
    assert find_revisions(bare) == before


def test_without_tables_the_program_says_what_to_do(bare):
    """A database that was never migrated is named, with the command that helps."""
    with pytest.raises(WorldError, match=r"revision none.*Run `mailbot migrate`"):
        require_current(bare)


def test_a_migration_that_fails_leaves_nothing_behind(bare):
    """A migration is one transaction: when a table is in the way of the last step, none of the others is made."""
    with bare.begin() as connection:
        connection.execute(text("create table timers (note text)"))
    with pytest.raises(Exception, match="already exists"):
        migrate_up(bare)
    assert tables_of(bare) == {"timers"}
    assert find_revisions(bare)[0] == ""


def test_a_revision_that_was_never_reached_is_no_way_back(bare):
    """Going down goes down only."""
    with pytest.raises(WorldError, match="cannot go back"):
        migrate_down(bare, find_known_revisions()[0])
    assert tables_of(bare) == set()


@pytest.mark.parametrize("work", [migrate_up, require_current])
def test_a_database_of_a_newer_version_is_left_alone(bare, work):
    """An older program says so instead of guessing."""
    migrate_up(bare)
    with bare.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    with pytest.raises(WorldError, match="a newer version of mailbot made"):
        work(bare)


def test_histories_are_chained_anew_and_none_is_whitewashed(bare):
    """A migration hashes all lines anew: whole chains stay whole, and what was altered before is still found."""
    migrate_up(bare)
    known = find_known_revisions()
    store = DeskStore(bare, the_desk(), ZoneInfo("Asia/Kolkata"), write_letter, timedelta(minutes=2))
    numbers = [open_one(store, uid) for uid in (1, 2, 3)]
    migrate_down(bare, known[known.index("0013") + 1])
    with bare.begin() as connection:
        connection.execute(text("update events set text = 'altered' where ticket_id = (select max(id) from tickets)"))
    migrate_up(bare)
    with reading_one_state(bare) as connection:
        found = audit_histories(connection)
    assert (found.lines, found.wrong) == (3, 1)
    assert numbers[2] in found.findings[0]
