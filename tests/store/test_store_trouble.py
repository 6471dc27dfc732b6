"""A database that cannot be used is named in a sentence that says what to do; no sentence holds a password."""

from __future__ import annotations

import os
import sqlite3
import traceback
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import OperationalError

from mailbot.adapters.store import engine as engine_module
from mailbot.adapters.store.directory import keep_people
from mailbot.adapters.store.engine import open_engine, reading, writing
from mailbot.adapters.store.queries import TicketFilter, find_sums, find_tickets
from mailbot.adapters.store.tables import metadata
from mailbot.domain.errors import SettingsError, WorldError
from mailbot.ports import Kept, Listed
from tests.builders import ASHA
from tests.store.desk_work import EPOCH, MAILBOX, NOW, kept

PASSWORD = "gehaim-4711"


@pytest.fixture
def impatient(monkeypatch):
    """Locked databases are waited for a moment only."""
    monkeypatch.setattr(engine_module, "BUSY_MILLISECONDS", 20)


def make_tables(engine):
    """Make the tables, as the migrations would."""
    metadata.create_all(engine)


def use(url):
    """Read something, and return the sentence of the error."""
    engine = open_engine(url)
    try:
        with pytest.raises(WorldError) as caught:
            find_sums(engine)
    finally:
        engine.dispose()
    return str(caught.value)


@pytest.mark.usefixtures("impatient")
def test_a_locked_database_is_a_sentence(tmp_path):
    """Another program holds the file: who it may be, and that the mail waits."""
    path = tmp_path / "mailbot.db"
    engine = open_engine(f"sqlite:///{path}")
    make_tables(engine)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with (
        pytest.raises(WorldError, match=r"database is locked\. Another program holds it; stop that program"),
        writing(engine),
    ):
        pass
    assert find_tickets(engine, TicketFilter()) == []
    holder.close()
    engine.dispose()


def test_readers_do_not_wait_for_a_writer(engine):
    """`mailbot ticket list` answers while the worker writes."""
    with writing(engine) as connection:
        connection.execute(text("insert into serials (month, last) values ('2611', 7)"))
        assert find_sums(engine).states == {}


def test_a_missing_folder_is_a_sentence(tmp_path):
    """SQLite makes the file, not the folder."""
    assert "Check that its folder exists" in use(f"sqlite:///{tmp_path / 'nowhere' / 'mailbot.db'}")


def test_a_file_that_is_no_database_is_an_error_and_not_a_crash(tmp_path):
    """A file with other contents is not overwritten."""
    path = tmp_path / "mailbot.db"
    path.write_text("employee_id,name,email\n" * 100)
    assert "not a database" in use(f"sqlite:///{path}")
    assert path.read_text().startswith("employee_id")


def test_a_database_that_cannot_be_written_is_a_sentence(tmp_path):
    """A read-only file can be read, and says what is wrong when something is to be written."""
    engine = open_engine(f"sqlite:///{tmp_path / 'mailbot.db'}")
    make_tables(engine)
    engine.dispose()
    engine = open_engine(f"sqlite:///file:{tmp_path / 'mailbot.db'}?mode=ro&uri=true")
    with pytest.raises(WorldError, match=r"readonly.*this user may write there"), writing(engine) as connection:
        connection.execute(text("insert into serials (month, last) values ('2611', 7)"))
    engine.dispose()


def test_a_full_disk_is_a_sentence(tmp_path):
    """SQLite says that the database or disk is full; the sentence says to free some space."""
    engine = open_engine(f"sqlite:///{tmp_path / 'mailbot.db'}")
    make_tables(engine)
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA max_page_count=60"))
    engine.dispose()
    with pytest.raises(WorldError, match="The disk is full; free some space"), writing(engine) as connection:
        connection.execute(text("insert into leases values ('x', :filler, '2026-11-23')"), {"filler": "x" * 400_000})
    assert find_sums(engine).states == {}
    engine.dispose()


def test_missing_tables_are_a_sentence_on_both(database_url):
    """Whoever forgot to migrate is told the command."""
    assert "Run `mailbot migrate` first." in use(database_url)


def test_a_postgresql_that_is_not_there_is_a_sentence():
    """Nobody listens: the work waits, and the password stays a secret."""
    sentence = use(f"postgresql://mailbot:{PASSWORD}@127.0.0.1:1/desk")
    assert sentence.startswith("The database cannot be used: ")
    assert "Work that waits is done when it answers again." in sentence
    assert PASSWORD not in sentence


