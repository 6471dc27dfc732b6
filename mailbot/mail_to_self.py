"""Mails that the desk writes to its own mailbox, to see whether they arrive."""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


def write_mail_to_self(address: str, subject: str, message_id: str, words: str, when: datetime) -> bytes:
    """Return a finished mail from the desk to itself, marked so that nobody answers it (RFC 3834, section 5)."""
    mail = EmailMessage()
    mail["From"] = mail["To"] = address
    mail["Subject"] = subject
    mail["Date"] = format_datetime(when)
    mail["Message-ID"] = message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail["X-Loop"] = f"mailbot/{address}"
    mail.set_content(f"{words} It needs no answer.\n")
    return mail.as_bytes().replace(b"\n", b"\r\n")
