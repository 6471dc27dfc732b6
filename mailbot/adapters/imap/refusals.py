"""Telling a refused login from one that only came at a bad moment."""

from __future__ import annotations

import imaplib
from typing import TYPE_CHECKING

from mailbot.adapters.pacing import Trouble, find_trouble

if TYPE_CHECKING:
    from imapclient.exceptions import LoginError

PASSING = (Trouble.QUOTA, Trouble.THROTTLED, Trouble.SERVER)


def is_passing(error: LoginError) -> bool:
    """Tell whether the same login may be accepted later; imapclient calls a lost connection a login error as well."""
    broke_off = isinstance(error.__cause__ or error.__context__, imaplib.IMAP4.abort)
    return broke_off or find_trouble(str(error), Trouble.AUTH) in PASSING
