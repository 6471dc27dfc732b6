"""The pages in this process, over SQLite and over PostgreSQL, with people, a clock and clients of theirs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import sync_playwright

from mailbot.adapters.store.directory import keep_people
from mailbot.adapters.store.engine import open_engine, writing
from mailbot.adapters.store.migrating import tables_web
from mailbot.adapters.store.tables import metadata
from mailbot.adapters.store.web_sessions import begin_session
from mailbot.parts import open_reader
from mailbot.settings import load_settings
from mailbot.web.app import make_app
from mailbot.web.cookies import digest_of, make_secret
from mailbot.web.desk import Later, make_web_desk, read_templates
from tests.builders import the_desk
from tests.web.browsing import Tab, find_chromium, open_tab, served
from tests.web.clients import ADDRESS, EVERYBODY, HANDOFF_KEY, HOST, Client, Clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser
    from sqlalchemy import Engine

    from mailbot.domain.people import Language, Person
    from mailbot.settings import Settings
    from mailbot.web.desk import WebDesk, Written
    from tests.servers.postgres import Postgres

assert tables_web.metadata is metadata  # the tables of the pages stand in the same list


@pytest.fixture(scope="session")
def tables_on_postgres(postgres: Postgres) -> Iterator[str]:
    """Return the URL of a PostgreSQL database with all tables."""
    url = postgres.new_database()
    engine = open_engine(url)
    metadata.create_all(engine)
    engine.dispose()
    yield url
    postgres.drop_database(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Open a database with all tables and nothing but the people in it."""
    if request.param == "sqlite":
        engine = open_engine(f"sqlite:///{tmp_path / 'mailbot.db'}")
        metadata.create_all(engine)
    else:
        engine = open_engine(request.getfixturevalue("tables_on_postgres"))
        with engine.begin() as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(table.delete())
    keep_people(engine, EVERYBODY)
    yield engine
    engine.dispose()


@pytest.fixture
def clock() -> Clock:
    """Return the clock of the pages."""
    return Clock()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return settings of a desk that is served over TLS and knows the central software."""
    file = tmp_path / "settings.toml"
    file.write_text(
        f'[desk]\naddress = "{the_desk().address}"\n[storage]\nfolder = "{tmp_path / "data"}"\nminimum_free_mb = 1\n'
        f'[web]\npublic_url = "{ADDRESS}"\nhandoff_key = "{HANDOFF_KEY}"\nhandoff_issuer = "central"\n',
        encoding="utf-8",
    )
    file.chmod(0o600)
    return load_settings(file)


@pytest.fixture(scope="session")
def written() -> Written:
    """Return what is read from templates; reading all of them takes longer than most tests."""
    return read_templates(load_settings(None), the_desk())


@pytest.fixture
def web(engine: Engine, settings: Settings, clock: Clock, written: Written) -> Iterator[WebDesk]:
    """Return what all pages share."""
    later, reader = Later(), open_reader(settings)
    yield make_web_desk(settings, engine, the_desk(), written, reader, clock, later)
    later.close()
    reader.close()


@pytest.fixture
def new_client(web: WebDesk) -> Iterator[Callable[..., Client]]:
    """Return what makes a browser that nobody is signed in with; a keyword names its machine."""
    app, made = make_app(web), []

    def make(host: str = "10.1.2.3", **changes: Any) -> Client:
        client = Client(app, base_url=ADDRESS, follow_redirects=False, client=(host, 40_000), **changes)
        client.headers["accept-language"] = "en-IN,en;q=0.9"
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()


@pytest.fixture
def stranger(new_client: Callable[..., Client]) -> Client:
    """Return a browser that nobody is signed in with."""
    return new_client()


@pytest.fixture
def begin(web: WebDesk) -> Callable[..., str]:
    """Return what begins a session of a person, by a row of the table of sessions; it gives the cookie's secret."""

    def begin_for(person: Person, language: Language | None = None) -> str:
        if language is not None:
            keep_people(web.engine, [replace(person, language=language)])
        secret, now = make_secret(), web.now()
        ends_at = now + timedelta(minutes=web.settings.web.session_minutes)
        with writing(web.engine) as connection:
            begin_session(connection, digest_of(secret), person.employee_id, "link", now, ends_at)
        return secret

    return begin_for


@pytest.fixture
def signed_in(begin: Callable[..., str], new_client: Callable[..., Client]) -> Callable[..., Client]:
    """Return what signs a person in, in a new browser."""

    def sign_in(person: Person, language: Language | None = None) -> Client:
        client = new_client()
        client.cookies.set("__Host-mailbot", begin(person, language), domain=HOST, path="/")
        return client

    return sign_in


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Give a running browser; for one module, because its event loop would be in the way of other tests' own."""
    with sync_playwright() as playwright:
        # A test is root in a container, where Chromium's own sandbox cannot work.
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def served_web(web: WebDesk) -> Iterator[WebDesk]:
    """Serve the pages to real browsers; its settings name the address."""
    with served(web) as found:
        yield found


@pytest.fixture
def new_tab(served_web: WebDesk, chromium: Browser, begin: Callable[..., str]) -> Iterator[Callable[..., Tab]]:
    """Return what opens a window of the browser, signed in as a person when one is named."""
    made: list[Tab] = []

    def make(person: Person | None = None, language: Language | None = None, **more: Any) -> Tab:
        made.append(open_tab(chromium, served_web, begin, person=person, language=language, **more))
        return made[-1]

    yield make
    for tab in made:
        tab.page.context.close()
