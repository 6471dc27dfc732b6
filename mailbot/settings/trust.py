"""The table [trust] of settings.toml: whose word about a sender counts, and what it decides."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from mailbot.domain.authority import Mode, TrustRules
from mailbot.domain.providers import Provider, make_profile
from mailbot.settings.sections import Section

# A name as it stands in front of the header, or "*.mail.example" for every name below that one.
SERVER = r"^((\*\.)?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+)?$"


class TrustSettings(Section):
    """How sure it must be who wrote a mail."""

    provider: Literal["none", "gmail", "zoho", "exchange", "own"]
    authserv_id: Annotated[str, Field(pattern=SERVER)]
    alignment: Literal["exact", "relaxed"]
    mode: Literal["off", "shadow", "enforce"]
    reply_token_days: Annotated[int, Field(ge=1, le=3650)]
    command_token_days: Annotated[int, Field(ge=1, le=3650)]

    @model_validator(mode="after")
    def _refuse_half_a_pin(self) -> Self:
        if self.provider == "own" and not self.authserv_id:
            raise ValueError('provider = "own" needs authserv_id, the name your server writes into its header')
        if self.authserv_id and self.provider in {"none", "exchange"}:
            raise ValueError(f'authserv_id means nothing with provider = "{self.provider}"; leave it empty')
        if self.command_token_days > self.reply_token_days:
            raise ValueError("command_token_days is more than reply_token_days; a reply that ended commands nothing")
        if self.mode != "off" and self.provider == "none":
            raise ValueError(f'mode = "{self.mode}" needs a provider whose word counts; name one, or write "off"')
        return self


def make_trust(settings: TrustSettings) -> TrustRules:
    """Return the rules that the settings describe."""
    return TrustRules(
        mode=Mode(settings.mode),
        profile=make_profile(Provider(settings.provider), settings.authserv_id),
        relaxed=settings.alignment == "relaxed",
    )
