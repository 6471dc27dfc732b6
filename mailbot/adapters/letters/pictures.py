"""Which screenshots travel inside a letter, under which Content-ID, and how wide they are shown."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailbot.adapters.letters.sources import hide
from mailbot.domain.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mailbot.domain.letter import Picture

WIDTH = 536
NAME_LIMIT = 80
_SHOWN_TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8"
_GIF = (b"GIF87a", b"GIF89a")
# The JPEG markers that hold the size: SOF0 to SOF15 without DHT, JPG and DAC (ITU-T T.81 table B.1).
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True, slots=True)
class Embedded:
    """A picture that goes with the letter; `cid` has no angle brackets, `width` is in pixels."""

    picture: Picture
    name: str
    cid: str
    width: int


def choose_pictures(
    pictures: Sequence[Picture], limit: int, cid_base: str
) -> tuple[tuple[Embedded, ...], tuple[str, ...]]:
    """Return the pictures that fit into the limit (bytes in all), in order, and the names of the others."""
    embedded: list[Embedded] = []
    left_out: list[str] = []
    room = limit
    for number, picture in enumerate(pictures, 1):
        name = file_name(picture.name)
        if picture.content_type in _SHOWN_TYPES and picture.data and len(picture.data) <= room:
            room -= len(picture.data)
            embedded.append(Embedded(picture, name, f"p{number}.{cid_base}", _shown_width(picture.data)))
        else:
            left_out.append(name)
    return tuple(embedded), tuple(left_out)


def file_name(name: str) -> str:
    """Return a stranger's file name as one clean line, for reading only; no path is ever made of it."""
    return clean_line(hide(name), NAME_LIMIT) or "?"


def _shown_width(data: bytes) -> int:
    """Return the width to show: never wider than the letter, never blown up. Outlook wants it as an attribute."""
    try:
        width = _natural_width(data)
    except (struct.error, IndexError):
        width = None
    return min(width or WIDTH, WIDTH)


def _natural_width(data: bytes) -> int | None:
    if data.startswith(_PNG):
        return int(struct.unpack(">I", data[16:20])[0])
    if data.startswith(_GIF):
        return int(struct.unpack("<H", data[6:8])[0])
    if data.startswith(_JPEG):
        return next(_frame_widths(data), None)
    return None


def _frame_widths(data: bytes) -> Iterator[int]:
    """Walk the segments of a JPEG; each names its length, so the walk ends with the data."""
    position = len(_JPEG)
    while data[position] == 0xFF:  # noqa: PLR2004 - every marker begins with this byte
        if data[position + 1] in _FRAMES:
            yield struct.unpack(">H", data[position + 7 : position + 9])[0]
        position += 2 + struct.unpack(">H", data[position + 2 : position + 4])[0]
