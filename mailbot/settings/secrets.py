"""Secrets of the settings: read from files that only their owner may read, and never from what others may read."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING, Any

from mailbot.domain.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SECRETS = frozenset(
    {"password", "client_secret", "database_url", "webhook_secret", "webhook_url", "secret_key", "handoff_key"}
)


def read_secret(path: Path, key: str) -> str:
    """Return a secret from a file. Raises SettingsError when it is missing, empty, or others may read it."""
    try:
        mode = path.stat().st_mode
        secret = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingsError(
            f"{key} = {str(path)!r} cannot be read: {error.strerror}. Name a file that exists."
        ) from error
    except UnicodeDecodeError:
        raise SettingsError(f"{key} = {str(path)!r} is no text. Put nothing but the secret into it.") from None
    if mode & (stat.S_IRGRP | stat.S_IROTH):
        raise SettingsError(f"{key} = {str(path)!r} may be read by others. Run: chmod 600 {path}")
    if not secret:
        raise SettingsError(f"{key} = {str(path)!r} is empty. Put the secret into it.")
    return secret


def refuse_open_secrets(path: Path, values: Mapping[str, Any]) -> None:
    """Raise SettingsError when a settings file holds a secret and others than its owner may read it."""
    sections = [section for section in values.values() if isinstance(section, dict)]
    sections += [table for section in sections if _is_of_tables(section) for table in section.values()]
    holds_secret = any(
        key in SECRETS and value and _is_secret(key, value) for section in sections for key, value in section.items()
    )
    if holds_secret and path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        raise SettingsError(f"{path} holds a secret and may be read by others. Run: chmod 600 {path}")


def _is_secret(key: str, value: object) -> bool:
    """Tell whether a value is secret; a database address is one only when it carries a password."""
    if key != "database_url":
        return True
    address = str(value)
    return "password=" in address or ":" in address.partition("://")[2].rpartition("@")[0]


def _is_of_tables(section: Mapping[str, Any]) -> bool:
    """Tell whether a table holds tables, as [mailboxes] does."""
    return bool(section) and all(isinstance(value, dict) for value in section.values())
