"""The tokens of one consent, and the file that keeps them: private, written whole or not at all, by one at a time."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import stat
import time
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from mailbot.adapters.durable import replace_file
from mailbot.domain.errors import WorldError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mailbot.adapters.oauth.asking import Reply
    from mailbot.adapters.oauth.provider import Provider

# RFC 6749, appendix A.12 and A.17: visible ASCII. Nothing else may come into a login over IMAP or SMTP.
TOKEN = re.compile(r"[\x21-\x7e]{1,16384}")
USUAL_LIFETIME = 3600
LONGEST_LIFETIME = 365 * 24 * 3600
LOCK_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What the provider gave; `refused` is its sentence when it accepts the refresh token no longer."""

    provider: str
    client_id: str
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    obtained_at: datetime
    expires_at: datetime
    consented_at: datetime
    # When the consent itself ends; None when the provider did not say.
    consent_ends_at: datetime | None = None
    refused: str = ""
    refused_at: datetime | None = None


def parse_tokens(reply: Reply, provider: Provider, at: datetime, before: Tokens | None = None) -> Tokens | None:
    """Return the tokens of an answer, or None when it is none (RFC 6749 5.1).

    A refresh token that is not repeated stays the one from before.
    """
    document = reply.document
    kind = str(document.get("token_type", "Bearer"))
    access = _token(document.get("access_token"))
    refresh = _token(document.get("refresh_token")) or (before.refresh_token if before else "")
    if not access or not refresh or kind.casefold() != "bearer":
        return None
    ends = document.get("refresh_token_expires_in")
    ends_at = at + timedelta(seconds=_seconds(ends, 0)) if _seconds(ends, 0) else None
    return Tokens(
        provider=provider.name,
        client_id=provider.client_id,
        access_token=access,
        refresh_token=refresh,
        obtained_at=at,
        expires_at=at + timedelta(seconds=_seconds(document.get("expires_in"), USUAL_LIFETIME)),
        consented_at=before.consented_at if before else at,
        consent_ends_at=ends_at or (before.consent_ends_at if before else None),
    )


class TokenFile:
    """One JSON file that only its owner may read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def find(self) -> Tokens | None:
        """Return the kept tokens, or None when nobody has logged in. Raises WorldError for a file that is unusable."""
        try:
            with self.path.open("rb") as file:
                mode = os.fstat(file.fileno()).st_mode
                data = file.read()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise WorldError(f"The tokens in {self.path} cannot be read: {error.strerror}.") from error
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise WorldError(f"The tokens in {self.path} may be read by others. Run: chmod 600 {self.path}")
        try:
            return _from_document(json.loads(data))
        except (ValueError, TypeError, KeyError):
            # From None: the error would quote the file.
            raise WorldError(
                f"The tokens in {self.path} cannot be understood. Remove the file and run `mailbot login` again."
            ) from None

    def stamp(self) -> tuple[int, int] | None:
        """Return what changes whenever somebody writes the file, or None when there is no file to look at."""
        try:
            seen = self.path.stat()
        except OSError:
            return None
        return seen.st_ino, seen.st_mtime_ns

    def keep(self, tokens: Tokens) -> None:
        """Write the tokens: after a crash at any moment the file holds the old ones or the new ones, whole."""
        document = {key: _plain(value) for key, value in asdict(tokens).items()}
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            replace_file(self.path, json.dumps(document, indent=1))
        except OSError as error:
            raise WorldError(
                f"The tokens cannot be written to {self.path}: {error.strerror}. Check the disk and the folder; it is "
                "tried again later."
            ) from error

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Be the only one who asks for new tokens, among all programs that share the file. Raises WorldError."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(self.path.with_name(f".{self.path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise WorldError(f"The tokens beside {self.path} cannot be locked: {error.strerror}.") from error
        try:
            _wait_for_lock(descriptor, self.path)
            yield
        finally:
            os.close(descriptor)  # which gives the lock back, as the end of the program does


def _wait_for_lock(descriptor: int, path: Path) -> None:
    patience = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > patience:
                raise WorldError(f"Another program holds the tokens in {path} too long. It is tried again.") from None
            time.sleep(0.05)
        else:
            return


def _from_document(document: Any) -> Tokens:
    known = {each.name for each in fields(Tokens)}
    if not isinstance(document, dict) or set(document) - known:
        raise ValueError("not the tokens of mailbot")
    values = {key: _moment(key, value) for key, value in document.items()}
    tokens = Tokens(**values)
    moments = (tokens.obtained_at, tokens.expires_at, tokens.consented_at)
    if not _token(tokens.access_token) or not _token(tokens.refresh_token) or any(at.tzinfo is None for at in moments):
        raise ValueError("not the tokens of mailbot")
    return tokens


def _moment(key: str, value: Any) -> Any:
    return datetime.fromisoformat(value) if key.endswith("_at") and value is not None else value


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _token(value: Any) -> str:
    return value if isinstance(value, str) and TOKEN.fullmatch(value) else ""


def _seconds(value: Any, default: int) -> int:
    """Return a number of seconds; some providers write it as text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return default
    try:
        number = int(float(value))
    except (ValueError, OverflowError):
        return default
    return min(number, LONGEST_LIFETIME) if number > 0 else default
