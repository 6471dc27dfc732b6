"""The objects of a bucket: put, read, listed, copied and removed, with our own errors."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from obstore.exceptions import BaseError
from obstore.store import S3Store

from mailbot.adapters.hashes import PIECE
from mailbot.domain.errors import UnreadableMailError, WorldError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from obstore import ObjectMeta
    from obstore.store import ClientConfig, S3Config

RETRIES = 3
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=0.1), timedelta(seconds=2)
_CODE, _STATUS = re.compile(r"<Code>(\w+)</Code>"), re.compile(r"status code: (\d{3})")
_REFUSED = "The key is refused. Look at files.access_key, at its secret, and at what the key may do in this bucket."
_ADVICE = {
    "NoSuchBucket": "There is no such bucket. Make it, or correct files.bucket.",
    "AccessDenied": _REFUSED,
    "InvalidAccessKeyId": _REFUSED,
    "SignatureDoesNotMatch": _REFUSED,
    "RequestTimeTooSkewed": "The clock of this machine is wrong. Set it.",
    "AuthorizationHeaderMalformed": "The server is in another region. Correct files.region.",
}
_OTHERWISE = "Look whether files.endpoint is right and the server is up."


@dataclass(frozen=True, slots=True)
class BucketPlace:
    """Where the bucket is, and who we are there. `certificates` (PEM) are trusted besides those of the system."""

    bucket: str
    endpoint: str
    region: str
    access_key: str
    secret_key: str = field(repr=False)
    certificates: str
    timeout_seconds: float


@dataclass(frozen=True, slots=True)
class Objects:
    """What lies in a bucket. Each method raises WorldError when it cannot be reached or refuses us.

    What the server itself calls missing (NoSuchKey) raises UnreadableMailError, and nothing else does: neither a bucket
    that is gone nor a 404 of some other program on the way.
    """

    at: BucketPlace
    _store: S3Store = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Make the client; it connects when it is first asked, and may be used by several threads."""
        object.__setattr__(self, "_store", _open(self.at))

    def put(self, path: str, data: bytes) -> str:
        """Put an object as a whole; return its version when the bucket keeps versions."""
        with self._asking():
            version = self._store.put(path, data, use_multipart=False)["version"]
        return "" if version in {None, "null"} else str(version)

    def find(self, path: str) -> bytes:
        """Return the bytes of an object."""
        with self._asking():
            return bytes(self._store.get(path).bytes())

    def find_pieces(self, path: str) -> Iterator[bytes]:
        """Yield the bytes of an object piece by piece."""
        with self._asking():
            for piece in self._store.get(path).stream(min_chunk_size=PIECE):
                yield bytes(piece)

    def find_time(self, path: str) -> float:
        """Return when an object was put (seconds since 1970)."""
        return seconds_of(self._head(path))

    def is_there(self, path: str) -> bool:
        """Tell whether there is such an object."""
        try:
            self._head(path)
        except UnreadableMailError:
            return False
        return True

    def list(self, prefix: str) -> Iterator[ObjectMeta]:
        """Yield all objects below a prefix in ascending order, a thousand with each request."""
        with self._asking():
            for page in self._store.list(prefix or None, chunk_size=1000):
                yield from page

    def copy(self, path: str, target: str) -> None:
        """Let the server copy an object."""
        with self._asking():
            self._store.copy(path, target)

    def delete(self, path: str) -> None:
        """Remove an object; one that is gone already is no error."""
        with self._asking():
            self._store.delete(path)

    def _head(self, path: str) -> ObjectMeta:
        """Return what is known of an object; an answer to HEAD has no words, so GET asks what is the matter."""
        try:
            return self._store.head(path)
        except (BaseError, OSError):
            with self._asking():
                return self._store.get(path).meta

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """Turn what the client says into our errors; its own words repeat the request, and go into no log."""
        try:
            yield
        except (BaseError, OSError) as error:
            code = _first(_CODE, str(error))
            if isinstance(error, FileNotFoundError) and code == "NoSuchKey":
                raise UnreadableMailError(f"a kept file is no longer in the bucket {self.at.bucket}") from None
            why = code or _first(_STATUS, str(error)) or "no answer"
            raise WorldError(
                f"The bucket {self.at.bucket} at {self.at.endpoint or 'Amazon'} cannot be used: {why}. "
                f"{_ADVICE.get(code, _OTHERWISE)} Nothing is lost: the mail waits."
            ) from None


def seconds_of(found: ObjectMeta) -> float:
    """Return when an object was put (seconds since 1970)."""
    return found["last_modified"].timestamp()


def _open(at: BucketPlace) -> S3Store:
    patience = timedelta(seconds=at.timeout_seconds)
    config: S3Config = {
        "region": at.region,
        "access_key_id": at.access_key,
        "secret_access_key": at.secret_key,
        # Besides the checksum in the signature: servers may write this one down with the object.
        "checksum_algorithm": "sha256",
        # Amazon finds a bucket by the name of the host; other servers seldom have a certificate for such names.
        "virtual_hosted_style_request": not at.endpoint,
    }
    if at.endpoint:
        config["endpoint"] = at.endpoint
    client: ClientConfig = {"allow_http": at.endpoint.startswith("http:"), "timeout": patience}
    if at.certificates:
        client["root_certificate"] = at.certificates
    return S3Store(
        at.bucket,
        config=config,
        client_options=client,
        retry_config={
            "max_retries": RETRIES,
            "retry_timeout": patience,
            "backoff": {"init_backoff": FIRST_WAIT, "max_backoff": LONGEST_WAIT, "base": 2},
        },
    )


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[1] if found else ""
