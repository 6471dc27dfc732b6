"""From settings to the accounts at mail servers: who logs in where, with which password or tokens."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from mailbot.adapters.alarms import NoAlarms
from mailbot.adapters.clock import now
from mailbot.adapters.imap import ImapAccount
from mailbot.adapters.oauth import Provider, TokenSource, make_provider
from mailbot.adapters.smtp import SmtpAccount
from mailbot.settings.mailboxes import FIRST

if TYPE_CHECKING:
    from pathlib import Path

    from mailbot.domain.alarms import Alarms
    from mailbot.settings import Settings
    from mailbot.settings.mailboxes import OneMailbox
    from mailbot.settings.sections import ServerSection

TOKEN_FILE = "oauth2-tokens.json"  # noqa: S105 - the name of the file, not what is in it


def find_start(settings: Settings, box: OneMailbox) -> datetime | None:
    """Return from when mail of a mailbox is answered."""
    day = box.imap.start_date
    return datetime.combine(day, time.min, ZoneInfo(settings.desk.timezone)) if day else None


def imap_account(settings: Settings, alarms: Alarms | None = None, box: OneMailbox | None = None) -> ImapAccount:
    """Return the account of a mailbox, without one of that of [imap]."""
    imap, name = (box.imap, box.name) if box else (settings.imap, "")
    password = "" if imap.auth == "oauth2" else settings.mailbox_password(name)
    tokens = open_tokens(settings, alarms, box) if imap.auth == "oauth2" else None
    return ImapAccount(
        **_server(settings, imap, password, tokens),
        folder=imap.folder,
        processed_folder=imap.processed_folder,
        section=box.key if box else FIRST,
    )


def smtp_account(settings: Settings, alarms: Alarms | None = None) -> SmtpAccount:
    """Return the account for sending."""
    smtp = settings.smtp
    tokens = open_tokens(settings, alarms) if smtp.auth == "oauth2" else None
    server = _server(settings, smtp, "" if smtp.auth == "oauth2" else settings.smtp_password, tokens)
    return SmtpAccount(**server, sender=settings.desk.address, connections=smtp.connections)


def open_provider(settings: Settings) -> Provider:
    """Return the provider of tokens. Raises SettingsError when something that it needs is not set."""
    oauth2 = settings.oauth2
    return make_provider(
        oauth2.provider,
        client_id=oauth2.client_id,
        client_secret=settings.oauth2_secret,
        tenant=oauth2.tenant,
        urls={key: getattr(oauth2, key) for key in ("token_url", "device_url", "authorize_url")},
        scopes=oauth2.scopes,
        ca_file=str(settings.path(oauth2.ca_file)) if oauth2.ca_file else "",
    )


def open_tokens(settings: Settings, alarms: Alarms | None = None, box: OneMailbox | None = None) -> TokenSource:
    """Return where logins with OAuth 2 get their tokens; each account has a file of them in the data folder."""
    further = box if box and box.imap.username != settings.imap.username else None
    provider = replace(open_provider(settings), mailbox=further.name if further else "")
    user = (further.imap if further else settings.imap).username
    return TokenSource(provider, token_file(settings, provider.mailbox), user, now, alarms or NoAlarms())


def token_file(settings: Settings, mailbox: str = "") -> Path:
    """Return where the tokens of a further mailbox lie, without one those of [imap]."""
    folder: Path = settings.data
    return folder / TOKEN_FILE.replace(".", f"-{mailbox}.") if mailbox else folder / TOKEN_FILE


def _server(settings: Settings, section: ServerSection, password: str, tokens: TokenSource | None) -> dict[str, Any]:
    return {
        "host": section.host,
        "port": section.port,
        "security": section.security,
        "username": section.username,
        "password": password,
        "tokens": tokens,
        "ca_file": str(settings.path(section.ca_file)) if section.ca_file else "",
        "timeout_seconds": section.timeout_seconds,
    }
