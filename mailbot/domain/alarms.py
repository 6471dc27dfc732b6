"""What a person must be told although nobody asked: the desk cannot do its work, or not for long."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime


class AlarmCode(StrEnum):
    """One code for each thing that needs a person; it stays the same, so that monitoring can rely on it."""

    LOGIN_REFUSED = "login_refused"
    CONSENT_LOST = "consent_lost"
    CONSENT_ENDING = "consent_ending"
    MAILBOX_SILENT = "mailbox_silent"
    MAILBOX_CHANGED = "mailbox_changed"
    SENDING_SILENT = "sending_silent"
    SEND_QUOTA_USED = "send_quota_used"
    WORK_STUCK = "work_stuck"
    WORKER_STOPPED = "worker_stopped"
    DISK_FULL = "disk_full"
    DATABASE_TROUBLE = "database_trouble"
    ANSWERS_STOPPED = "answers_stopped"
    ADDRESS_MUTED = "address_muted"
    CANARY_LOST = "canary_lost"
    BOOKS_DIFFER = "books_differ"
    SCANNER_DOWN = "scanner_down"
    MALWARE_LATE = "malware_late"
    WEBHOOK_OFF = "webhook_off"


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm that sounds, and when a person was told of it last."""

    code: AlarmCode
    text: str
    sounded_at: datetime
    told_at: datetime | None = None


class Alarms(Protocol):
    """Where alarms go: written down, and told over a path that does not depend on what failed."""

    def sound(self, code: AlarmCode, text: str) -> None:
        """Tell that this needs a person; `text` is a sentence that says what to do. Repeating it changes nothing."""

    def settle(self, code: AlarmCode) -> None:
        """Tell that it is over; does nothing when the alarm was not sounded."""
