"""What the mailbox and the way out have in common: a server, how it is secured, who logs in, and what goes wrong."""

from __future__ import annotations

import re
import socket
import ssl
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal, Protocol

from mailbot.domain.errors import SettingsError
from mailbot.settings.sections import is_loopback

Security = Literal["tls", "starttls", "none"]

GMAIL = ("gmail.com", "googlemail.com", "google.com")
INDIAN_GOVERNMENT = ("mail.gov.in", "nic.in", "mgovcloud.in")
LARGEST_PORT = 65535


class Limit(float, Enum):
    """How long something may take, in parts of `timeout_seconds` (of 60: connecting 20 s, a command 120 s ...).

    LEAVING is what all that goes on gets together once the program was asked to stop.
    """

    GOODBYE = 1 / 12
    LEAVING = 1 / 4
    CONNECT = 1 / 3
    LOGIN = 1 / 2
    ANSWER = 1.0
    COMMAND = 2.0
    BODY = 4.0
    LETTER = 5.0


class AccessTokens(Protocol):
    """Where a login with OAuth 2 gets its access token."""

    def find_token(self, refused: str = "") -> str:
        """Return a token that is good now; with `refused`, another one than that which the server refused."""

    @property
    def consent(self) -> str:
        """What names the consent behind the token: when a person logs in anew, it is another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A mail server and the user that logs in there; raises SettingsError when a value cannot work.

    With `tokens` the login is made with OAuth 2, without them with the password. `section` is what the settings
    call it.
    """

    host: str
    port: int
    security: Security
    username: str = ""
    password: str = field(default="", repr=False)
    tokens: AccessTokens | None = field(default=None, repr=False, compare=False)
    ca_file: str = ""
    timeout_seconds: float = 60.0
    section: str = "account"

    def __post_init__(self) -> None:
        """Refuse what cannot work, before any network is touched."""
        name = self.section
        if not self.host or re.search(r"[\s\x00-\x1f\x7f/]", self.host):
            raise SettingsError(
                f'{name}.host is "{self.host}"; it must be the name of a server, such as mail.example.in.'
            )
        if not 0 < self.port <= LARGEST_PORT:
            raise SettingsError(f"{name}.port is {self.port}; it must be a number from 1 to {LARGEST_PORT}.")
        if self.security not in ("tls", "starttls", "none"):
            raise SettingsError(f'{name}.security is "{self.security}"; it must be "tls", "starttls" or "none".')
        if self.security == "none" and not is_loopback(self.host):
            raise SettingsError(
                f'{name}.security is "none", which would send the password readable over the network to {self.host}. '
                'Set it to "tls" or "starttls"; "none" is for this machine itself (127.0.0.1) only.'
            )
        if re.search(r"[\x00-\x1f\x7f]", self.username + self.password):
            raise SettingsError(
                f"{name}.username or its password holds a line break or another control character. "
                "Write them again, without anything before or after."
            )
        if self.timeout_seconds <= 0:
            raise SettingsError(f"{name}.timeout_seconds is {self.timeout_seconds}; it must be more than 0.")

    def seconds_for(self, limit: Limit) -> float:
        """Return how long that may take."""
        return self.timeout_seconds * limit

    @property
    def where(self) -> str:
        """The server as people write it, host:port."""
        return f"{self.host}:{self.port}"


def make_tls_context(account: Account) -> ssl.SSLContext | None:
    """Return a context that verifies certificate and name (RFC 9525), or None when the account wants no TLS."""
    if account.security == "none":
        return None
    try:
        return ssl.create_default_context(cafile=account.ca_file or None)
    except OSError as error:
        raise SettingsError(
            f"{account.section}.ca_file is {account.ca_file}, which cannot be read as certificates in PEM form "
            f"({error.strerror or error}). Name the file with the certificate of your own authority, or leave it empty."
        ) from error


def explain_trouble(account: Account, error: BaseException) -> str:
    """Return a sentence that says what went wrong with a server and what to look at."""
    cause = error.__cause__ if isinstance(error.__cause__, OSError) else error
    name, where = account.section, account.where
    if isinstance(cause, ssl.SSLCertVerificationError):
        return (
            f"The certificate of {where} cannot be trusted ({cause.verify_message}), so nothing was sent. Check "
            f"{name}.host; if your own authority signed the certificate, name its file in {name}.ca_file."
        )
    if isinstance(cause, ssl.SSLError):
        return (
            f"{where} does not speak TLS as it is set up here ({cause.reason or cause}), so nothing was sent. "
            f"Check {name}.port and {name}.security."
        )
    if isinstance(cause, socket.gaierror):
        return f'The name "{account.host}" was not found. Check {name}.host and the network of this machine.'
    if isinstance(cause, ConnectionRefusedError):
        return f"{where} accepts no connection. Check {name}.host and {name}.port; it is tried again later."
    if isinstance(cause, TimeoutError):
        return f"{where} did not answer in time. Check the network; it is tried again later."
    words = _without_secrets(account, str(cause) or type(cause).__name__)
    return f"The exchange with {where} failed ({words}). It is tried again later."


def explain_refused_login(account: Account, answer: str) -> str:
    """Return a sentence for a login that was refused, with what the large providers need."""
    refused = f'{account.where} refused the login of "{account.username}" ({_without_secrets(account, answer)}).'
    if account.tokens:
        protocol = "SMTP" if account.section == "smtp" else "IMAP"
        return (
            f"{refused} The consent must be of this very account (run `mailbot login` again to choose it), and its "
            f"administrator must allow {protocol} for it; a shared mailbox must be opened to it."
        )
    sentence = f"{refused} Check {account.section}.username and its password."
    if account.host.lower().endswith(GMAIL):
        return (
            f"{sentence} Gmail wants an app password instead of the account's own: switch 2-step verification on and "
            "make one at myaccount.google.com/apppasswords; a change of the account's password revokes it."
        )
    if account.host.lower().endswith(INDIAN_GOVERNMENT):
        return (
            f"{sentence} Government mail wants an application-specific password; your mail administrator must have "
            "allowed IMAP and SMTP for the account, and geo-fencing must allow the place of this server."
        )
    return f"{sentence} If the account uses 2-step verification, make an app password for it."


def _without_secrets(account: Account, words: str) -> str:
    shown = words.replace(account.password, "***") if account.password else words
    return shown.strip().rstrip(".")
