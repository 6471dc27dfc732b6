"""Telling a refused login from one that only came at a bad moment."""

from __future__ import annotations

import imaplib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imapclient.exceptions import LoginError

# Answers that refuse a login for a reason other than the password (RFC 5530 and what providers write).
BUSY = ("[UNAVAILABLE]", "[LIMIT]", "[INUSE]", "SIMULTANEOUS", "TOO MANY", "THROTTL", "OVERQUOTA", "TRY AGAIN")


def is_passing(error: LoginError) -> bool:
    """Tell whether the same login may be accepted later; imapclient calls a lost connection a login error as well."""
    return isinstance(error.__cause__ or error.__context__, imaplib.IMAP4.abort) or any(
        word in str(error).upper() for word in BUSY
    )
