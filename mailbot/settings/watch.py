"""The tables [alarms], [logs], [metrics] and [scanner] of settings.toml: what watches, and who hears it."""

from __future__ import annotations

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator

from mailbot.settings.sections import PositiveInt, Section, Security, is_loopback

Address = Annotated[str, Field(pattern=r"^[^@\s<>]+@[^@\s<>]+$")]


class AlarmSettings(Section):
    """Who hears of alarms, over which second path."""

    silent_minutes: Annotated[int, Field(ge=1, le=20)]
    repeat_hours: PositiveInt
    canary_minutes: Annotated[int, Field(ge=0)]
    canary_lost_minutes: PositiveInt
    recipients: tuple[Address, ...]
    sender: str
    host: str
    port: Annotated[int, Field(ge=1, le=65535)]
    security: Security
    ca_file: str
    username: str
    password: SecretStr = SecretStr("")
    password_file: str
    webhook_url: SecretStr
    webhook_secret: SecretStr = SecretStr("")
    webhook_secret_file: str
    webhook_ca_file: str

    @model_validator(mode="after")
    def _refuse_half_a_path(self) -> Self:
        if bool(self.recipients) != bool(self.host):
            raise ValueError("a second mail server needs both alarms.host and alarms.recipients; set both or none")
        if self.recipients and "@" not in self.sender:
            raise ValueError("alarms.sender must be the address that the second mail server lets you write from")
        if self.security == "none" and self.host and not is_loopback(self.host):
            raise ValueError('security = "none" is for this machine itself only; write "tls" or "starttls"')
        return self

    @model_validator(mode="after")
    def _refuse_open_webhook(self) -> Self:
        url = urlsplit(self.webhook_url.get_secret_value())
        is_https = url.scheme == "https" and url.hostname
        if url.geturl() and not is_https and not (url.scheme == "http" and is_loopback(url.hostname or "")):
            raise ValueError("alarms.webhook_url must begin with https://")
        return self


class ScannerSettings(Section):
    """Where the malware scanner listens, and what one question may cost; without a socket none is asked."""

    socket: str
    seconds: PositiveInt
    max_bytes: Annotated[int, Field(ge=1)]

    @model_validator(mode="after")
    def _refuse_other_machines(self) -> Self:
        host, colon, port = self.socket.rpartition(":")
        is_address = bool(colon) and port.isdigit()
        if self.socket and not (is_loopback(host) if is_address else self.socket.startswith("/")):
            raise ValueError(
                'scanner.socket must be the full path of a socket, or a port of this machine such as "127.0.0.1:3310"'
            )
        return self


class LogSettings(Section):
    """How the log is written."""

    format: Literal["text", "json"]
    level: Literal["debug", "info", "warning", "error"]


class MetricsSettings(Section):
    """Where figures for Prometheus are given out."""

    port: Annotated[int, Field(ge=0, le=65535)]
