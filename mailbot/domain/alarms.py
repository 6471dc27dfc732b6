"""What a person must be told although nobody asked: the desk cannot do its work, or not for long."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol


class AlarmCode(StrEnum):
    """One code for each thing that needs a person; it stays the same, so that monitoring can rely on it."""

    LOGIN_REFUSED = "login_refused"
    CONSENT_LOST = "consent_lost"
    CONSENT_ENDING = "consent_ending"
    MAILBOX_SILENT = "mailbox_silent"
    MAILBOX_CHANGED = "mailbox_changed"
    SENDING_SILENT = "sending_silent"
    SEND_QUOTA_USED = "send_quota_used"
    DISK_FULL = "disk_full"
    DATABASE_TROUBLE = "database_trouble"
    ANSWERS_STOPPED = "answers_stopped"
    ADDRESS_MUTED = "address_muted"
    CANARY_LOST = "canary_lost"
    BOOKS_DIFFER = "books_differ"
    SCANNER_DOWN = "scanner_down"


class Alarms(Protocol):
    """Where alarms go: written down, and told over a path that does not depend on what failed."""

    def sound(self, code: AlarmCode, text: str) -> None:
        """Tell that this needs a person; `text` is a sentence that says what to do. Repeating it changes nothing."""

    def settle(self, code: AlarmCode) -> None:
        """Tell that it is over; does nothing when the alarm was not sounded."""
