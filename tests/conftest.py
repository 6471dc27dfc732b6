"""Real servers for all tests, started when the first test asks; a mailbox or database of its own for each test."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from tests.servers.dovecot import Dovecot
from tests.servers.postgres import Postgres
from tests.servers.smtp_server import SmtpServer
from tests.servers.swift import Swift

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """Give a running IMAP server; take a user name from `mailbox_user`."""
    with Dovecot() as server:
        yield server


@pytest.fixture
def mailbox_user(dovecot: Dovecot) -> str:
    """Return the user name, which is also the address, of a mailbox that no other test uses."""
    assert dovecot.port
    return f"support{next(_numbers)}@tax.example"


@pytest.fixture
def smtp_server(request: pytest.FixtureRequest) -> Iterator[SmtpServer]:
    """Give this test an SMTP server; if it uses `dovecot` as well, accepted letters lie in the mailboxes there."""
    deliver = request.getfixturevalue("dovecot").deliver if "dovecot" in request.fixturenames else None
    with SmtpServer(deliver=deliver) as server:
        yield server


@pytest.fixture(scope="session")
def swift() -> Iterator[Swift]:
    """Give a running S3-compatible server; take a bucket from its new_bucket()."""
    with Swift() as server:
        yield server


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Give a running PostgreSQL."""
    with Postgres() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """Give the URL of an empty PostgreSQL database."""
    url = postgres.new_database()
    yield url
    postgres.drop_database(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of an empty database, once for SQLite and once for PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'mailbot.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url
