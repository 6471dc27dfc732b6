"""What the reading process says of the pictures of a mail, one after the other, once the mail itself is read.

The mail is told first: whatever a picture does to the process that looks at it, the mail and the picture are safe.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mailbot.adapters.reading.wire import MailReading, WireError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from mailbot.domain.mail import Attachment

# The types of which previews are made, as Pillow calls them. Nothing else is ever handed to a decoder.
FORMATS = {
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
    "image/bmp": "BMP",
    "image/tiff": "TIFF",
}
MOST_PIXELS = 40_000_000
_LARGEST_SIDE = 1 << 31
# What introduces notes about place, time and camera: EXIF in JPEG, PNG and WebP, XMP in all of them and in GIF.
_NOTES = (b"Exif\0\0", b"eXIf", b"EXIF", b"http://ns.adobe.com/xap/", b"<x:xmpmeta", b"XMP Data", b"Raw profile type")
_FINGERPRINT = re.compile(r"(?:[0-9a-f]{16})?")


@dataclass(frozen=True, slots=True)
class PictureView:
    """What a look at a picture brought.

    `width` and `height` are in pixels as it is shown, 0 when they are unknown. `as_it_is` tells that letters may show
    the file itself. `preview` is a PNG, empty when none is needed or possible; `problem` says why, or is empty.
    `fingerprint` is 16 hexadecimal digits that say what it looks like, empty when it has too little to tell.
    """

    width: int = 0
    height: int = 0
    as_it_is: bool = False
    preview: bytes = b""
    problem: str = ""
    fingerprint: str = ""


def has_notes(data: bytes) -> bool:
    """Tell whether a picture may say where, when and with which camera it was taken."""
    return any(note in data for note in _NOTES)


def find_pictures(reading: MailReading) -> tuple[Attachment, ...]:
    """Return the files of a mail that are looked at, each content once."""
    found = {file.sha256: file for file in reversed(reading.mail.attachments) if file.content_type in FORMATS}
    return tuple(reversed(found.values()))


def pack_view(sha256: str, view: PictureView) -> tuple[dict[str, Any], list[bytes]]:
    """Return a view as a header and a blob."""
    said = {"width": view.width, "height": view.height, "as_it_is": view.as_it_is, "problem": view.problem}
    return {"picture": sha256, **said, "fingerprint": view.fingerprint}, [view.preview]


def unpack_view(header: dict[str, Any], blobs: list[bytes]) -> tuple[str, PictureView]:
    """Return the view that was packed; raise WireError when it makes no sense."""
    try:
        width, height = int(header["width"]), int(header["height"])
        fingerprint = str(header["fingerprint"])
        view = PictureView(width, height, bool(header["as_it_is"]), blobs[0], str(header["problem"]), fingerprint)
        name = str(header["picture"])
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise WireError("a view makes no sense") from error
    if not (0 <= width < _LARGEST_SIDE and 0 <= height < _LARGEST_SIDE):
        raise WireError("a picture cannot be so large")
    if not _FINGERPRINT.fullmatch(fingerprint):
        raise WireError("a fingerprint makes no sense")
    return name, view


def add_views(reading: MailReading, views: Mapping[str, PictureView], ended: str = "") -> MailReading:
    """Return the reading with what is known of its pictures; `ended` says why the last of them were not looked at."""
    files = dict(reading.files)
    seen: list[Attachment] = []
    problems: dict[str, None] = dict.fromkeys(reading.mail.problems)
    for file in reading.mail.attachments:
        view = views.get(file.sha256)
        if file.content_type not in FORMATS:
            seen.append(file)
            continue
        if view is None:
            problem = f"the process that looked at it was ended ({ended.rstrip('.')})" if ended else ""
            view = PictureView(problem=problem)
        preview = hashlib.sha256(view.preview).hexdigest() if view.preview else ""
        if preview:
            files[preview] = view.preview
        if view.problem:
            problems[f"The picture {file.name} is kept, but {view.problem}."] = None
        sized = replace(file, width=view.width, height=view.height, as_it_is=view.as_it_is)
        seen.append(replace(sized, preview=preview, fingerprint=view.fingerprint))
    mail = replace(reading.mail, attachments=tuple(seen), problems=tuple(problems))
    return MailReading(mail, files)
