"""Lists of MAPI properties as they stand in a winmail.dat (MS-OXTNEF 2.1.3.4), within limits and never raising."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mailbot.adapters.reading.charsets import decode

if TYPE_CHECKING:
    from mailbot.adapters.reading.limits import Notes

_MOST_PROPERTIES = 5000
_MOST_VALUES = 5000
_MULTIPLE = 0x1000
_TEXT, _WIDE_TEXT, _OBJECT, _BINARY = 0x1E, 0x1F, 0x0D, 0x102
_VARIABLE = frozenset({_TEXT, _WIDE_TEXT, _OBJECT, _BINARY})
_SIZES = {0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_NAMED = 0x8000
_GUID = 16
_BY_NAME = 1


@dataclass(frozen=True, slots=True)
class Properties:
    """The first value of each property by its identifier, with its type."""

    values: dict[int, tuple[int, bytes]] = field(default_factory=dict)

    def raw(self, tag: int) -> bytes:
        """Return the bytes of a property, or none."""
        return self.values.get(tag, (0, b""))[1]

    def text(self, tag: int, charset: str, notes: Notes) -> str:
        """Return a property as text, or an empty string; `charset` is that of texts that are not UTF-16."""
        kind, value = self.values.get(tag, (0, b""))
        if kind == _WIDE_TEXT:
            return value.decode("utf-16-le", "replace").partition("\x00")[0]
        return decode(value.split(b"\x00", 1)[0], charset, notes) if kind in _VARIABLE else ""


class _EndError(Exception):
    """The bytes end, or make no sense, before the list does."""


class _Cursor:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0

    def take(self, size: int) -> bytes:
        taken = self._data[self._position : self._position + size]
        if len(taken) < size:
            raise _EndError
        self._position += size
        return taken

    def number(self, size: int = 4) -> int:
        return int.from_bytes(self.take(size), "little")

    def padded(self) -> bytes:
        """Take a value with its length in front of it, filled up to four bytes."""
        length = self.number()
        value = self.take(length)
        self._position += -length % 4
        return value


def parse_properties(data: bytes) -> Properties:
    """Return the properties of a list, up to where it is damaged."""
    found: dict[int, tuple[int, bytes]] = {}
    cursor = _Cursor(data)
    try:
        for _ in range(min(cursor.number(), _MOST_PROPERTIES)):
            kind, tag = cursor.number(2), cursor.number(2)
            if tag >= _NAMED:
                _skip_name(cursor)
            found.setdefault(tag, (kind & ~_MULTIPLE, _take_value(cursor, kind)))
    except _EndError:
        pass
    return Properties(found)


def _skip_name(cursor: _Cursor) -> None:
    cursor.take(_GUID)
    if cursor.number() == _BY_NAME:
        cursor.padded()
    else:
        cursor.number()


def _take_value(cursor: _Cursor, kind: int) -> bytes:
    """Return the first value of a property and move behind all of them."""
    base = kind & ~_MULTIPLE
    several = bool(kind & _MULTIPLE) or base in _VARIABLE
    count = min(cursor.number(), _MOST_VALUES) if several else 1
    if base not in _VARIABLE and base not in _SIZES:
        raise _EndError
    values = [cursor.padded() if base in _VARIABLE else cursor.take(_SIZES[base]) for _ in range(count)]
    return values[0] if values else b""
