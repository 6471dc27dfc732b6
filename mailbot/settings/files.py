"""The table [files] of settings.toml: where the bytes of mails and screenshots are kept."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, model_validator

from mailbot.settings.sections import PositiveInt, Section, is_loopback


def _bucket(name: str) -> str:
    if name and not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", name):
        raise ValueError("a bucket has 3 to 63 small letters, digits, hyphens and dots")
    return name


def _prefix(written: str) -> str:
    if written and not re.fullmatch(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)*", written, re.ASCII):
        raise ValueError('write words with slashes between them, such as "desk" or "tax/desk-1"')
    return written


def _endpoint(url: str) -> str:
    if not url:
        return url
    parts = urlsplit(url)
    if parts.scheme not in {"https", "http"} or not parts.hostname or parts.path.strip("/") or "@" in parts.netloc:
        raise ValueError('write the address of the server alone, such as "https://s3.tax.example"')
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError("mails would go to another machine in clear text; write https://")
    return url.rstrip("/")


class FilesSettings(Section):
    """A folder of this machine, or a bucket that several machines share."""

    store: Literal["folder", "s3"]
    bucket: Annotated[str, AfterValidator(_bucket)]
    prefix: Annotated[str, AfterValidator(_prefix)]
    endpoint: Annotated[str, AfterValidator(_endpoint)]
    region: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
    access_key: str
    secret_key: SecretStr = SecretStr("")
    secret_key_file: str
    ca_file: str
    timeout_seconds: PositiveInt

    @model_validator(mode="after")
    def _require_names(self) -> Self:
        if self.store == "s3" and not (self.bucket and self.access_key):
            raise ValueError('store = "s3" needs bucket and access_key')
        return self
