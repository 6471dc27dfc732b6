"""Moving handled mails to another folder, with what the server can do."""

from __future__ import annotations

import imaplib
import logging
from typing import TYPE_CHECKING

from mailbot.adapters.imap.answers import find_left
from mailbot.adapters.imap.uid_sets import copied_uids

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mailbot.adapters.imap.wire import Client

log = logging.getLogger(__name__)


def move_away(client: Client, uids: Sequence[int], folder: str) -> None:
    """Move these mails to that folder; one that vanished meanwhile counts as moved.

    A server with neither MOVE (RFC 6851) nor UIDPLUS (RFC 4315) keeps them where they are: EXPUNGE alone would also
    remove what a colleague marked.
    """
    if client.has_capability("MOVE"):
        _bring(client, client.move, uids, folder)
    elif client.has_capability("UIDPLUS"):
        _copy_away(client, uids, folder)
    else:
        log.warning("the mail server can neither MOVE nor UID EXPUNGE; handled mail stays in the folder")


def _copy_away(client: Client, uids: Sequence[int], folder: str) -> None:
    """Copy mails and remove them; only those of which the server says (COPYUID, RFC 4315) that they were copied."""
    client.wire.response("COPYUID")  # forgets what an earlier command may have left
    _bring(client, client.copy, uids, folder)
    copied = copied_uids(client.wire.response("COPYUID")[1]) & set(uids)
    if len(copied) < len(find_left(client, uids)):
        log.warning("the mail server does not say that it copied every mail; those it did not stay in the folder")
    if copied:
        client.delete_messages(sorted(copied), silent=True)
        client.uid_expunge(sorted(copied))


def _bring(client: Client, how: Callable[[Sequence[int], str], object], uids: Sequence[int], folder: str) -> None:
    """Copy or move mails to that folder."""
    try:
        how(uids, folder)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error:
        # Some servers refuse the whole set when one mail of it is gone.
        left = find_left(client, uids)
        if len(left) == len(uids):
            raise
        if left:
            how(left, folder)
