"""The hand-off of the central software: a signed token (JWT, RFC 7519) that is good for a minute, and once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import jwt

if TYPE_CHECKING:
    from mailbot.settings.web import WebSettings

LONGEST = timedelta(seconds=60)
# Clocks of two machines differ a little.
LEEWAY = timedelta(seconds=10)
_EMPLOYEE_ID = re.compile(r"[0-9]{6}")
_CLAIMS = ("iss", "aud", "sub", "iat", "exp", "jti")
_LONGEST_ID = 200


class HandOffError(Exception):
    """The token proves nothing; the message is for the log, and holds nothing of the token."""


@dataclass(frozen=True, slots=True)
class HandOff:
    """Who is handed over, by which token (as SHA-256), and until when that token could be tried again."""

    employee_id: str
    digest: str
    until: datetime


def read_handoff(token: str, key: str, chosen: WebSettings, now: datetime) -> HandOff:
    """Return what a token says. Raises HandOffError when it is not what the central software makes."""
    if not key:
        raise HandOffError("no key is set")
    try:
        said: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[chosen.handoff_algorithm],
            audience=chosen.handoff_audience,
            issuer=chosen.handoff_issuer,
            # The times are checked below, by the one clock of the desk.
            options={"require": list(_CLAIMS), "verify_exp": False, "verify_iat": False, "verify_nbf": False},
        )
    except jwt.InvalidTokenError as error:
        raise HandOffError(type(error).__name__) from None
    issued, until = _moment(said["iat"]), _moment(said["exp"])
    if until - issued > LONGEST:
        raise HandOffError(f"it would be good for more than {LONGEST.seconds} seconds")
    if not issued - LEEWAY <= now < until + LEEWAY:
        raise HandOffError("it is too old, or the clocks differ")
    subject, name = said["sub"], said["jti"]
    if not isinstance(subject, str) or not _EMPLOYEE_ID.fullmatch(subject):
        raise HandOffError("sub is no Employee ID")
    if not isinstance(name, str) or not 0 < len(name) <= _LONGEST_ID:
        raise HandOffError("jti is missing or too long")
    return HandOff(subject, sha256(f"{chosen.handoff_issuer}\n{name}".encode()).hexdigest(), until + LEEWAY)


def _moment(seconds: object) -> datetime:
    if not isinstance(seconds, int | float) or isinstance(seconds, bool):
        raise HandOffError("iat and exp must be numbers")
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        raise HandOffError("iat and exp must be moments") from None
