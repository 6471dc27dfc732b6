"""The tables of settings.toml as types. The defaults stand in settings.toml alone, so no field here has one."""

from __future__ import annotations

from datetime import date
from ipaddress import ip_address
from typing import Annotated, Literal, Self
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    field_validator,
    model_validator,
)


def _empty_is_none(value: object) -> object:
    return None if value == "" else value


def _known_timezone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError('write a time zone such as "Asia/Kolkata"')
    return name


PositiveInt = Annotated[int, Field(gt=0)]
OptionalDate = Annotated[date | None, BeforeValidator(_empty_is_none)]
TimeZoneName = Annotated[str, AfterValidator(_known_timezone)]
Code = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
EmployeeId = Annotated[str, Field(pattern=r"^[0-9]{6}$")]
Security = Literal["tls", "starttls", "none"]
Pace = Literal["immediate", "hourly", "off"]


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine itself, so that nobody can listen on the way."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


class Section(BaseModel):
    """A table of settings.toml: every key is known, none is missing, none changes later."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DeskSettings(Section):
    """The desk itself."""

    name_en: str
    name_hi: str
    address: str
    aliases: tuple[str, ...]
    prefix: Annotated[str, Field(pattern=r"^[A-Z]{2,6}$")]
    timezone: TimeZoneName
    plus_addressing: bool
    language: Literal["en", "hi"]
    description_limit: Annotated[int, Field(ge=100, le=5000)]
    close_after_days: PositiveInt
    reopen_days: PositiveInt
    answers_per_hour: PositiveInt
    answers_per_day: PositiveInt
    answers_per_hour_unknown: PositiveInt
    answers_per_day_unknown: PositiveInt
    answers_per_hour_domain: PositiveInt
    answers_per_hour_strangers: PositiveInt
    answers_per_hour_desk: PositiveInt
    flood_mails_per_hour: PositiveInt
    token_key_file: str


class ServerSection(Section):
    """What a mail server needs, for IMAP as for SMTP."""

    host: str
    port: Annotated[int, Field(ge=1, le=65535)]
    security: Security
    ca_file: str
    auth: Literal["password", "oauth2"]
    username: str
    password: SecretStr = SecretStr("")
    password_file: str
    timeout_seconds: PositiveInt

    @model_validator(mode="after")
    def _refuse_clear_text(self) -> Self:
        if self.security == "none" and self.host and not is_loopback(self.host):
            raise ValueError(
                'security = "none" would send the password in clear text to another machine; write "tls" or "starttls"'
            )
        return self


class ImapSettings(ServerSection):
    """The mailbox that is read."""

    folder: str
    processed_folder: str
    also_look_in: tuple[str, ...]
    start_date: OptionalDate
    poll_seconds: PositiveInt
    sweep_seconds: PositiveInt
    idle_seconds: Annotated[int, Field(gt=0, lt=29 * 60)]

    @model_validator(mode="after")
    def _refuse_one_folder(self) -> Self:
        if self.folder.casefold() == self.processed_folder.casefold():
            raise ValueError("folder and processed_folder are the same; handled mail needs a folder of its own")
        return self


class SmtpSettings(ServerSection):
    """The server that letters are handed to."""

    connections: Annotated[int, Field(ge=1, le=10)]
    give_up_hours: PositiveInt
    provider: Literal["none", "gmail", "workspace", "nic"]
    letters_per_day: Annotated[int, Field(ge=0)]

    @model_validator(mode="after")
    def _refuse_unknown_figure(self) -> Self:
        if self.provider == "nic" and not self.letters_per_day:
            raise ValueError(
                'provider = "nic" needs letters_per_day: ask the NIC how many letters this account may send'
            )
        return self


class StorageSettings(Section):
    """Where everything is kept."""

    folder: str
    database_url: SecretStr
    minimum_free_mb: Annotated[int, Field(ge=0)]


class DefaultPaces(Section):
    """How news of each kind reach those of the IT section who chose nothing for themselves."""

    new_ticket: Pace
    comment: Pace
    reopened: Literal["immediate", "hourly"]
    status_changed: Pace


class LetterSettings(Section):
    """When letters are written."""

    default_pace: DefaultPaces


class PeopleSettings(Section):
    """Officers who are transferred, integrators who write for them, and addresses that nobody knows."""

    tickets_follow: Literal["person", "office"]
    integrators_settle: bool
    claims_per_day: PositiveInt


class SimilarSettings(Section):
    """With which tickets a new one is compared."""

    days: Annotated[int, Field(ge=0, le=31)]
    most_candidates: Annotated[int, Field(ge=5, le=500)]


class LimitSettings(Section):
    """What one mail may cost."""

    mail_bytes: Annotated[int, Field(ge=10_000)]
    parse_cpu_seconds: PositiveInt
    parse_seconds: PositiveInt
    parse_memory_mb: Annotated[int, Field(ge=128)]
    letter_picture_bytes: Annotated[int, Field(ge=0)]
    picture_pixels: Annotated[int, Field(ge=0, le=200_000_000)]


class WorkerSettings(Section):
    """The pace of the work."""

    own_process: bool
    lease_seconds: PositiveInt
    batch_mails: Annotated[int, Field(ge=1, le=200)]
    batch_bytes: PositiveInt
    attempts: PositiveInt
    retry_seconds: Annotated[tuple[PositiveInt, ...], Field(min_length=1)]


class EntrySection(Section):
    """One choice of the catalogue."""

    code: Code
    en: Annotated[str, Field(min_length=1)]
    hi: Annotated[str, Field(min_length=1)]
    aliases: tuple[str, ...] = ()


class ModuleSection(EntrySection):
    """One module, with the Employee IDs of those to whom its new tickets go in turn."""

    owners: tuple[EmployeeId, ...] = ()

    @field_validator("owners")
    @classmethod
    def _refuse_twice(cls, owners: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(owners)) < len(owners):
            raise ValueError("one Employee ID stands there twice; every owner may stand once")
        return owners


Entries = Annotated[tuple[EntrySection, ...], Field(min_length=1)]
Modules = Annotated[tuple[ModuleSection, ...], Field(min_length=1)]


class CatalogueSettings(Section):
    """What officers choose from."""

    default_request_type: Code
    default_module: Code
    default_priority: Code
    request_types: Entries
    modules: Modules
    priorities: Entries

    @model_validator(mode="after")
    def _check_codes(self) -> Self:
        for name in ("request_type", "module", "priority"):
            entries = getattr(self, "priorities" if name == "priority" else f"{name}s")
            codes = [entry.code for entry in entries]
            default = getattr(self, f"default_{name}")
            if default not in codes:
                raise ValueError(f"default_{name} = {default!r} is none of the codes {', '.join(codes)}")
            if len(set(codes)) < len(codes):
                raise ValueError(f"two entries of {name} have the same code; every code may stand once")
        return self
