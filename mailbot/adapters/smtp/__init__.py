"""The way out over SMTP submission (RFC 6409)."""

from mailbot.adapters.smtp.post import SmtpPost
from mailbot.adapters.smtp.settings import SmtpAccount

__all__ = ["SmtpAccount", "SmtpPost"]
