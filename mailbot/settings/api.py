"""The table [api] of settings.toml: how much a program may ask, and whom the desk tells of changes."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from mailbot.settings.sections import PositiveInt, Section


class ApiSettings(Section):
    """What holds for all keys of the API and for their webhooks."""

    calls_per_minute: PositiveInt
    webhook_hosts: tuple[str, ...]
    webhook_ca_file: str
    webhook_off_days: Annotated[int, Field(ge=1, le=30)]
