"""The table [web] of settings.toml: the pages for people who prefer a browser, and how people come in."""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING, Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, model_validator

from mailbot.domain.errors import SettingsError
from mailbot.settings.secrets import read_secret
from mailbot.settings.sections import PositiveInt, Section, is_loopback

if TYPE_CHECKING:
    from pathlib import Path

    from mailbot.settings import Settings

# With a shorter one HS256 could be guessed (RFC 7518, 3.2).
MINIMUM_SECRET = 32
# A letter shows a link with its secret on one line.
_LONGEST_URL = 60
_KEY_FILE = "web.handoff_key_file"


def _public_url(url: str) -> str:
    if not url:
        return url
    parts = urlsplit(url)
    if parts.scheme not in {"https", "http"} or not parts.hostname or parts.path.strip("/") or "@" in parts.netloc:
        raise ValueError('write the address alone, such as "https://helpdesk.tax.example"; the pages need it whole')
    if parts.query or parts.fragment or len(url) > _LONGEST_URL:
        raise ValueError(f"write the address alone, of at most {_LONGEST_URL} characters")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError("people would sign in in clear text; write https:// and see docs/web.md")
    return url.rstrip("/").lower()


def _network(written: str) -> str:
    try:
        return str(ip_network(written))
    except ValueError:
        raise ValueError('write the address of a machine or a network, such as "10.0.4.7" or "10.0.4.0/24"') from None


Network = Annotated[str, AfterValidator(_network)]


class WebSettings(Section):
    """Where the pages are served, who hands people over to them, and what they allow."""

    host: Annotated[str, Field(min_length=1)]
    port: Annotated[int, Field(ge=0, le=65535)]
    public_url: Annotated[str, AfterValidator(_public_url)]
    trusted_proxies: tuple[Network, ...]
    idle_minutes: Annotated[int, Field(ge=1, le=24 * 60)]
    session_minutes: Annotated[int, Field(ge=1, le=7 * 24 * 60)]
    link_minutes: Annotated[int, Field(ge=1, le=60)]
    links_per_quarter_hour: PositiveInt
    links_per_hour: PositiveInt
    form_bytes: Annotated[int, Field(ge=65_536)]
    handoff_algorithm: Literal["HS256", "EdDSA"]
    handoff_key: SecretStr = SecretStr("")
    handoff_key_file: str
    handoff_issuer: str
    handoff_audience: str

    @model_validator(mode="after")
    def _refuse_longer_idling(self) -> Self:
        if self.idle_minutes > self.session_minutes:
            raise ValueError("idle_minutes is more than session_minutes, so it would never count")
        return self

    @model_validator(mode="after")
    def _require_parties(self) -> Self:
        has_key = self.handoff_key.get_secret_value() or self.handoff_key_file
        if has_key and not (self.handoff_issuer and self.handoff_audience):
            raise ValueError(
                "a hand-off needs handoff_issuer and handoff_audience, as the central software writes them"
            )
        return self

    @property
    def address(self) -> str:
        """The address that people open, without a slash at the end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url or f"http://{host}:{self.port}"

    @property
    def is_https(self) -> bool:
        """Whether people come over TLS."""
        return self.address.startswith("https:")


def require_address(settings: Settings) -> None:
    """Raise SettingsError when people would come over the network without TLS."""
    if not settings.web.public_url and not is_loopback(settings.web.host):
        raise SettingsError(
            f"web.host = {settings.web.host!r} lets other machines in, and web.public_url is not set. Write the "
            "https:// address that people open; docs/web.md says how TLS comes in front."
        )


def read_handoff_key(settings: Settings) -> str:
    """Return the key that proves a hand-off, or an empty text without one. Raises SettingsError for a weak one."""
    chosen = settings.web
    if chosen.handoff_algorithm == "EdDSA":
        return _read_public_key(settings.path(chosen.handoff_key_file)) if chosen.handoff_key_file else ""
    key = chosen.handoff_key.get_secret_value()
    if not key and chosen.handoff_key_file:
        key = read_secret(settings.path(chosen.handoff_key_file), _KEY_FILE)
    if key and len(key) < MINIMUM_SECRET:
        raise SettingsError(
            f"web.handoff_key is shorter than {MINIMUM_SECRET} characters. `openssl rand -hex 32` makes one."
        )
    return key


def _read_public_key(path: Path) -> str:
    """Return a public key as PEM; unlike a secret, everybody may read it."""
    try:
        pem = path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{_KEY_FILE} = {str(path)!r} cannot be read: {error}.") from error
    if "PUBLIC KEY" not in pem or "PRIVATE" in pem:
        raise SettingsError(
            f"{_KEY_FILE} = {str(path)!r} is no public key. With EdDSA the central software keeps the private key; "
            "this desk needs the public one as PEM."
        )
    return pem
