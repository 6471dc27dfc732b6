"""From settings to the bucket in which the workers of several machines keep their files."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from mailbot.adapters.finding import Finding, Level
from mailbot.domain.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailbot.adapters.bucket import Bucket
    from mailbot.settings import Settings

PROBE_BYTES = 5000


def open_bucket(settings: Settings, minimum_free: int) -> Bucket:
    """Return the store of files in a bucket; its client is loaded only where one is set."""
    try:
        from mailbot.adapters.bucket import Bucket, BucketPlace, Objects  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        if error.name != "obstore":
            raise
        raise SettingsError('files.store = "s3" needs an extra. Run: pip install "mailbot[s3]"') from error
    chosen = settings.files
    place = BucketPlace(
        bucket=chosen.bucket,
        endpoint=chosen.endpoint,
        region=chosen.region,
        access_key=chosen.access_key,
        secret_key=settings.bucket_secret,
        certificates=_read_certificates(settings),
        timeout_seconds=chosen.timeout_seconds,
    )
    return Bucket(Objects(place), chosen.prefix, settings.data, minimum_free)


def check_bucket(settings: Settings) -> Iterator[Finding]:
    """Put, read and remove an object, where files are kept in a bucket. Raises WorldError."""
    if settings.files.store != "s3":
        return
    bucket = open_bucket(settings, 0)
    keeps_versions = bucket.probe(secrets.token_hex(8), secrets.token_bytes(PROBE_BYTES))
    folder = settings.data / "files"
    if any(folder.glob("??/*")):
        yield Finding(
            Level.WARNING,
            f"Bucket: files lie in {folder} as well, where nobody looks for them. Copy them into the bucket, then "
            "remove the folder; docs/scale.md says how.",
        )
    yield Finding(Level.GOOD, f"Bucket: {settings.files.bucket} takes objects, gives them back and removes them.")
    if keeps_versions:
        yield Finding(
            Level.WARNING,
            f"Bucket: {settings.files.bucket} keeps versions. What is erased stays there as an old version: switch "
            "versions off, or let a rule of the bucket remove old ones.",
        )


def _read_certificates(settings: Settings) -> str:
    if not settings.files.ca_file:
        return ""
    path = settings.path(settings.files.ca_file)
    wanted = "Name a file of certificates (PEM)."
    try:
        text = path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"files.ca_file = {str(path)!r} cannot be read. {wanted}") from error
    if "BEGIN CERTIFICATE" not in text:
        raise SettingsError(f"files.ca_file = {str(path)!r} holds no certificate. {wanted}")
    return text
