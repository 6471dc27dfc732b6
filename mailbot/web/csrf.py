"""The token that proves that a form came from a page of ours: made from a secret cookie, masked anew on each page."""

from __future__ import annotations

import binascii
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from hmac import compare_digest
from typing import TYPE_CHECKING

from mailbot.web.cookies import cookie_name, find_secret
from mailbot.web.errors import Refused

if TYPE_CHECKING:
    from starlette.requests import Request

_BYTES = 32
HEADER = "x-csrf-token"


def make_token(secret: str) -> str:
    """Return a token for the browser that holds the secret.

    The mask is new each time, so that the size of a compressed page tells nothing about the token (BREACH).
    """
    mask = secrets.token_bytes(_BYTES)
    return urlsafe_b64encode(mask + _mixed(mask, _digest(secret))).decode().rstrip("=")


def is_token(token: str, secret: str) -> bool:
    """Tell whether a token was made for this secret."""
    try:
        both = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        return False
    if len(both) != 2 * _BYTES:
        return False
    return compare_digest(_mixed(both[:_BYTES], both[_BYTES:]), _digest(secret))


def require_token(request: Request, written: str) -> None:
    """Raise Refused when neither the form nor the header holds a token of this browser."""
    token = request.headers.get(HEADER) or written
    held = [find_secret(request, cookie_name(request, kind)) for kind in ("session", "visit")]
    if not any(secret and is_token(token, secret) for secret in held):
        raise Refused(403, "common.stale_form")


def _digest(secret: str) -> bytes:
    # Another prefix than the tables', whose digests must not help here.
    return sha256(b"form:" + secret.encode()).digest()


def _mixed(mask: bytes, data: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(mask, data, strict=True))
