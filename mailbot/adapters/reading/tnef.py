"""Unpacks winmail.dat, in which Outlook and Exchange put files and text (MS-OXTNEF); bounded, and never raising."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mailbot.adapters.reading import limits
from mailbot.adapters.reading.charsets import decode
from mailbot.adapters.reading.lzfu import decompress
from mailbot.adapters.reading.mapi import Properties, parse_properties

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailbot.adapters.reading.limits import Notes

_MAGIC = b"\x78\x9f\x3e\x22"
_HEADER = 6
_ATTRIBUTE = 9
_CHECKSUM = 2
_MOST_ATTRIBUTES = 5000
_MOST_FILES = 200
_DEEPEST = 5
# Attributes (MS-OXTNEF 2.1.3.2).
_RENDERING, _TITLE, _DATA, _ATTACHMENT = 0x9002, 0x8010, 0x800F, 0x9005
_SUBJECT, _BODY, _MESSAGE, _CODE_PAGE = 0x8004, 0x800C, 0x9003, 0x9007
# Properties (MS-OXPROPS).
_LONG_NAME, _SHORT_NAME, _CONTENT, _MIME_TYPE, _CONTENT_ID = 0x3707, 0x3704, 0x3701, 0x370E, 0x3712
_SHOWN_NAME, _PLAIN, _HTML, _RTF, _TOPIC = 0x3001, 0x1000, 0x1013, 0x1009, 0x0037
_GUID = 16


@dataclass(frozen=True, slots=True)
class PackedFile:
    """A file in a winmail.dat."""

    name: str
    data: bytes
    declared: str = ""
    content_id: str = ""


@dataclass(slots=True)
class Unpacked:
    """What a winmail.dat holds; `inner` are the mails that were attached to it."""

    subject: str = ""
    text: str = ""
    html: str = ""
    rtf: bytes = b""
    files: list[PackedFile] = field(default_factory=list)
    inner: list[Unpacked] = field(default_factory=list)


@dataclass(slots=True)
class _Open:
    """A file that is being read."""

    title: str = ""
    data: bytes = b""
    properties: Properties = field(default_factory=Properties)


def is_tnef(data: bytes) -> bool:
    """Tell whether these bytes are a winmail.dat, whatever they are called."""
    return data.startswith(_MAGIC)


def unpack(data: bytes, notes: Notes, depth: int = 0) -> Unpacked:
    """Return text and files of a winmail.dat; what is damaged is skipped with a note."""
    found = Unpacked()
    files: list[_Open] = []
    attributes = tuple(_attributes(data, notes))
    pages = (f"cp{int.from_bytes(value[:4], 'little')}" for kind, value in attributes if kind == _CODE_PAGE)
    charset = next(pages, "")
    for kind, value in attributes:
        if kind == _RENDERING and len(files) < _MOST_FILES:
            files.append(_Open())
        elif files:
            _take_file(files[-1], kind, value, charset, notes)
        else:
            _take_message(found, kind, value, charset, notes)
    for file in files:
        _close(found, file, charset, notes, depth)
    return found


def _attributes(data: bytes, notes: Notes) -> Iterator[tuple[int, bytes]]:
    """Yield identifier and value of each attribute (MS-OXTNEF 2.1.3.3)."""
    position = _HEADER
    for _ in range(_MOST_ATTRIBUTES):
        head = data[position : position + _ATTRIBUTE]
        if len(head) < _ATTRIBUTE:
            return
        length = int.from_bytes(head[5:9], "little")
        start = position + _ATTRIBUTE
        if start + length > len(data):
            notes.add("The winmail.dat of the mail is damaged or cut short; what could be read of it was taken.")
        yield int.from_bytes(head[1:3], "little"), data[start : start + length]
        position = start + length + _CHECKSUM
    notes.add("The winmail.dat of the mail has more in it than is read.")


def _take_message(found: Unpacked, kind: int, value: bytes, charset: str, notes: Notes) -> None:
    if kind == _SUBJECT:
        found.subject = _text(value, charset, notes)
    elif kind == _BODY:
        found.text = _text(value, charset, notes)
    elif kind == _MESSAGE:
        properties = parse_properties(value)
        found.subject = properties.text(_TOPIC, charset, notes) or found.subject
        found.text = properties.text(_PLAIN, charset, notes) or found.text
        found.html = properties.text(_HTML, charset, notes)
        found.rtf = decompress(properties.raw(_RTF), limits.HTML + 1)


def _take_file(file: _Open, kind: int, value: bytes, charset: str, notes: Notes) -> None:
    if kind == _TITLE:
        file.title = _text(value, charset, notes)
    elif kind == _DATA:
        file.data = value
    elif kind == _ATTACHMENT:
        file.properties = parse_properties(value)


def _close(found: Unpacked, file: _Open, charset: str, notes: Notes, depth: int) -> None:
    properties = file.properties
    data = file.data or properties.raw(_CONTENT)
    packed = next((data[start:] for start in (0, _GUID) if is_tnef(data[start : start + len(_MAGIC)])), b"")
    if packed and depth < _DEEPEST:
        found.inner.append(unpack(packed, notes, depth + 1))
        return
    names = (properties.text(tag, charset, notes) for tag in (_LONG_NAME, _SHORT_NAME, _SHOWN_NAME))
    name = next((given for given in names if given), file.title)
    if data:
        declared = properties.text(_MIME_TYPE, charset, notes).lower()
        content_id = properties.text(_CONTENT_ID, charset, notes).strip("<> ")
        found.files.append(PackedFile(name, data, declared, content_id))
    else:
        notes.add("A file in the winmail.dat of the mail is empty or cannot be read.")


def _text(value: bytes, charset: str, notes: Notes) -> str:
    return decode(value.split(b"\x00", 1)[0], charset, notes)
