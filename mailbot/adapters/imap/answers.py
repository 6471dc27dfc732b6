"""What the server tells of mails: their size and arrival, their bytes, and which of them are still there."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from imapclient.datetime_util import parse_to_datetime
from imapclient.response_parser import parse_fetch_response

from mailbot.ports import Listed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mailbot.adapters.imap.wire import Client

# The usual answer, in whatever order; what is missing in it stays None.
_QUICK = re.compile(
    rb"\d+ \((?:(?:UID (?P<uid>\d{1,10})|RFC822\.SIZE (?P<size>\d{1,20})|X-GM-MSGID (?P<id>\d{1,20})|"
    rb'INTERNALDATE "(?P<at>[ \w:+-]{20,30})") ?){3,4}\)'
)
KEYS = (b"RFC822.SIZE", b"INTERNALDATE")
_USUAL = "(RFC822.SIZE INTERNALDATE)"


def fetch_listed(client: Client, sequence: str) -> list[Listed]:
    """Return size and arrival of the mails in a set; imapclient's own fetch() takes single UIDs only."""
    wanted = "(RFC822.SIZE INTERNALDATE X-GM-MSGID)" if client.has_capability("X-GM-EXT-1") else _USUAL
    answer, data = client.wire.uid("FETCH", sequence, wanted)
    if answer != "OK":
        raise client.wire.error(f"FETCH was refused: {data}")
    # Its parser looks at every letter, which for a folder of many old mails takes most of the time.
    listed: dict[int, dict[bytes, Any]] = {}
    others = []
    for item in data:
        found = _QUICK.fullmatch(item) if isinstance(item, bytes) else None
        uid, size, provider_id, at = found.groups() if found else (None,) * 4
        if uid and size and at:
            told = {b"RFC822.SIZE": int(size), b"INTERNALDATE": _moment(at)}
            listed[int(uid)] = told | ({b"X-GM-MSGID": int(provider_id)} if provider_id else {})
        else:
            others.append(item)
    if others:
        listed |= parse_fetch_response(others, client.normalise_times, uid_is_key=True)
    return [_listed(uid, told) for uid, told in sorted(listed.items()) if _is_told(told)]


@lru_cache(maxsize=4_096)
def _moment(text: bytes) -> datetime:
    moment: datetime = parse_to_datetime(text, normalise=False)
    return moment


def _is_told(parts: dict[bytes, Any]) -> bool:
    """Tell whether an answer says what a mail is like.

    News of other mails may stand among the answers, and of a mail that just vanished Dovecot says that it has no bytes
    and came in 1970: taken for true, that would be a mail older than any start date.
    """
    return parts.keys() >= set(KEYS) and (parts[b"RFC822.SIZE"] > 0 or parts[b"INTERNALDATE"].timestamp() > 0)


def _listed(uid: int, answer: dict[bytes, Any]) -> Listed:
    provider_id = str(answer.get(b"X-GM-MSGID", ""))
    return Listed(uid, int(answer[b"RFC822.SIZE"]), answer[b"INTERNALDATE"], provider_id)


def read_bodies(client: Client, answer: dict[int, dict[bytes, Any]], key: bytes) -> dict[int, bytes]:
    """Return the bytes of the mails in an answer to FETCH."""
    bodies = {uid: parts[key] for uid, parts in answer.items() if key in parts}
    empty = [uid for uid, raw in bodies.items() if not raw]
    # NIL is what a mail has that just vanished, but also one that the server cannot read: a person must see that one.
    unreadable = find_left(client, empty) if empty else []
    return {uid: raw or b"" for uid, raw in bodies.items() if raw or uid in unreadable}


def find_left(client: Client, uids: Sequence[int]) -> list[int]:
    """Return which of these mails are still in the folder."""
    client.noop()  # makes the server tell what was removed meanwhile
    return sorted(set(uids) & {int(uid) for uid in client.search(["UID", ",".join(map(str, uids))])})
