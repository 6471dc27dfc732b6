"""Whether the desk's own mail server was shown to out-rank a forged header; without that, levels decide nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mailbot.adapters.durable import replace_file
from mailbot.domain.errors import SettingsError, WorldError
from mailbot.settings.mailboxes import find_mailbox, find_mailboxes

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from mailbot.settings import Settings
    from mailbot.settings.mailboxes import OneMailbox


def keep_pin(settings: Settings, at: datetime | None, mailbox: str = "") -> None:
    """Write down that the pin of a mailbox held at this time, or with None that it did not."""
    box = find_mailbox(settings, mailbox)
    path = _path(settings, box)
    record = {"pin": _pin(box), "passed_at": at.isoformat() if at else None}
    try:
        replace_file(path, json.dumps(record))
    except OSError as error:
        raise WorldError(f"{path} cannot be written: {error.strerror}.") from error


def require_pin(settings: Settings) -> None:
    """Raise SettingsError when levels shall decide and a pin was never shown to hold as it is set now.

    Every mailbox has one, except where no server is believed.
    """
    if settings.trust.mode != "enforce":
        return
    for box in find_mailboxes(settings):
        record = _read(_path(settings, box))
        is_proven = record.get("pin") == _pin(box) and record.get("passed_at")
        if box.trust.provider != "none" and not is_proven:
            named, where = (f" --mailbox {box.name}", f" in {box.key}") if box.name else ("", "")
            raise SettingsError(
                'trust.mode = "enforce": it is not proven yet that your mail server out-ranks a forged '
                f"Authentication-Results header{where}. Run `mailbot check --pin{named}` with these settings until it "
                'passes, or set trust.mode = "shadow".'
            )


def _path(settings: Settings, box: OneMailbox) -> Path:
    folder: Path = settings.data
    return folder / (f"pin-{box.name}.json" if box.name else "pin.json")


def _pin(box: OneMailbox) -> str:
    trust = box.trust
    return f"{trust.provider} {trust.authserv_id.lower()} {box.imap.host.lower()} {box.imap.username}"


def _read(path: Path) -> dict[str, Any]:
    """Return the record; a file that is missing or no record says that nothing was proven."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path} cannot be read. Run `mailbot check --pin` again.") from error
    return found if isinstance(found, dict) else {}
