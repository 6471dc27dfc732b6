"""An office of its own for each test, with a mailbox of its own on the shared servers."""

from __future__ import annotations

import itertools
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.servers.smtp_server import SmtpServer
from tests.whole.desk import Office

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.servers.dovecot import Dovecot

_numbers = itertools.count(1)


@pytest.fixture
def make_office(tmp_path: Path, dovecot: Dovecot, smtp_server: SmtpServer) -> Iterator[Callable[..., Office]]:
    """Return offices at a domain that nobody else uses; `kind` is Office or a kind of it, the rest as it takes it."""
    made: list[Office] = []

    def make(database_url: str = "", lease: int = 120, kind: type[Office] = Office) -> Office:
        folder = tmp_path / f"office{next(_numbers)}"
        folder.mkdir()
        made.append(
            kind(folder, f"{folder.name}.tax.example", dovecot, smtp_server, database_url=database_url, lease=lease)
        )
        return made[-1]

    yield make
    for office in made:
        office.close()


@pytest.fixture
def office(make_office: Callable[..., Office]) -> Office:
    """Return an office with tables and people, on SQLite, that takes over from a dead worker after a second."""
    office = make_office(lease=1)
    office.set_up_fast()
    return office


@pytest.fixture
def office_on_each(make_office: Callable[..., Office], database_url: str) -> Office:
    """Return the same, once on SQLite and once on PostgreSQL."""
    office = make_office(database_url, lease=1)
    office.set_up_fast()
    return office


@pytest.fixture
def both_offices(tmp_path: Path, dovecot: Dovecot, postgres_url: str) -> Iterator[tuple[Office, ...]]:
    """Give two such offices, one on SQLite and one on PostgreSQL, to be worked in side by side."""
    with ExitStack() as stack:
        made = []
        for url in ("", postgres_url):
            folder = tmp_path / ("sqlite" if not url else "postgresql")
            folder.mkdir()
            smtp = stack.enter_context(SmtpServer(deliver=dovecot.deliver))
            made.append(Office(folder, f"twin{next(_numbers)}.tax.example", dovecot, smtp, database_url=url, lease=1))
            stack.callback(made[-1].close)
            made[-1].set_up_fast()
        yield tuple(made)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def busy_office(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, dovecot: Dovecot
) -> Iterator[Office]:
    """Give an office with `mailbot run` at work for all tests of a module, once on SQLite and once on PostgreSQL.

    Its polls are ten minutes apart, so that whatever happens sooner was woken by IDLE.
    """
    folder = tmp_path_factory.mktemp("office")
    postgres = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    url = postgres.new_database() if postgres else ""
    with SmtpServer(deliver=dovecot.deliver) as smtp:
        office = Office(folder, f"busy{next(_numbers)}.tax.example", dovecot, smtp, database_url=url)
        office.set_up()
        with office.at_work():
            yield office
        office.close()
    if postgres:
        postgres.drop_database(url)
