"""What reports of mail systems say: what became of each recipient (RFC 3464), and which letter they are about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailbot.adapters.reading.headers import find_ids, values

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mailbot.adapters.reading.structure import Part

_MOST = 50
_LONGEST = 64 * 1024
_STATUS = ("message/delivery-status", "message/global-delivery-status")
_ABOUT = (*_STATUS, "message/disposition-notification", "message/global-disposition-notification")
_RETURNED_HEADERS = ("text/rfc822-headers", "message/rfc822-headers", "message/global-headers")
_ACTION = re.compile(r"^action[ \t]*:[ \t]*([a-z-]{1,40})", re.IGNORECASE | re.MULTILINE)
_STATUS_CLASS = re.compile(r"^status[ \t]*:[ \t]*([245])\.\d", re.IGNORECASE | re.MULTILINE)
_ORIGINAL_ID = re.compile(r"^(?:x-)?original-message-id[ \t]*:[ \t]*([^\r\n]{1,1000})", re.IGNORECASE | re.MULTILINE)
_MESSAGE_ID = re.compile(r"^message-id[ \t]*:[ \t]*\r?\n?[ \t]*([^\r\n]{1,1000})", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Report:
    """The Action fields of a delivery report in lower case, and the Message-IDs of the letters it is about."""

    actions: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()


def read_report(root: Part) -> Report:
    """Return what the report parts of a mail say, without those of a mail that was only forwarded in it."""
    parts = tuple(_own_parts(root))
    statuses = [part for part in parts if part.content_type in _STATUS]
    actions = [match.lower() for part in statuses for match in _find(_ACTION, part)] or _actions_by_status(statuses)
    return Report(tuple(actions[:_MOST]), tuple(dict.fromkeys(_find_ids(parts)))[:_MOST])


def _actions_by_status(statuses: Iterable[Part]) -> list[str]:
    """Return what the Status fields mean when all say success and no Action is given (RFC 3463 3.1)."""
    classes = [digit for part in statuses for digit in _find(_STATUS_CLASS, part)]
    return ["delivered"] * len(classes) if set(classes) == {"2"} else []


def _find_ids(parts: Iterable[Part]) -> Iterator[str]:
    for part in parts:
        if part.content_type in _ABOUT:
            yield from find_ids(_find(_ORIGINAL_ID, part))
        elif part.content_type in _RETURNED_HEADERS:
            yield from find_ids(_find(_MESSAGE_ID, part)[:1])
        elif part.children and not part.content_type.startswith("multipart/"):
            yield from find_ids(values(part.children[0].headers, "message-id")[:1])


def _own_parts(part: Part) -> Iterator[Part]:
    """Yield all parts, but not what is inside of a forwarded or returned mail."""
    yield part
    if part.content_type.startswith("multipart/"):
        for child in part.children:
            yield from _own_parts(child)


def _find(pattern: re.Pattern[str], part: Part) -> list[str]:
    found: list[str] = pattern.findall(part.data[:_LONGEST].decode("latin-1"))
    return found
