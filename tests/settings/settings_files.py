"""Settings files of a test, and the sentences with which they are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailbot.domain.errors import SettingsError
from mailbot.settings import load_settings


def write(text, mode=0o600, name="settings.toml"):
    """Write a file into this test's folder."""
    path = Path(name)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def load(text, mode=0o600):
    """Return the settings of a file with this text."""
    return load_settings(write(text, mode))


def refused(text="", mode=0o600):
    """Return the sentence with which a settings file is refused."""
    with pytest.raises(SettingsError) as caught:
        load(text, mode)
    return str(caught.value)