def test_a_database_that_was_never_made_is_a_sentence(postgres):
    """The server is there, the database is not; `mailbot migrate` would not help."""
    sentence = use(postgres.new_database().rpartition("/")[0] + "/nosuch")
    assert 'database "nosuch" does not exist' in sentence
    assert "Create what is missing on the database server" in sentence


def test_a_user_without_rights_is_a_sentence(postgres):
    """The tables are there and belong to somebody else."""
    url = postgres.new_database()
    owner = open_engine(url)
    make_tables(owner)
    with owner.begin() as connection:
        connection.execute(text("create role guest login"))
    sentence = use(url.replace("//mailbot@", "//guest@"))
    assert "permission denied" in sentence
    assert "this user may write there" in sentence
    owner.dispose()


def test_a_connection_that_broke_is_renewed(engine, postgres):
    """A PostgreSQL that was restarted is used again without a restart of mailbot."""
    find_sums(engine)
    if engine.dialect.name == "postgresql":
        postgres.stop("fast")
        with pytest.raises(WorldError):
            find_sums(engine)
        postgres.start()
    assert find_sums(engine).states == {}


def test_a_restart_that_nobody_noticed_costs_nothing(postgres_url, postgres):
    """Connections that PostgreSQL ended while they lay idle are replaced before the next question, without an error."""
    engine = open_engine(postgres_url)
    make_tables(engine)
    with reading(engine) as first, reading(engine) as second:
        assert first.execute(select(1)).scalar() == second.execute(select(1)).scalar() == 1
    postgres.stop("fast")
    postgres.start()
    for _ in range(3):
        assert find_sums(engine).states == {}
    engine.dispose()


def test_a_row_that_is_too_large_is_not_the_worlds_fault(postgres_url):
    """PostgreSQL cannot index it; trying again would fail for ever, so it must not look like a broken database."""
    engine = open_engine(postgres_url)
    make_tables(engine)
    with pytest.raises(OperationalError, match="index row"):
        keep_people(engine, [replace(ASHA, email=os.urandom(20_000).hex())])
    engine.dispose()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mailbot.db",
        f"mysql://mailbot:{PASSWORD}@db/desk",
        f"postgresql://mailbot:{PASSWORD}@db:port/desk",
        f"postgresql//mailbot:{PASSWORD}@db/desk",
        f"sqlite+pysqlcipher://:{PASSWORD}@/desk.db",
        f"sqlite://{PASSWORD}/desk.db",
    ],
)
def test_a_wrong_address_is_a_settings_error_without_the_password(url):
    """The sentence names the key and what is allowed, and repeats nothing; neither does anything behind it."""
    with pytest.raises(SettingsError, match=r"storage\.database_url is no database address") as caught:
        open_engine(url)
    assert PASSWORD not in str(caught.value)
    assert PASSWORD not in "".join(traceback.format_exception(caught.value))


def test_sqlite_keeps_what_was_committed_through_a_power_cut(tmp_path):
    """WAL, synchronous=FULL, foreign keys and patience are set on every connection."""
    engine = open_engine(f"sqlite:///{tmp_path / 'mailbot.db'}")
    with reading(engine) as connection:
        found = [
            connection.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    assert found == ["wal", 2, 1, 10_000]
    engine.dispose()


@pytest.mark.parametrize(("year", "hours"), [(9999, -12), (1, 5.5)])
def test_a_mail_that_arrived_at_the_end_of_time_is_kept(store, year, hours):
    """A server may give any INTERNALDATE; one that no clock can turn into UTC becomes the nearest that it can."""
    edge = datetime(year, *((12, 31, 23, 59) if year == 9999 else (1, 1)), tzinfo=UTC)
    arrived = edge.replace(tzinfo=timezone(timedelta(hours=hours)))
    store.keep(MAILBOX, EPOCH, [Kept(Listed(1, 100, arrived), "a" * 64, oversized=False)], NOW)
    (entry,) = store.claim_mails(NOW, 1)
    assert abs(entry.arrived.year - year) < 1000


def test_a_moment_without_a_time_zone_is_refused(store):
    """It would be stored as something else than was meant."""
    with pytest.raises(Exception, match="without a time zone"):
        store.keep(MAILBOX, EPOCH, [kept(1)], NOW.replace(tzinfo=None))
