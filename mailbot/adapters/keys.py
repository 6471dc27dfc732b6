"""The secret keys of the reply tokens: made once, replaced at will, readable by their owner alone."""

from __future__ import annotations

import fcntl
import logging
import os
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailbot.adapters.clock import now
from mailbot.adapters.durable import replace_file, write_private
from mailbot.domain.errors import SettingsError, WorldError
from mailbot.domain.token_keys import FIRST_ID, add_key, live_keys, parse_keys
from mailbot.domain.trust import TokenKeys
from mailbot.settings.secrets import read_secret

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from mailbot.domain.token_keys import Key
    from mailbot.settings import Settings

log = logging.getLogger(__name__)

KEY_BYTES = 32
MINIMUM_SECRET = 32


def make_keys(secret: str) -> TokenKeys:
    """Return the keys of one secret."""
    return TokenKeys(FIRST_ID, {FIRST_ID: secret.encode()})


def find_key_file(settings: Settings) -> Path:
    """Return the file with the keys of the reply tokens; the one in the data folder is made when it is missing."""
    if settings.desk.token_key_file:
        return settings.path(settings.desk.token_key_file)
    path = settings.data / "token.key"
    ensure_key_file(path)
    return path


def read_keys(settings: Settings) -> tuple[Key, ...]:
    """Return the keys of the reply tokens, newest first. Raises SettingsError when they are none."""
    path = find_key_file(settings)
    name = f"desk.token_key_file = {str(path)!r}"
    try:
        keys = parse_keys(read_secret(path, "desk.token_key_file"))
    except ValueError as error:
        raise SettingsError(f"{name} cannot be understood: {error}. Restore it from a copy.") from None
    if any(len(key.secret) < MINIMUM_SECRET for key in keys):
        raise SettingsError(f"{name}: the key is shorter than {MINIMUM_SECRET} characters.")
    return keys


def load_keys(settings: Settings) -> TokenKeys:
    """Return the keys of the reply tokens that count now."""
    return live_keys(read_keys(settings), now())


@dataclass(slots=True)
class KeyFollower:
    """Lets the keys of a running desk follow their file: a new key counts, and one whose time is over does not.

    `keys` are those that the desk holds, `path` is their file. `now` is the one clock.
    """

    settings: Settings
    path: Path
    keys: TokenKeys
    now: Callable[[], datetime]
    _seen: tuple[int, ...] = ()
    _read: tuple[Key, ...] = ()
    _trouble: str = ""

    def follow(self) -> None:
        """Look at the file, and read it when it changed; one that is gone or damaged leaves the keys as they are."""
        try:
            self._read_when_changed()
            self._trouble = ""
        except (SettingsError, WorldError, OSError) as error:
            if self._trouble != str(error):
                self._trouble = str(error)
                log.warning("the keys of the reply tokens stay as they were: %s", error)
            return
        if self.keys.follow(live_keys(self._read, self.now())):
            log.info("the keys of the reply tokens changed: %s", self.keys)

    def _read_when_changed(self) -> None:
        found = self.path.stat()
        seen = (found.st_ino, found.st_mtime_ns, found.st_size)
        if seen != self._seen:
            self._read, self._seen = read_keys(self.settings), seen


def rotate_key_file(path: Path, at: datetime) -> tuple[Key, ...]:
    """Put a new key into the file, before the one that it replaces, so that a power cut leaves the old file or the new.

    Two rotations at once wait for each other, and the second one finds the key of the first. Raises ValueError when the
    file holds no keys.
    """
    try:
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            keys = add_key(parse_keys(path.read_text(encoding="utf-8")), secrets.token_hex(KEY_BYTES), at)
            replace_file(path, "".join(f"{key.line()}\n" for key in keys))
        finally:
            os.close(folder)
    except OSError as error:
        raise WorldError(
            f"The key of the reply tokens cannot be written to {path}: {error.strerror}. Nothing was changed. "
            "Check that this user may write there."
        ) from error
    return keys


def ensure_key_file(path: Path) -> None:
    """Make the key when there is none; two programs that start at once agree on one.

    Whoever loses this file loses nothing but the proof in old letters: replies to them are asked to confirm.
    """
    if path.exists():
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = path.with_name(f".{path.name}.{os.getpid()}")
        write_private(unfinished, secrets.token_hex(KEY_BYTES) + "\n")
        try:
            os.link(unfinished, path)
        except FileExistsError:
            pass  # the other program was first, and its key is used
        finally:
            unfinished.unlink()
    except OSError as error:
        raise WorldError(
            f"The key of the reply tokens cannot be written to {path}: {error.strerror}. "
            "Check that the folder exists and that this user may write there."
        ) from error
