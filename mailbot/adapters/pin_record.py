"""Whether the desk's own mail server was shown to out-rank a forged header; without that, levels decide nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mailbot.adapters.durable import replace_file
from mailbot.domain.errors import SettingsError, WorldError

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from mailbot.settings import Settings


def keep_pin(settings: Settings, at: datetime | None) -> None:
    """Write down that the pin held at this time, or with None that it did not."""
    path = _path(settings)
    record = {"pin": _pin(settings), "passed_at": at.isoformat() if at else None}
    try:
        replace_file(path, json.dumps(record))
    except OSError as error:
        raise WorldError(f"{path} cannot be written: {error.strerror}.") from error


def require_pin(settings: Settings) -> None:
    """Raise SettingsError when levels shall decide and the pin was never shown to hold as it is set now."""
    if settings.trust.mode != "enforce":
        return
    record = _read(_path(settings))
    if record.get("pin") != _pin(settings) or not record.get("passed_at"):
        raise SettingsError(
            'trust.mode = "enforce": it is not proven yet that your mail server out-ranks a forged '
            "Authentication-Results header. Run `mailbot check --pin` with these settings until it passes, or set "
            'trust.mode = "shadow".'
        )


def _path(settings: Settings) -> Path:
    path: Path = settings.data / "pin.json"
    return path


def _pin(settings: Settings) -> str:
    trust = settings.trust
    return f"{trust.provider} {trust.authserv_id.lower()} {settings.imap.host.lower()} {settings.imap.username}"


def _read(path: Path) -> dict[str, Any]:
    """Return the record; a file that is missing or no record says that nothing was proven."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path} cannot be read. Run `mailbot check --pin` again.") from error
    return found if isinstance(found, dict) else {}
