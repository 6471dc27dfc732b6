"""Settings: the packaged defaults, then the settings file, then the environment; checked and frozen, or refused.

The defaults and the explanation of every key stand in settings.toml, and nowhere else.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_origin

from pydantic import ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError as EnvironmentValueError

from mailbot.domain.errors import SettingsError
from mailbot.settings.api import ApiSettings
from mailbot.settings.files import FilesSettings
from mailbot.settings.mailboxes import (
    MailboxName,
    MailboxSettings,
    explain_unknown,
    find_mailboxes,
    has_password,
    with_inherited,
)
from mailbot.settings.oauth2 import OAuth2Settings
from mailbot.settings.retention import RetentionSettings
from mailbot.settings.secrets import SECRETS, read_secret, refuse_open_secrets
from mailbot.settings.sections import (
    CatalogueSettings,
    DeskSettings,
    ImapSettings,
    LetterSettings,
    LimitSettings,
    PeopleSettings,
    SimilarSettings,
    SmtpSettings,
    StorageSettings,
    WorkerSettings,
)
from mailbot.settings.service import EscalationSettings, PromiseSettings, ReportSettings, WorkingTimeSettings
from mailbot.settings.trust import TrustSettings
from mailbot.settings.watch import AlarmSettings, LogSettings, MetricsSettings, ScannerSettings
from mailbot.settings.web import WebSettings
from mailbot.share import shared

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails
    from pydantic_settings import PydanticBaseSettingsSource

ENVIRONMENT_PREFIX = "MAILBOT_"
# Variables that are no settings: which settings file, and the switches of the tests.
OTHER_VARIABLES = frozenset({"MAILBOT_SETTINGS", "MAILBOT_TESTING", "MAILBOT_FAILPOINT"})
DEFAULT_FILE = "settings.toml"


class Settings(BaseSettings):
    """Everything that can be set. `home` is the folder that relative paths start from."""

    model_config = SettingsConfigDict(
        env_prefix=ENVIRONMENT_PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True
    )

    desk: DeskSettings
    imap: ImapSettings
    mailboxes: dict[MailboxName, MailboxSettings] = {}
    smtp: SmtpSettings
    oauth2: OAuth2Settings
    storage: StorageSettings
    files: FilesSettings
    retention: RetentionSettings
    people: PeopleSettings
    trust: TrustSettings
    similar: SimilarSettings
    limits: LimitSettings
    letters: LetterSettings
    worker: WorkerSettings
    reports: ReportSettings
    working_time: WorkingTimeSettings
    promises: PromiseSettings
    escalation: EscalationSettings
    catalogue: CatalogueSettings
    alarms: AlarmSettings
    logs: LogSettings
    metrics: MetricsSettings
    scanner: ScannerSettings
    web: WebSettings
    api: ApiSettings
    home: Path

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, values: dict[str, Any]) -> dict[str, Any]:
        return with_inherited(values)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment override the files."""
        del settings_cls, dotenv_settings, file_secret_settings
        return env_settings, init_settings

    def path(self, written: str) -> Path:
        """Return the full path of a path in the settings."""
        try:
            return (self.home / Path(written).expanduser()).resolve()
        except RuntimeError as error:
            raise SettingsError(
                f"The path {written!r} names a user who has no home folder. Write it in full."
            ) from error

    @property
    def data(self) -> Path:
        """The folder in which everything is kept."""
        return self.path(self.storage.folder)

    @property
    def database_url(self) -> str:
        """The database's address; a SQLite file in the data folder unless one is set."""
        if set_url := self.storage.database_url.get_secret_value():
            return set_url
        if "?" in str(self.data):
            raise SettingsError(
                f"storage.folder = {str(self.data)!r}: a path with a question mark is no database address."
            )
        return f"sqlite:///{self.data / 'mailbot.db'}"

    @property
    def imap_password(self) -> str:
        """The mailbox's password, from the environment, the settings or a file. Raises SettingsError without one."""
        return self._password(self.imap, "imap")

    def mailbox_password(self, name: str) -> str:
        """Return the password of a mailbox, of that of [imap] without a name.

        A further one has that of [imap] when the user is the same and none is given.
        """
        if not name:
            return self.imap_password
        chosen = self.mailboxes[name]
        is_same = (chosen.username, chosen.host) == (self.imap.username, self.imap.host)
        borrows = is_same and not has_password(chosen)
        return self.imap_password if borrows else self._password(chosen, f"mailboxes.{name}")

    @property
    def smtp_password(self) -> str:
        """The password for sending; that of the mailbox when the user is the same and none is given."""
        same_user = self.smtp.username == self.imap.username
        own = self.smtp.password.get_secret_value() or self.smtp.password_file
        if not self.smtp.username or (same_user and not own):
            return self.imap_password if self.smtp.username else ""
        return self._password(self.smtp, "smtp")

    @property
    def oauth2_secret(self) -> str:
        """The secret of this desk at the provider of tokens, or an empty string: not every provider gives one."""
        if secret := self.oauth2.client_secret.get_secret_value():
            return secret
        named = self.oauth2.client_secret_file
        return read_secret(self.path(named), "oauth2.client_secret_file") if named else ""

    @property
    def bucket_secret(self) -> str:
        """The secret of this desk at the storage of its files. Raises SettingsError without one."""
        if secret := self.files.secret_key.get_secret_value():
            return secret
        if not self.files.secret_key_file:
            raise SettingsError(
                "files.secret_key is not set. Put it into the environment variable MAILBOT_FILES__SECRET_KEY, or into "
                "a file that only its owner may read, named by files.secret_key_file."
            )
        return read_secret(self.path(self.files.secret_key_file), "files.secret_key_file")

    @property
    def alarm_password(self) -> str:
        """The password of the second mail server, or an empty string when it wants no login."""
        return self._password(self.alarms, "alarms") if self.alarms.username else ""

    @property
    def webhook_secret(self) -> str:
        """The secret that signs what the webhook gets, or an empty string."""
        if secret := self.alarms.webhook_secret.get_secret_value():
            return secret
        named = self.alarms.webhook_secret_file
        return read_secret(self.path(named), "alarms.webhook_secret_file") if named else ""

    def _password(self, section: ImapSettings | SmtpSettings | AlarmSettings, name: str) -> str:
        if password := section.password.get_secret_value():
            return password
        if not section.password_file:
            variable = f"{ENVIRONMENT_PREFIX}{name.upper().replace('.', '__')}__PASSWORD"
            raise SettingsError(
                f"{name}.password is not set. Put it into the environment variable {variable}, or into a file that "
                f"only its owner may read, named by {name}.password_file."
            )
        return read_secret(self.path(section.password_file), f"{name}.password_file")


