"""The cookies: the secret of a session, the secret of a visit before it, and the language before it is known."""

from __future__ import annotations

import re
import secrets
from hashlib import sha256
from typing import TYPE_CHECKING, Literal

from mailbot.web.desk import web_desk

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    Kind = Literal["session", "visit", "language"]

_NAMES = {"session": "mailbot", "visit": "mailbot-visit", "language": "mailbot-language"}
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
_YEAR = 365 * 24 * 3600


def cookie_name(request: Request, kind: Kind) -> str:
    """Return the name of a cookie; over TLS one that no other host and no page in clear text can set."""
    return f"__Host-{_NAMES[kind]}" if web_desk(request).settings.web.is_https else _NAMES[kind]


def make_secret() -> str:
    """Return 256 bits that nobody can guess."""
    return secrets.token_urlsafe(32)


def digest_of(secret: str) -> str:
    """Return what the tables hold of a secret."""
    return sha256(secret.encode()).hexdigest()


def find_secret(request: Request, name: str) -> str:
    """Return the secret of a cookie, or an empty text when there is none that we could have made."""
    value = request.cookies.get(name, "")
    return value if _SECRET.fullmatch(value) else ""


def put_cookie(request: Request, response: Response, kind: Kind, value: str) -> None:
    """Give the browser a cookie that no script can read; that of a session goes when the browser is closed."""
    response.set_cookie(
        cookie_name(request, kind),
        value,
        max_age=_YEAR if kind == "language" else None,
        secure=web_desk(request).settings.web.is_https,
        httponly=True,
        samesite="lax",
    )


def drop_cookie(request: Request, response: Response, kind: Kind) -> None:
    """Take a cookie back."""
    secure = web_desk(request).settings.web.is_https
    response.delete_cookie(cookie_name(request, kind), secure=secure, httponly=True, samesite="lax")
