"""A clock that a test sets, and the parts of a desk that logs in with OAuth 2."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from mailbot.adapters.oauth import Provider, TokenSource, make_provider
from mailbot.adapters.oauth.asking import Reply
from mailbot.adapters.oauth.tokens import TokenFile, parse_tokens
from tests.servers.token_provider import CLIENT_ID, CLIENT_SECRET, TokenProvider

if TYPE_CHECKING:
    from pathlib import Path

    from mailbot.domain.alarms import AlarmCode

DESK = "support@tax.example"
MORNING = datetime(2026, 11, 24, 4, 30, tzinfo=UTC)


class Clock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.at = MORNING

    def __call__(self) -> datetime:
        """Return the time."""
        return self.at

    def advance(self, **time: float) -> None:
        """Let time pass."""
        self.at += timedelta(**time)

    def sleep(self, seconds: float) -> None:
        """Sleep without waiting."""
        self.advance(seconds=seconds)


class HeardAlarms:
    """Remembers what was sounded and settled."""

    def __init__(self) -> None:
        self.sounded: list[tuple[AlarmCode, str]] = []
        self.sounding: set[AlarmCode] = set()

    def sound(self, code: AlarmCode, text: str) -> None:
        """Remember an alarm."""
        if code not in self.sounding:
            self.sounding.add(code)
            self.sounded.append((code, text))

    def settle(self, code: AlarmCode) -> None:
        """Remember that it is over."""
        self.sounding.discard(code)


def provider_of(server: TokenProvider, **changes: str) -> Provider:
    """Return what a desk knows about a provider of the tests."""
    return make_provider(
        "custom",
        **{"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET} | changes,  # type: ignore[arg-type]
        urls=server.urls,
        scopes=("mail",),
    )


def log_in(server: TokenProvider, path: Path, at: datetime) -> None:
    """Keep the tokens of a fresh consent, as `mailbot login` does."""
    tokens = parse_tokens(Reply(200, server.consent()), provider_of(server), at)
    assert tokens is not None
    TokenFile(path).keep(tokens)


def open_source(server: TokenProvider, path: Path, clock: Clock, alarms: HeardAlarms | None = None) -> TokenSource:
    """Return a source of tokens as a started program has it."""
    return TokenSource(provider_of(server), path, DESK, clock, alarms or HeardAlarms())
