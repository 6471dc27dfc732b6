"""One question to the provider and its answer: a form goes out, a small JSON document comes back, within bounds.

No redirect is followed and no cookie kept; the time of the whole exchange and the size of the answer are limited, and
no error of this module holds what was sent.
"""

from __future__ import annotations

import contextlib
import json
import re
import socket
import ssl
import threading
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from mailbot.domain.errors import WorldError

if TYPE_CHECKING:
    from collections.abc import Mapping

EXCHANGE_SECONDS = 30.0
STEP_SECONDS = 15.0
LARGEST_ANSWER = 256 * 1024
LONGEST_WORDS = 200
OK, BUSY, BROKEN = 200, 429, 500
# Error codes are short words (RFC 6749 5.2); anything else is not repeated.
CODE = re.compile(r"[a-z0-9_]{1,60}")


class ProviderTroubleError(WorldError):
    """The provider did not answer, or not as it should: the same question is asked again later."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the provider said; the document may hold tokens and is never shown."""

    status: int
    document: Mapping[str, Any] = field(repr=False)

    @property
    def error(self) -> str:
        """The error code, or an empty string when it is good (or no code)."""
        code = self.document.get("error")
        return code if self.status != OK and isinstance(code, str) and CODE.fullmatch(code) else ""

    @property
    def is_temporary(self) -> bool:
        """Whether the same question may be answered well later."""
        return self.status == BUSY or self.status >= BROKEN or self.error in ("temporarily_unavailable", "server_error")

    @property
    def is_final(self) -> bool:
        """Whether the provider said what is wrong with the question, so that it will say so again."""
        return bool(self.error) and not self.is_temporary


def ask(url: str, form: Mapping[str, str], context: ssl.SSLContext, *, seconds: float = EXCHANGE_SECONDS) -> Reply:
    """Send a form and return the answer. Raises ProviderTroubleError when there is none that can be read."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    connection: HTTPConnection = HTTPConnection(host, parts.port, timeout=min(seconds, STEP_SECONDS))
    if parts.scheme == "https":
        connection = HTTPSConnection(host, parts.port, timeout=min(seconds, STEP_SECONDS), context=context)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    # A timeout of a socket is for each piece; the whole exchange ends when the line is cut.
    cutter = threading.Timer(seconds, _cut, (connection,))
    cutter.daemon = True
    try:
        connection.connect()
        cutter.start()
        connection.request("POST", path, urlencode(form), headers)
        response = connection.getresponse()
        data = response.read(LARGEST_ANSWER + 1)
        status = response.status
    except (OSError, HTTPException, ValueError) as error:
        # From None: an exception of the standard library may hold the line it stumbled over.
        raise ProviderTroubleError(_explain(host, error)) from None
    finally:
        cutter.cancel()
        connection.close()
    return _read(host, status, data)


def find_words(reply: Reply, *secrets: str) -> str:
    """Return the provider's own description on one line, bounded, without any of the secrets."""
    words = reply.document.get("error_description")
    text = " ".join("".join(c if c.isprintable() else " " for c in str(words or "")).split())
    for secret in filter(None, secrets):
        text = text.replace(secret, "***")
    shown = text[:LONGEST_WORDS].rstrip(". ")
    return f"{reply.error or f'HTTP {reply.status}'}{': ' if shown else ''}{shown}"


def _read(host: str, status: int, data: bytes) -> Reply:
    if len(data) > LARGEST_ANSWER:
        raise ProviderTroubleError(f"{host} answered with more than {LARGEST_ANSWER} bytes. It is asked again later.")
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        document = None
    if isinstance(document, dict):
        return Reply(status, document)
    if status == BUSY or status >= BROKEN:
        return Reply(status, {})
    raise ProviderTroubleError(
        f"{host} did not answer as a provider of tokens does (HTTP {status}). Check the addresses in [oauth2]; it is "
        "asked again later."
    )


def _explain(host: str, error: BaseException) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            f"The certificate of {host} cannot be trusted ({error.verify_message}), so nothing was sent. If your own "
            "authority signed it, name its file in oauth2.ca_file."
        )
    if isinstance(error, socket.gaierror):
        return f'The name "{host}" was not found. Check the network of this machine; it is tried again later.'
    if isinstance(error, TimeoutError):
        return f"{host} did not answer in time. Check the network; it is tried again later."
    return f"The exchange with {host} failed ({type(error).__name__}). It is tried again later."


def _cut(connection: HTTPConnection) -> None:
    if connection.sock is not None:
        with contextlib.suppress(OSError):
            # Below TLS: its own shutdown would let the reader go on with what is still encrypted.
            socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)
