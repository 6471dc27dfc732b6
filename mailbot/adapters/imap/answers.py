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

_QUICK = re.compile(
    rb'\d+ \(UID (?P<uid>\d{1,10}) RFC822\.SIZE (?P<size>\d{1,20}) INTERNALDATE "(?P<at>[ \w:+-]{20,30})"\)'
)
KEYS = (b"RFC822.SIZE", b"INTERNALDATE")


def fetch_listed(client: Client, sequence: str, wanted: Sequence[str]) -> list[Listed]:
    """Return size and arrival of the mails in a set; imapclient's own fetch() takes single UIDs only."""
    answer, data = client.wire.uid("FETCH", sequence, f"({' '.join(wanted)})")
    if answer != "OK":
        raise client.wire.error(f"FETCH was refused: {data}")
    # Its parser looks at every letter, which for a folder of many old mails takes most of the time.
    quick = [found for item in data if isinstance(item, bytes) and (found := _QUICK.fullmatch(item))]
    if len(quick) == len(data):
        parts = {
            int(one["uid"]): {b"RFC822.SIZE": int(one["size"]), b"INTERNALDATE": _moment(one["at"])} for one in quick
        }
    else:
        parts = parse_fetch_response(data, client.normalise_times, uid_is_key=True)
    return [_listed(uid, told) for uid, told in sorted(parts.items()) if _is_told(told)]


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
