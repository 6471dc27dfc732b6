"""Files of a mail to attachments: real type, a name that can be shown, a digest, and whether the text shows them."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from mailbot.adapters.reading import limits
from mailbot.adapters.reading.filetypes import ending, find_type
from mailbot.domain.mail import Attachment
from mailbot.domain.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mailbot.adapters.reading.content import Content, File
    from mailbot.adapters.reading.limits import Notes

_FOLDERS = re.compile(r"[/\\]+")
_FILE_NAME = re.compile(r"[^\s/\\@]+\.[A-Za-z0-9]{2,5}")
_ENDING_LENGTH = 12
_WRAPPED = frozenset({"message/rfc822", "message/global", "message/news"})


def make_attachments(content: Content, notes: Notes) -> tuple[tuple[Attachment, ...], dict[str, bytes]]:
    """Return the attachments in their order and the bytes of each by SHA-256; more than fifty are only named."""
    attachments: list[Attachment] = []
    stored: dict[str, bytes] = {}
    numbers: dict[str, int] = {}
    for file in content.files[: limits.ATTACHMENTS]:
        attachment = _make(file, content.shown, numbers)
        attachments.append(attachment)
        stored[attachment.sha256] = file.data
    rest = content.files[limits.ATTACHMENTS :]
    if rest:
        names = ", ".join(clean_name(file.name) or "one without a name" for file in rest)
        notes.add(f"The mail has {len(content.files)} files; these were left out: {clean_line(names, limits.LIST)}.")
    return tuple(attachments), stored


def clean_name(name: str) -> str:
    """Return a file name without folders, controls and dots or blanks around it, cut in front of its ending."""
    last = _FOLDERS.split(clean_line(name, limits.PARAMETER_VALUE).strip(" /\\"))[-1]
    bare = last.strip(" ").rstrip(". ")
    if not bare.strip("."):
        return ""
    stem, dot, suffix = bare.rpartition(".")
    if len(bare) <= limits.NAME or not dot or len(suffix) > _ENDING_LENGTH:
        return clean_line(bare, limits.NAME)
    return f"{clean_line(stem, limits.NAME - len(suffix) - 1)}.{suffix}"


def _make(file: File, shown: Iterable[str], numbers: dict[str, int]) -> Attachment:
    content_type = file.declared if file.declared in _WRAPPED else find_type(file.data, file.name, file.declared)
    name = clean_name(file.name) or _other_name(file) or _numbered(content_type, file.declared, numbers)
    return Attachment(
        name=name,
        content_type=content_type,
        size=len(file.data),
        sha256=hashlib.sha256(file.data).hexdigest(),
        inline=file.pasted or _is_shown(file, name, frozenset(shown)),
        declared_type=clean_line(file.declared, limits.NAME),
        content_id=clean_line(file.content_id, limits.NAME),
    )


def _is_shown(file: File, name: str, shown: frozenset[str]) -> bool:
    """Tell whether the HTML refers to the file by Content-ID, Content-Location (RFC 2557) or bare name."""
    return not shown.isdisjoint({file.content_id, file.location, name} - {""})


def _other_name(file: File) -> str:
    """Return a name from what else a part says of itself.

    That is Content-Location or Content-ID, when it looks like a name (image001.png@01DC5A2B), or its description
    ("Delivery report").
    """
    for source in (file.location.partition("?")[0], file.content_id.partition("@")[0]):
        last = clean_name(source)
        if _FILE_NAME.fullmatch(last):
            return last
    described = clean_name(file.description)
    if not described or _FILE_NAME.fullmatch(described):
        return described
    return f"{described}.{ending(file.declared)}"


def _numbered(content_type: str, declared: str, numbers: dict[str, int]) -> str:
    """Name a file without a name after what it is: image-1.png; an invitation as every mail program calls it."""
    if declared == "text/calendar":
        return "invite.ics"
    kind = content_type.partition("/")[0]
    word = kind if kind in {"image", "message", "text", "audio", "video"} else "attachment"
    suffix = ending(content_type)
    suffix = ending(declared) if suffix == "bin" or declared.startswith("message/") else suffix
    numbers[word] = numbers.get(word, 0) + 1
    return f"{word}-{numbers[word]}.{suffix}"
