"""The table [retention] of settings.toml: how long what people wrote is kept."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from mailbot.settings.sections import Section

Days = Annotated[int, Field(ge=0, le=36_500)]


class RetentionSettings(Section):
    """For how many days what is kept; 0 keeps it for ever."""

    raw_mail_days: Days
    file_days: Days
    letter_days: Days
    ticket_days: Days
