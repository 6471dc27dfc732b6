"""A provider of tokens, a clock, and a place for the tokens, anew for every test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.oauth.consent import DESK, Clock, HeardAlarms, log_in, open_source
from tests.servers.token_provider import TokenProvider

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mailbot.adapters.oauth import TokenSource


@pytest.fixture
def clock() -> Clock:
    """Return a clock that the test moves."""
    return Clock()


@pytest.fixture
def alarms() -> HeardAlarms:
    """Return what hears the alarms."""
    return HeardAlarms()


@pytest.fixture
def server(clock: Clock) -> Iterator[TokenProvider]:
    """Give a provider of tokens for one mailbox."""
    with TokenProvider(DESK, clock=clock) as server:
        yield server


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the tokens are kept."""
    return tmp_path / "data" / "oauth2-tokens.json"


@pytest.fixture
def source(server: TokenProvider, path: Path, clock: Clock, alarms: HeardAlarms) -> TokenSource:
    """Return the source of a desk in which a person has just logged in."""
    log_in(server, path, clock())
    return open_source(server, path, clock, alarms)
