"""The table [oauth2] of settings.toml: who gives out tokens, and what this desk is called there."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, SecretStr

from mailbot.settings.sections import Section


class OAuth2Settings(Section):
    """The provider of the tokens that log in where `auth` is "oauth2"."""

    provider: Literal["", "google", "microsoft", "custom"]
    client_id: Annotated[str, Field(pattern=r"^[\x21-\x7e]*$")]
    client_secret: SecretStr = SecretStr("")
    client_secret_file: str
    tenant: str
    scopes: tuple[Annotated[str, Field(pattern=r"^[\x21-\x7e]+$")], ...]
    token_url: str
    device_url: str
    authorize_url: str
    ca_file: str
