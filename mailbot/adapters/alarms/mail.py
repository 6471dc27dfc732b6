"""Alarms as a mail over a mail server that is not the desk's own."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import TYPE_CHECKING

from mailbot.domain.errors import WorldError

if TYPE_CHECKING:
    from mailbot.adapters.alarms.telling import Telling

SECONDS = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MailPath:
    """A second SMTP server, and who is told through it."""

    host: str
    port: int
    security: str
    sender: str
    recipients: tuple[str, ...]
    username: str = ""
    password: str = field(default="", repr=False)
    ca_file: str = ""

    @property
    def name(self) -> str:
        """How the log calls this path."""
        return f"the mail server {self.host}:{self.port}"

    def tell(self, telling: Telling) -> None:
        """Send the message to all recipients. Raises WorldError when none of them was accepted."""
        try:
            with self._connect() as client:
                if self.username:
                    client.login(self.username, self.password)
                client.send_message(_as_mail(self, telling), self.sender, self.recipients)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            # From None: an exception of smtplib may hold what was sent.
            raise WorldError(f"it did not take it ({_words(error)}). Check [alarms].") from None

    def _connect(self) -> smtplib.SMTP:
        if self.security == "none":
            return smtplib.SMTP(self.host, self.port, timeout=SECONDS)
        context = ssl.create_default_context(cafile=self.ca_file or None)
        if self.security == "tls":
            return smtplib.SMTP_SSL(self.host, self.port, timeout=SECONDS, context=context)
        client = smtplib.SMTP(self.host, self.port, timeout=SECONDS)
        try:
            client.starttls(context=context)
        except BaseException:
            client.close()
            raise
        return client


def _as_mail(path: MailPath, telling: Telling) -> EmailMessage:
    mail = EmailMessage()
    codes = ", ".join(alarm.code for alarm in telling.sounding)
    mail["Subject"] = f"mailbot alarm: {codes}" if codes else f"mailbot: over: {', '.join(telling.over)}"
    mail["From"] = path.sender
    mail["To"] = ", ".join(path.recipients)
    mail["Date"] = format_datetime(telling.at)
    mail["Message-ID"] = make_msgid(domain=path.sender.rpartition("@")[2] or "mailbot.invalid")
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    lines = [f"The desk {telling.desk} needs a person." if codes else f"The desk {telling.desk} is well again.", ""]
    for alarm in telling.sounding:
        lines += [f"{alarm.code}, since {alarm.sounded_at:%d.%m.%Y, %H:%M} UTC", alarm.text, ""]
    if telling.over:
        lines += [f"{', '.join(telling.over)}: over", ""]
    lines += ["`mailbot status` on the server shows how the desk fares. This mail comes once a day while it lasts."]
    mail.set_content("\n".join(lines) + "\n")
    return mail


def _words(error: BaseException) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate cannot be trusted: {error.verify_message}"
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return "it refused the login"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"it answered {error.smtp_code}"
    return getattr(error, "strerror", None) or type(error).__name__
