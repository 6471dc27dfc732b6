"""The secret key of the reply tokens: made once, readable by its owner alone."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

from mailbot.domain.errors import WorldError
from mailbot.domain.trust import TokenKeys

if TYPE_CHECKING:
    from pathlib import Path

KEY_ID = "k1"
KEY_BYTES = 32


def make_keys(secret: str) -> TokenKeys:
    """Return the keys of one secret."""
    return TokenKeys(KEY_ID, {KEY_ID: secret.encode()})


def ensure_key_file(path: Path) -> None:
    """Make the key when there is none; two programs that start at once agree on one.

    Whoever loses this file loses nothing but the proof in old letters: replies to them are asked to confirm.
    """
    if path.exists():
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = path.with_name(f".{path.name}.{os.getpid()}")
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(KEY_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
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
