"""Builds winmail.dat files for the tests, attribute by attribute (MS-OXTNEF)."""

from __future__ import annotations

import struct

_MAGIC = b"\x78\x9f\x3e\x22\x01\x00"
MESSAGE_LEVEL, FILE_LEVEL = 1, 2
LONG_NAME, CONTENT_ID, MIME_TYPE, CONTENT, PLAIN, HTML, TOPIC = 0x3707, 0x3712, 0x370E, 0x3701, 0x1000, 0x1013, 0x0037
TEXT, WIDE, BINARY, OBJECT, NUMBER = 0x1E, 0x1F, 0x102, 0x0D, 0x03


def attribute(level: int, kind: int, value: bytes) -> bytes:
    """Return one attribute with its checksum."""
    return struct.pack("<BII", level, kind, len(value)) + value + struct.pack("<H", sum(value) % 65536)


def properties(*given: tuple[int, int, bytes]) -> bytes:
    """Return a list of properties: each a type, an identifier and a value."""
    return struct.pack("<I", len(given)) + b"".join(_property(*one) for one in given)


def _property(kind: int, tag: int, value: bytes) -> bytes:
    head = struct.pack("<HH", kind, tag)
    if kind == NUMBER:
        return head + value.ljust(4, b"\x00")
    return head + struct.pack("<II", 1, len(value)) + value + b"\x00" * (-len(value) % 4)


def named_property(value: str) -> bytes:
    """Return a property that has a name instead of a number, as Outlook adds them."""
    name = "x-ms-own\x00".encode("utf-16-le")
    raw = value.encode("utf-16-le")
    return (
        struct.pack("<HH", WIDE, 0x8001)
        + b"\x01" * 16
        + struct.pack("<II", 1, len(name))
        + name
        + b"\x00" * (-len(name) % 4)
        + struct.pack("<II", 1, len(raw))
        + raw
        + b"\x00" * (-len(raw) % 4)
    )


def packed_file(short: str, data: bytes, *more: tuple[int, int, bytes]) -> bytes:
    """Return the attributes of one file."""
    return (
        attribute(FILE_LEVEL, 0x00069002, b"\x01\x00" + b"\x00" * 12)
        + attribute(FILE_LEVEL, 0x00018010, short.encode("cp1252") + b"\x00")
        + (attribute(FILE_LEVEL, 0x0006800F, data) if data else b"")
        + attribute(FILE_LEVEL, 0x00069005, properties(*more))
    )


def message(*given: tuple[int, int, bytes]) -> bytes:
    """Return the properties of the message itself."""
    return attribute(MESSAGE_LEVEL, 0x00069003, properties(*given))


def code_page(number: int) -> bytes:
    """Return the attribute that names the charset of narrow texts."""
    return attribute(MESSAGE_LEVEL, 0x00069007, struct.pack("<II", number, 0))


def winmail(*attributes: bytes) -> bytes:
    """Return a whole winmail.dat."""
    return _MAGIC + b"".join(attributes)
