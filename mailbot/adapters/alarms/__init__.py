"""Alarms: a line of the log, a row of a table, and word to a person over paths of their own."""

from mailbot.adapters.alarms.mail import MailPath
from mailbot.adapters.alarms.scopes import Scopes
from mailbot.adapters.alarms.telling import Telling, ToldAlarms
from mailbot.adapters.alarms.unheard import NoAlarms
from mailbot.adapters.alarms.webhook import WebhookPath

__all__ = ["MailPath", "NoAlarms", "Scopes", "Telling", "ToldAlarms", "WebhookPath"]
