"""Alarms as JSON to an address of the operator (a chat, a pager), signed, over HTTPS."""

from __future__ import annotations

import hashlib
import hmac
import json
import ssl
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, ProxyHandler, Request, build_opener

from mailbot.domain.errors import WorldError

if TYPE_CHECKING:
    from mailbot.adapters.alarms.telling import Telling

SECONDS = 15.0
LARGEST_ANSWER = 4096


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_named: Any) -> None:
        """Follow nothing: what is signed for one address is no business of another."""


@dataclass(frozen=True, slots=True)
class WebhookPath:
    """An address that takes alarms. The address itself may be a secret and is never shown; its host is."""

    url: str = field(repr=False)
    secret: str = field(default="", repr=False)
    ca_file: str = ""

    @property
    def name(self) -> str:
        """How the log calls this path."""
        return f"the webhook at {urlsplit(self.url).hostname}"

    def tell(self, telling: Telling) -> None:
        """Post the message. Raises WorldError when it was not taken."""
        body = json.dumps(as_json(telling), ensure_ascii=False).encode()
        stamp = str(int(telling.at.timestamp()))
        headers = {"Content-Type": "application/json; charset=utf-8", "X-Mailbot-Timestamp": stamp}
        if self.secret:
            headers["X-Mailbot-Signature"] = f"sha256={sign(self.secret, stamp, body)}"
        request = Request(self.url, body, headers, method="POST")  # noqa: S310 - the settings allow https, and http here
        try:
            context = ssl.create_default_context(cafile=self.ca_file or None)
            opener = build_opener(_NoRedirect, ProxyHandler({}), HTTPSHandler(context=context))
            with opener.open(request, timeout=SECONDS) as response:
                response.read(LARGEST_ANSWER)
        except HTTPError as error:
            error.close()
            raise WorldError(f"it answered {error.code}. Check alarms.webhook_url.") from None
        except (OSError, HTTPException, ValueError) as error:
            # From None: an exception may hold the address it stumbled over.
            raise WorldError(f"it cannot be reached ({_words(error)}). Check alarms.webhook_url.") from None


def sign(secret: str, stamp: str, body: bytes) -> str:
    """Return the signature of a message: HMAC-SHA256 over its time, a dot, and its body, in hexadecimal."""
    return hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def as_json(telling: Telling) -> dict[str, Any]:
    """Return the message as the webhook gets it; `text` is what a chat shows."""
    lines = [f"{alarm.code}: {alarm.text}" for alarm in telling.sounding]
    lines += [f"{code}: over" for code in telling.over]
    return {
        "desk": telling.desk,
        "at": telling.at.isoformat(),
        "text": "\n".join((f"mailbot {telling.desk}", *lines)),
        "alarms": [
            {"code": alarm.code, "text": alarm.text, "since": alarm.sounded_at.isoformat()}
            for alarm in telling.sounding
        ],
        "over": list(telling.over),
    }


def _words(error: BaseException) -> str:
    reason = getattr(error, "reason", error)
    if isinstance(reason, ssl.SSLCertVerificationError):
        return f"its certificate cannot be trusted: {reason.verify_message}"
    return getattr(reason, "strerror", None) or type(reason).__name__
