"""Who gives out tokens: Google, Microsoft, or a provider of one's own, with addresses and scopes."""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mailbot.domain.errors import SettingsError
from mailbot.settings.sections import is_loopback

if TYPE_CHECKING:
    from collections.abc import Mapping

URL_KEYS = ("token_url", "device_url", "authorize_url")
TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,127}")


def _check_url(key: str, url: str) -> None:
    if not url:
        return
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        usable = bool(host) and not re.search(r"[\x00-\x20\x7f]", url) and parts.port != 0
    except ValueError:
        usable, parts, host = False, urlsplit(""), ""
    if not usable or parts.scheme not in ("https", "http") or parts.username or parts.fragment:
        raise SettingsError(f'oauth2.{key} is "{url}"; it must be an address that begins with https://.')
    if parts.scheme == "http" and not is_loopback(host):
        raise SettingsError(
            f'oauth2.{key} is "{url}", over which tokens would travel readable. Write https://; http:// is for this '
            "machine itself (127.0.0.1) only."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """The addresses of a provider (RFC 6749, RFC 8628) and what this program is called there.

    An empty `device_url` or `authorize_url` means that the provider has no such way to log in.
    """

    name: str
    label: str
    token_url: str
    device_url: str = ""
    authorize_url: str = ""
    scopes: tuple[str, ...] = ()
    # Google knows a desktop program by its address, Microsoft by the name of this machine.
    redirect_host: str = "127.0.0.1"
    # What the authorize page wants besides the standard, so that it gives a refresh token.
    extras: Mapping[str, str] = field(default_factory=dict)
    # Asked of a mailbox's owner when something at the provider has to be right besides the consent.
    hint: str = ""
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    ca_file: str = ""
    # The further mailbox whose consent this is; empty for that of [imap].
    mailbox: str = ""

    def __post_init__(self) -> None:
        """Refuse addresses over which a token would travel readable."""
        for key in URL_KEYS:
            _check_url(key, getattr(self, key))

    @property
    def command(self) -> str:
        """What a person types to log in."""
        return f"`mailbot login {self.name}{f' --mailbox {self.mailbox}' if self.mailbox else ''}`"

    def make_context(self) -> ssl.SSLContext:
        """Return a context that verifies certificate and name. Raises SettingsError for a wrong oauth2.ca_file."""
        try:
            return ssl.create_default_context(cafile=self.ca_file or None)
        except OSError as error:
            raise SettingsError(
                f"oauth2.ca_file is {self.ca_file}, which cannot be read as certificates in PEM form. Name the file "
                "with the certificate of your own authority, or leave it empty."
            ) from error


GOOGLE = Provider(
    name="google",
    label="Google",
    token_url="https://oauth2.googleapis.com/token",  # noqa: S106 - an address
    # Google's device flow gives no token for mail, so it has none here.
    authorize_url="https://accounts.google.com/o/oauth2/v2/auth",
    scopes=("https://mail.google.com/",),
    extras={"access_type": "offline", "prompt": "consent"},
    hint="a consent for an app in Google's testing mode ends after 7 days",
)
MICROSOFT_BASE = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/"
MICROSOFT = Provider(
    name="microsoft",
    label="Microsoft",
    token_url=MICROSOFT_BASE + "token",
    device_url=MICROSOFT_BASE + "devicecode",
    authorize_url=MICROSOFT_BASE + "authorize",
    scopes=(
        "https://outlook.office.com/IMAP.AccessAsUser.All",
        "https://outlook.office.com/SMTP.Send",
        "offline_access",
    ),
    redirect_host="localhost",
    hint="a rule of the organisation (conditional access, sign-in frequency) can end a consent too",
)
PROFILES = {provider.name: provider for provider in (GOOGLE, MICROSOFT)}


def make_provider(
    name: str,
    *,
    client_id: str,
    client_secret: str = "",
    tenant: str = "organizations",
    urls: Mapping[str, str],
    scopes: tuple[str, ...] = (),
    ca_file: str = "",
) -> Provider:
    """Return the provider that the settings name. Raises SettingsError that names the key when something is missing."""
    profile = PROFILES.get(name) or Provider(name="custom", label="The provider", token_url="")
    if not name or not client_id:
        missing = " and ".join(key for key, value in (("provider", name), ("client_id", client_id)) if not value)
        raise SettingsError(
            f"oauth2.{missing} is not set, and a login with OAuth 2 needs it. docs/oauth.md says how to get one."
        )
    if not TENANT.fullmatch(tenant):
        raise SettingsError(f'oauth2.tenant is "{tenant}"; write the id or the domain of the organisation.')
    addresses = {key: urls.get(key) or getattr(profile, key).replace("{tenant}", tenant) for key in URL_KEYS}
    if not addresses["token_url"] or not (addresses["device_url"] or addresses["authorize_url"]):
        raise SettingsError(
            'oauth2.provider is "custom", so oauth2.token_url and one of oauth2.device_url and oauth2.authorize_url '
            "must be set."
        )
    return replace(
        profile,
        token_url=addresses["token_url"],
        device_url=addresses["device_url"],
        authorize_url=addresses["authorize_url"],
        scopes=scopes or profile.scopes,
        client_id=client_id,
        client_secret=client_secret,
        ca_file=ca_file,
    )