def find_settings_file(given: str | None) -> Path | None:
    """Return the settings file: the given one, else MAILBOT_SETTINGS, else settings.toml here, else none."""
    named = given or os.environ.get("MAILBOT_SETTINGS")
    if named:
        path = Path(named)
        if not path.is_file():
            raise SettingsError(f"The settings file {path} does not exist. `mailbot init` writes one.")
        return path
    return Path(DEFAULT_FILE) if Path(DEFAULT_FILE).is_file() else None


def load_settings(path: Path | None) -> Settings:
    """Return the settings. Raises SettingsError that names the key, the value and what is allowed."""
    _refuse_unknown_variables(os.environ)
    values = _read_toml(shared(DEFAULT_FILE))
    if path is not None:
        own = _read_toml(path)
        refuse_open_secrets(path, own)
        values = _merged(values, own)
    home = path.resolve().parent if path else Path.cwd()
    try:
        settings = Settings(**values, home=home)
    except ValidationError as error:
        raise SettingsError("\n".join(_sentence(detail) for detail in error.errors())) from None
    except EnvironmentValueError:
        raise SettingsError(_list_sentence(os.environ)) from None
    find_mailboxes(settings)
    return settings


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"The settings file {path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"The settings file {path} is not valid TOML: {error}.") from error


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    both = {
        key: _merged(base[key], value) if isinstance(value, dict) and isinstance(base.get(key), dict) else value
        for key, value in over.items()
    }
    return {**base, **both}


def _refuse_unknown_variables(environment: Mapping[str, str]) -> None:
    for name in environment:
        if not name.startswith(ENVIRONMENT_PREFIX) or name in OTHER_VARIABLES:
            continue
        section, _, key = name.removeprefix(ENVIRONMENT_PREFIX).lower().partition("__")
        field = Settings.model_fields.get(section)
        known = getattr(field.annotation, "model_fields", {}) if field else {}
        if section == "mailboxes":
            key, known = key.partition("__")[2], MailboxSettings.model_fields
        if key not in known:
            keys = f" Allowed there: {', '.join(known)}." if known else ""
            raise SettingsError(f"The environment variable {name} names no setting.{keys}")


def _list_sentence(environment: Mapping[str, str]) -> str:
    """Return what is wrong with the environment when a list in it is no JSON; the reader itself names no variable."""
    lists = [
        f"{ENVIRONMENT_PREFIX}{section}__{key}".upper()
        for section, field in Settings.model_fields.items()
        for key, inner in getattr(field.annotation, "model_fields", {}).items()
        if get_origin(inner.annotation) is tuple
    ]
    named = " or ".join(name for name in lists if name in environment)
    return f'{named}: a list is written as JSON in the environment, such as ["it-desk@tax.example"] or [60, 600].'


def _sentence(detail: ErrorDetails) -> str:
    key = ".".join(str(part) for part in detail["loc"]) or "settings"
    if detail["type"] == "extra_forbidden":
        allowed = explain_unknown(detail["loc"]) or "Look for the right name in settings.toml."
        return f"{key} is no setting. {allowed}"
    if detail["type"] == "missing":
        return f"{key} is not set."
    message = detail["msg"].removeprefix("Value error, ").removeprefix("Input ")
    if isinstance(detail["input"], dict) or any(secret in key for secret in SECRETS):
        return f"{key}: {message}."
    return f"{key} = {detail['input']!r}: {message}."
