"""What the two processes say to each other: a length, a JSON header, and blobs whose lengths the header names.

No pickle: whoever takes over the reading process must not be able to run anything in the other one.
"""

from __future__ import annotations

import json
import struct
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from mailbot.domain.mail import Address, Attachment, IncomingMail, Origin, Phone

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_LENGTH = struct.Struct(">Q")
LONGEST_HEADER = 64 * 1024 * 1024
LONGEST_BLOB = 512 * 1024 * 1024


# With this exit code the child says that a mail needed more memory than it may have.
OUT_OF_MEMORY = 86


@dataclass(frozen=True, slots=True)
class MailReading:
    """A mail that was read, and the bytes of its files by SHA-256."""

    mail: IncomingMail
    files: Mapping[str, bytes]


class WireError(Exception):
    """The other side is gone, or what it says makes no sense."""


class Channel(Protocol):
    """Two pipes or a socket."""

    def receive(self, size: int) -> bytes:
        """Return exactly `size` bytes; raise WireError when the other side is gone."""

    def send(self, data: bytes) -> None:
        """Send all bytes; raise WireError when the other side is gone."""


def send_frame(channel: Channel, header: dict[str, Any], blobs: Sequence[bytes] = ()) -> None:
    """Send a header and its blobs."""
    encoded = json.dumps({**header, "blobs": [len(blob) for blob in blobs]}, separators=(",", ":")).encode()
    channel.send(_LENGTH.pack(len(encoded)) + encoded)
    for blob in blobs:
        channel.send(blob)


def receive_frame(channel: Channel) -> tuple[dict[str, Any], list[bytes]]:
    """Return the next header and its blobs; raise WireError when they are not what was agreed."""
    (length,) = _LENGTH.unpack(channel.receive(_LENGTH.size))
    if length > LONGEST_HEADER:
        raise WireError("a header is too long")
    try:
        header = json.loads(channel.receive(length))
        sizes = [int(size) for size in header["blobs"]]
    except (ValueError, KeyError, TypeError) as error:
        raise WireError("a header makes no sense") from error
    if min(sizes, default=0) < 0 or sum(sizes) > LONGEST_BLOB:
        raise WireError("the files are too long")
    return header, [channel.receive(size) for size in sizes]


def pack_reading(reading: MailReading) -> tuple[dict[str, Any], list[bytes]]:
    """Return a reading as a header and blobs."""
    mail = asdict(reading.mail)
    mail["date"] = reading.mail.date.isoformat() if reading.mail.date else None
    return {"mail": mail, "files": list(reading.files)}, list(reading.files.values())


def unpack_reading(header: dict[str, Any], blobs: Sequence[bytes]) -> MailReading:
    """Return the reading that was packed; raise WireError when a field is missing or too much."""
    try:
        given = dict(header["mail"])
        given["sender"] = Address(**given["sender"]) if given["sender"] else None
        given["date"] = datetime.fromisoformat(given["date"]) if given["date"] else None
        given["attachments"] = tuple(Attachment(**attachment) for attachment in given["attachments"])
        given["phones"] = tuple(Phone(**phone) for phone in given["phones"])
        given["origin"] = _unpack_origin(**given["origin"])
        given["headers"] = {name: tuple(values) for name, values in given["headers"].items()}
        for name in ("recipients", "thread_ids", "part_types", "problems", "delivery_actions", "reported_ids"):
            given[name] = tuple(given[name])
        return MailReading(IncomingMail(**given), dict(zip(header["files"], blobs, strict=True)))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise WireError("a reading makes no sense") from error


def _unpack_origin(*, senders: Sequence[str], results: Sequence[str], is_sound: bool) -> Origin:
    return Origin(tuple(senders), tuple(results), is_sound)
